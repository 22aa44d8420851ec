#include "scheduler/scheduler.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "scheduler/event.h"
#include "scheduler/listener.h"
#include "scheduler/scope.h"
#include "scheduler/sleep.h"
#include "tests/support/coroutines.h"
#include "tests/support/simulate.h"

namespace sched {
namespace {

using support::must;
using support::simulate;

using namespace std::chrono_literals;

Task<> note(std::vector<int>& order, int number, int rounds) {
  for (int round = 0; round < rounds; ++round) {
    order.push_back(number);
    co_await yield();
  }
}

TEST(Scheduler, RunsOneTaskAfterAnother) {
  Scheduler scheduler(make_simulated_backend());
  std::vector<int> order;
  scheduler.run(note(order, 1, 2));
  scheduler.run(note(order, 2, 1));
  EXPECT_EQ(order, (std::vector<int>{1, 1, 2}));
}

TEST(Scheduler, GivesEveryFiberThatYieldsItsTurn) {
  simulate([]() -> Task<> {
    std::vector<int> order;
    Scope scope;
    for (int i = 0; i < 3; ++i) scope.spawn(note(order, i, 100));
    must(co_await scope.join());
    for (std::size_t round = 0; round < 100; ++round) {
      const auto begin = order.begin() + static_cast<std::ptrdiff_t>(round * 3);
      EXPECT_EQ(std::set<int>(begin, begin + 3), (std::set<int>{0, 1, 2})) << "in round " << round;
    }
  });
}

TEST(Scheduler, DrawsTheOrderOfReadyFibersFromTheSeed) {
  const auto order_of = [](std::uint64_t seed) {
    static std::vector<int> order;
    order.clear();
    simulate(
        []() -> Task<> {
          Scope scope;
          for (int i = 0; i < 10; ++i) scope.spawn(note(order, i, 1));
          must(co_await scope.join());
        },
        {.seed = seed});
    return order;
  };
  EXPECT_EQ(order_of(1), order_of(1));
  EXPECT_NE(order_of(1), order_of(2));
  EXPECT_NE(order_of(2), order_of(3));
}

TEST(Scheduler, MakesAFiberThatNeverWaitsGiveWayAfterItsBudget) {
  simulate([]() -> Task<> {
    bool others_ran = false;
    Scope scope;
    scope.spawn([](bool& ran) -> Task<> {
      ran = true;
      co_return;
    }(others_ran));
    Event set;
    set.set();
    int operations = 0;
    while (!others_ran && operations < 1'000'000) {
      must(co_await set.wait());
      ++operations;
    }
    EXPECT_LT(operations, 1000);
    must(co_await scope.join());
  });
}

TEST(Scheduler, MakesAFiberThatReceivesMuchGiveWay) {
  simulate(
      []() -> Task<> {
        constexpr std::uint32_t kMuch = 1024 * 1024;
        StreamOptions large;
        large.kernel_receive_buffer = large.kernel_send_buffer = kMuch;
        Listener listener = must(listen(*Address::ip("127.0.0.1", 0), {.streams = large}));
        support::Pair pair = co_await support::connect_pair(listener, large);
        must(co_await support::send_text(pair.client, std::string(kMuch, 'x')));
        must(co_await sleep_for(1s));
        bool others_ran = false;
        Scope scope;
        scope.spawn([](bool& ran) -> Task<> {
          ran = true;
          co_return;
        }(others_ran));
        std::size_t received = 0;
        while (!others_ran && received < kMuch) received += must(co_await pair.server.receive()).size();
        EXPECT_LE(received, 128U * 1024);
        must(co_await scope.join());
      },
      {.conditions = simulated::Conditions{.one_short_receive_in = 0}});
}

TEST(Scheduler, HoldsTheTimeStillWithinATurn) {
  simulate([]() -> Task<> {
    const Instant before = now();
    EXPECT_EQ(Scheduler::current().now(), before);
    co_await yield();
    EXPECT_GT(now(), before);
  });
}

TEST(Scheduler, CountsItsTurns) {
  simulate([]() -> Task<> {
    const std::uint64_t before = Scheduler::current().turns();
    for (int i = 0; i < 10; ++i) co_await yield();
    EXPECT_EQ(Scheduler::current().turns(), before + 10);
  });
}

TEST(Scheduler, YieldsInACancelledFiberToo) {
  simulate([]() -> Task<> {
    Scope scope;
    int turns = 0;
    scope.spawn([](int& count) -> Task<> {
      for (int i = 0; i < 5; ++i) {
        co_await yield();
        ++count;
      }
    }(turns));
    scope.cancel();
    must(co_await scope.join());
    EXPECT_EQ(turns, 5);
  });
}

TEST(Fiber, TellsWhatItWaitsFor) {
  simulate([]() -> Task<> {
    Fiber* fiber = nullptr;
    Event event;
    Scope scope;
    scope.spawn([](Fiber*& self, Event& until) -> Task<> {
      self = &Fiber::current();
      EXPECT_EQ(self->waiting_for(), nullptr);
      must(co_await until.wait());
    }(fiber, event));
    must(co_await sleep_for(1ms));
    EXPECT_STREQ(fiber->waiting_for()->name(), "event");
    event.set();
    must(co_await scope.join());
  });
}

TEST(SchedulerDeathTest, IsOneAThread) {
  EXPECT_DEATH(
      {
        const Scheduler first(make_simulated_backend());
        const Scheduler second(make_simulated_backend());
      },
      "a thread has one scheduler");
  EXPECT_DEATH(Scheduler::current(), "this thread has no scheduler");
  EXPECT_DEATH(
      {
        const Scheduler scheduler(make_simulated_backend());
        Fiber::current();
      },
      "only a fiber can do this");
}

}  // namespace
}  // namespace sched
