#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "scheduler/channel.h"
#include "scheduler/event.h"
#include "scheduler/scope.h"
#include "scheduler/sleep.h"
#include "tests/conformance/conformance.h"

// Many at once, for long, and none at the expense of another.

namespace {

using conformance::Place;
using sched::Address;
using sched::Listener;
using sched::Result;
using sched::Stream;
using sched::Task;
using support::bytes_of;
using support::error_of;
using support::must;
using support::Pair;

using namespace std::chrono_literals;

/// Accepts `count` connections and echoes on all of them until they end.
Task<Result<void>> serve(Listener& listener, int count) {
  sched::Scope sessions;
  for (int i = 0; i < count; ++i) {
    Result<sched::Accepted> accepted = co_await listener.accept();
    if (!accepted) co_return std::unexpected(accepted.error());
    sessions.spawn(support::echo(std::move(accepted->stream)));
  }
  co_return co_await sessions.join();
}

/// Sends `rounds` messages and checks that each comes back before the next is sent.
Task<Result<void>> exchange(Address to, unsigned number, int rounds) {
  Result<Stream> stream = co_await sched::connect(to);
  if (!stream) co_return std::unexpected(stream.error());
  for (int round = 0; round < rounds; ++round) {
    const std::string text = support::patterned(1 + number % 200, number * 31 + static_cast<unsigned>(round));
    if (const Result<void> sent = co_await stream->send(bytes_of(text)); !sent) co_return sent;
    EXPECT_EQ(co_await support::receive_exactly(*stream, text.size()), text);
  }
  co_return Result<void>{};
}

class Load : public conformance::StreamConformance {};
RUN_ON_BACKENDS_AND_FAMILIES(Load);

TEST_P(Load, AThousandConnectionsEchoAtOnce) {
  run([](Place place) -> Task<> {
    constexpr int kMany = 1000;
    Listener listener = place.listen();
    sched::Scope scope;
    scope.spawn(serve(listener, kMany));
    for (unsigned i = 0; i < kMany; ++i) scope.spawn(exchange(must(listener.local_address()), i, 5));
    must(co_await scope.join());
  });
}

TEST_P(Load, ConnectionsThatComeAndGoLeaveNothing) {
  run([](Place place) -> Task<> {
    constexpr int kRounds = 50;
    constexpr int kAtOnce = 20;
    Listener listener = place.listen();
    sched::Scope scope;
    scope.spawn(serve(listener, kRounds * kAtOnce));
    for (int round = 0; round < kRounds; ++round) {
      sched::Scope clients;
      for (unsigned i = 0; i < kAtOnce; ++i) clients.spawn(exchange(must(listener.local_address()), i, 1));
      must(co_await clients.join());
    }
    must(co_await scope.join());
  });
}

TEST_P(Load, AFloodOnOneConnectionDoesNotStarveAnother) {
  run([](Place place) -> Task<> {
    Pair flood = co_await place.connected_pair();
    Pair quiet = co_await place.connected_pair();
    sched::Scope scope;
    scope.spawn(support::echo(std::move(flood.server)));
    scope.spawn([](Stream& stream) -> Task<Result<void>> {
      const std::string much = support::patterned(100'000);
      for (;;) {
        if (const Result<void> sent = co_await stream.send(bytes_of(much)); !sent) co_return sent;
      }
    }(flood.client));
    scope.spawn([](Stream& stream) -> Task<> {
      while (co_await stream.receive()) continue;
    }(flood.client));
    scope.spawn(support::echo(std::move(quiet.server)));
    sched::Scheduler& scheduler = sched::Scheduler::current();
    for (int i = 0; i < 100; ++i) {
      const std::uint64_t before = scheduler.turns();
      must(co_await quiet.client.send(bytes_of("ping")));
      EXPECT_EQ(co_await support::receive_exactly(quiet.client, 4), "ping");
      // Every fiber of the two pairs has had its turns meanwhile; a simulated packet takes many turns of the others.
      if (!place.is_simulated()) EXPECT_LT(scheduler.turns() - before, 100U);
    }
    scope.cancel();
    EXPECT_NE(error_of(co_await scope.join()), "ECONNRESET");
  });
}

TEST_P(Load, OneThatNeverWaitsLetsTheOthersRun) {
  run([](Place place) -> Task<> {
    Pair pair = co_await place.connected_pair();
    bool stop = false;
    sched::Scope scope;
    scope.spawn([](bool& stopped) -> Task<> {
      sched::Event set;
      set.set();
      while (!stopped) must(co_await set.wait());
    }(stop));
    must(co_await support::send_text(pair.client, "through"));
    EXPECT_EQ(co_await support::receive_exactly(pair.server, 7), "through");
    stop = true;
    must(co_await scope.join());
  });
}

class Endurance : public conformance::BackendConformance {};
RUN_ON_BACKENDS(Endurance);

TEST_P(Endurance, AMillionOperationsThatCompleteAtOnceDoNotGrowTheStack) {
  run([](Place) -> Task<> {
    sched::Event set;
    set.set();
    for (int i = 0; i < 1'000'000; ++i) must(co_await set.wait());
  });
}

Task<int> nothing() { co_return 1; }

TEST_P(Endurance, AMillionTasksAwaitedInARowDoNotGrowTheStack) {
  run([](Place) -> Task<> {
    int sum = 0;
    for (int i = 0; i < 1'000'000; ++i) sum += co_await nothing();
    EXPECT_EQ(sum, 1'000'000);
  });
}

Task<std::size_t> deep(std::size_t depth) {
  if (depth == 0) {
    co_await sched::yield();
    co_return 0;
  }
  co_return 1 + co_await deep(depth - 1);
}

TEST_P(Endurance, AChainOfAMillionTasksDoesNotGrowTheStack) {
  run([](Place) -> Task<> { EXPECT_EQ(co_await deep(1'000'000), 1'000'000U); });
}

TEST_P(Endurance, AHundredThousandFibersRunAndEnd) {
  run([](Place) -> Task<> {
    int ended = 0;
    sched::Scope scope;
    for (int i = 0; i < 100'000; ++i) {
      scope.spawn([](int& count) -> Task<> {
        co_await sched::yield();
        ++count;
      }(ended));
    }
    must(co_await scope.join());
    EXPECT_EQ(ended, 100'000);
  });
}

TEST_P(Endurance, AHundredThousandValuesPassAChannel) {
  run([](Place) -> Task<> {
    sched::Channel<int> channel(8);
    sched::Scope scope;
    scope.spawn([](sched::Channel<int>& out) -> Task<Result<void>> {
      for (int i = 0; i < 100'000; ++i) {
        if (const Result<void> put = co_await out.send(i); !put) co_return put;
      }
      out.close();
      co_return Result<void>{};
    }(channel));
    int expected = 0;
    while (const Result<int> value = co_await channel.receive()) EXPECT_EQ(*value, expected++);
    EXPECT_EQ(expected, 100'000);
    must(co_await scope.join());
  });
}

}  // namespace
