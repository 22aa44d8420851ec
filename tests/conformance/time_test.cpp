#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "scheduler/cancel_scope.h"
#include "scheduler/scope.h"
#include "scheduler/sleep.h"
#include "tests/conformance/conformance.h"

// Sleeping, deadlines and the clock (scheduler/sleep.h, scheduler/scheduler.h).

namespace {

using conformance::Place;
using sched::CancelScope;
using sched::Duration;
using sched::Instant;
using sched::Result;
using sched::Task;
using support::bytes_of;
using support::error_of;
using support::must;
using support::Pair;

using namespace std::chrono_literals;

class Time : public conformance::BackendConformance {};
RUN_ON_BACKENDS(Time);

TEST_P(Time, OfASleepIsNeverShort) {
  run([](Place) -> Task<> {
    for (const Duration wait : {Duration(1ns), Duration(1us), Duration(700us), Duration(3ms)}) {
      const Instant before = sched::now();
      must(co_await sched::sleep_for(wait));
      EXPECT_GE(sched::now() - before, wait);
    }
  });
}

TEST_P(Time, ThatHasPassedIsNotWaitedFor) {
  run([](Place) -> Task<> {
    must(co_await sched::sleep_for(0s));
    must(co_await sched::sleep_for(-1h));
    must(co_await sched::sleep_until(sched::now() - 1s));
    must(co_await sched::sleep_until(Instant::min()));
  });
}

TEST_P(Time, ThatNeverComesIsWaitedForUntilItIsCancelled) {
  run([](Place) -> Task<> {
    for (const Instant deadline : {sched::kNever, sched::kNever - 1ns}) {
      const CancelScope limit(sched::instant_after(sched::now(), 1ms));
      EXPECT_EQ(error_of(co_await sched::sleep_until(deadline)), "cancelled");
    }
    const CancelScope limit(sched::instant_after(sched::now(), 1ms));
    EXPECT_EQ(error_of(limit.outcome(co_await sched::sleep_for(Duration::max()))), "timed out");
  });
}

TEST_P(Time, DoesNotPassWithinATurn) {
  run([](Place) -> Task<> {
    const Instant before = sched::now();
    std::string work;
    for (int i = 0; i < 100'000; ++i) work += 'x';
    EXPECT_EQ(sched::now(), before);
    co_await sched::yield();
    EXPECT_GE(sched::now(), before);
  });
}

TEST_P(Time, PassesForThoseWhoOnlyYield) {
  run([](Place) -> Task<> {
    const Instant end = sched::now() + 2ms;
    while (sched::now() < end) co_await sched::yield();
  });
}

TEST_P(Time, OfDifferentSleepersComesInTheOrderOfTheirDeadlines) {
  run([](Place) -> Task<> {
    std::vector<int> woken;
    sched::Scope scope;
    for (const int order : {4, 1, 5, 3, 2}) {
      scope.spawn([](std::vector<int>& to, int number) -> Task<Result<void>> {
        const Result<void> slept = co_await sched::sleep_for(number * 3ms);
        to.push_back(number);
        co_return slept;
      }(woken, order));
    }
    must(co_await scope.join());
    EXPECT_EQ(woken, (std::vector<int>{1, 2, 3, 4, 5}));
  });
}

TEST_P(Time, OfTenThousandSleepersComesForAll) {
  run([](Place) -> Task<> {
    int woken = 0;
    sched::Scope scope;
    for (int i = 0; i < 10'000; ++i) {
      scope.spawn([](int& count, Duration wait) -> Task<Result<void>> {
        const Instant end = sched::now() + wait;
        const Result<void> slept = co_await sched::sleep_for(wait);
        EXPECT_GE(sched::now(), end);
        ++count;
        co_return slept;
      }(woken, std::chrono::microseconds(i * 7919 % 10'000)));
    }
    must(co_await scope.join());
    EXPECT_EQ(woken, 10'000);
  });
}

TEST_P(Time, OfASleeperThatIsCancelledIsForgotten) {
  run([](Place) -> Task<> {
    sched::Scope scope;
    for (int i = 0; i < 100; ++i) {
      scope.spawn([]() -> Task<> { EXPECT_EQ(error_of(co_await sched::sleep_for(1h)), "cancelled"); }());
    }
    must(co_await sched::sleep_for(1ms));
    const Instant before = sched::now();
    scope.cancel();
    must(co_await scope.join());
    EXPECT_LT(sched::now() - before, 1min);
  });
}

TEST_P(Time, LimitsAReceiveThatWaits) {
  run([](Place place) -> Task<> {
    Pair pair = co_await place.connected_pair();
    const Instant before = sched::now();
    const CancelScope limit(before + 5ms);
    EXPECT_EQ(error_of(limit.outcome(co_await pair.server.receive())), "timed out");
    EXPECT_GE(sched::now() - before, 5ms);
  });
}

TEST_P(Time, LimitsTheInnerWorkByTheNearestDeadline) {
  run([](Place place) -> Task<> {
    Pair pair = co_await place.connected_pair();
    const CancelScope outer(sched::now() + 10s);
    {
      const CancelScope inner(sched::now() + 2ms);
      EXPECT_EQ(error_of(inner.outcome(co_await pair.server.receive())), "timed out");
    }
    EXPECT_FALSE(outer.expired());
    {
      const CancelScope nearer(sched::now() + 2ms);
      const CancelScope inner(sched::now() + 10s);
      EXPECT_EQ(error_of(inner.outcome(co_await pair.server.receive())), "cancelled");
      EXPECT_TRUE(nearer.expired());
    }
    must(co_await pair.client.send(bytes_of("x")));
    EXPECT_EQ(co_await support::receive_exactly(pair.server, 1), "x");
  });
}

TEST_P(Time, OfDayIsAfterThisProgramWasWrittenOrThatOfTheSimulation) {
  run([](Place place) -> Task<> {
    const auto before = sched::Scheduler::current().backend().time_of_day();
    EXPECT_GT(before, place.is_simulated() ? 0h : 24h * 365 * 54);
    must(co_await sched::sleep_for(2ms));
    EXPECT_GE(sched::Scheduler::current().backend().time_of_day() - before, place.is_simulated() ? 2000us : 0us);
  });
}

TEST_P(Time, GivesNumbersThatAreNotAllTheSame) {
  run([](Place) -> Task<> {
    sched::Backend& backend = sched::Scheduler::current().backend();
    const std::uint64_t first = backend.random();
    const std::uint64_t second = backend.random();
    EXPECT_TRUE(first != second || backend.random() != first);
    co_return;
  });
}

}  // namespace
