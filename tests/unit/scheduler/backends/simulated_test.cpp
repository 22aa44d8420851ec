#include "scheduler/backends/simulated.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "scheduler/cancel_scope.h"
#include "scheduler/event.h"
#include "scheduler/readiness.h"
#include "scheduler/scope.h"
#include "scheduler/sleep.h"
#include "tests/support/coroutines.h"
#include "tests/support/simulate.h"

// What the simulated backend does beyond what every backend does (tests/conformance): its conditions, its clock, its
// limits, and that it says when nothing can happen any more.

namespace sched {
namespace {

using simulated::Conditions;
using simulated::Mark;
using support::bytes_of;
using support::error_of;
using support::must;
using support::Pair;
using support::simulate;

using namespace std::chrono_literals;

const Address kAnyPort = *Address::ip("127.0.0.1", 0);

SimulatedBackend& network() { return static_cast<SimulatedBackend&>(Scheduler::current().backend()); }

TEST(SimulatedBackend, TakesNoRealTime) {
  simulate([]() -> Task<> {
    const Instant before = now();
    must(co_await sleep_for(24h * 365));
    EXPECT_GE(now() - before, 24h * 365);
    EXPECT_LT(now() - before, 24h * 365 + 1ms);
  });
}

TEST(SimulatedBackend, LetsPacketsTakeTheirTime) {
  simulate(
      []() -> Task<> {
        Listener listener = must(listen(kAnyPort));
        Instant before = now();
        Pair pair = co_await support::connect_pair(listener);
        EXPECT_GE(now() - before, 20ms);
        EXPECT_LT(now() - before, 26ms);
        before = now();
        must(co_await support::send_text(pair.client, "x"));
        EXPECT_LT(now() - before, 1ms);
        EXPECT_EQ(co_await support::receive_exactly(pair.server, 1), "x");
        EXPECT_GE(now() - before, 10ms);
        EXPECT_LT(now() - before, 13ms);
      },
      {.conditions = Conditions{.shortest_latency = 10ms, .longest_latency = 10ms}});
}

TEST(SimulatedBackend, KeepsTheOrderOfPacketsThatTakeNoTime) {
  simulate(
      []() -> Task<> {
        Listener listener = must(listen(kAnyPort));
        Pair pair = co_await support::connect_pair(listener);
        const std::string sent = support::patterned(50'000);
        Scope scope;
        scope.spawn(support::send_text(pair.client, sent));
        EXPECT_TRUE(co_await support::receive_exactly(pair.server, sent.size()) == sent);
        must(co_await scope.join());
      },
      {.conditions = Conditions{.shortest_latency = 0ms, .longest_latency = 0ms}});
}

TEST(SimulatedBackend, MovesEverythingThroughBuffersOfOneByte) {
  simulate(
      []() -> Task<> {
        Listener listener = must(listen(kAnyPort));
        Pair pair = co_await support::connect_pair(listener);
        const std::string sent = support::patterned(500);
        Scope scope;
        scope.spawn(support::send_text(pair.client, sent));
        EXPECT_EQ(co_await support::receive_exactly(pair.server, sent.size()), sent);
        must(co_await scope.join());
      },
      {.conditions = Conditions{.longest_segment = 1, .receive_buffer = 1, .send_buffer = 1}});
}

TEST(SimulatedBackend, CutsWhatIsSentAnywhere) {
  simulate(
      []() -> Task<> {
        Listener listener = must(listen(kAnyPort));
        Pair pair = co_await support::connect_pair(listener);
        must(co_await support::send_text(pair.client, "abc"));
        EXPECT_EQ(must(co_await support::receive_text(pair.server)).substr(0, 1), "a");
        EXPECT_GT(network().count(Mark::segment_split), 0U);
      },
      {.conditions = Conditions{.longest_segment = 1}});
}

TEST(SimulatedBackend, DoesNothingUnexpectedWhereTheConditionsForbidIt) {
  simulate(
      []() -> Task<> {
        Listener listener = must(listen(kAnyPort));
        for (int i = 0; i < 50; ++i) {
          Pair pair = co_await support::connect_pair(listener);
          must(co_await support::send_text(pair.client, "whole"));
          EXPECT_EQ(co_await support::receive_exactly(pair.server, 5), "whole");
        }
        for (const Mark mark : {Mark::short_receive, Mark::spurious_wake, Mark::reset, Mark::refused}) {
          EXPECT_EQ(network().count(mark), 0U) << name_of(mark);
        }
      },
      {.conditions = Conditions{.one_short_receive_in = 0, .one_spurious_wake_in = 0}});
}

TEST(SimulatedBackend, RunsOutOfDescriptorsAndRecovers) {
  simulate(
      []() -> Task<> {
        Listener listener = must(listen(kAnyPort));
        const Address address = must(listener.local_address());
        std::vector<Stream> clients;
        for (int i = 0; i < 4; ++i) clients.push_back(must(co_await connect(address)));
        EXPECT_EQ(error_of(co_await connect(address)), "EMFILE");
        EXPECT_EQ(error_of(co_await listener.accept()), "EMFILE");
        EXPECT_EQ(error_of(listen(kAnyPort)), "EMFILE");
        EXPECT_EQ(network().count(Mark::out_of_descriptors), 3U);
        clients.pop_back();
        const Accepted accepted = must(co_await listener.accept());
        EXPECT_EQ(error_of(co_await listener.accept()), "EMFILE");
      },
      {.conditions = Conditions{.descriptors = 5}});
}

TEST(SimulatedBackend, GivesADescriptorBackAfterEveryKindOfFailure) {
  simulate(
      []() -> Task<> {
        Listener listener = must(listen(kAnyPort));
        const Address address = must(listener.local_address());
        for (int i = 0; i < 10; ++i) {
          EXPECT_EQ(error_of(listen(address)), "EADDRINUSE");
          EXPECT_EQ(error_of(co_await connect(address, {}, address)), "EADDRINUSE");
          EXPECT_EQ(error_of(co_await connect(address.with_port(1))), "ECONNREFUSED");
          const CancelScope limit(now());
          EXPECT_EQ(error_of(co_await connect(address)), "cancelled");
        }
      },
      {.conditions = Conditions{.descriptors = 2}});
}

TEST(SimulatedBackend, MakesAConnectComeAgainWhenTheBacklogIsFull) {
  simulate([]() -> Task<> {
    ListenOptions options;
    options.backlog = 0;
    Listener listener = must(listen(kAnyPort, options));
    const Address address = must(listener.local_address());
    const Stream first = must(co_await connect(address));
    Scope scope;
    const Instant before = now();
    scope.spawn([](Address to) -> Task<> { const Stream second = must(co_await connect(to)); }(address));
    must(co_await sleep_for(500ms));
    must(co_await listener.accept());
    must(co_await scope.join());
    EXPECT_GE(now() - before, 1s);
    EXPECT_LT(now() - before, 2s);
    EXPECT_EQ(network().count(Mark::backlog_full), 1U);
  });
}

TEST(SimulatedBackend, GivesUpAConnectWhoseListenerNeverHasRoom) {
  simulate([]() -> Task<> {
    ListenOptions options;
    options.backlog = 0;
    Listener listener = must(listen(kAnyPort, options));
    const Address address = must(listener.local_address());
    const Stream first = must(co_await connect(address));
    const Instant before = now();
    EXPECT_EQ(error_of(co_await connect(address)), "ETIMEDOUT");
    EXPECT_GE(now() - before, 63s);
    EXPECT_LT(now() - before, 64s);
  });
}

TEST(SimulatedBackend, HasAsManyPortsAsLinux) {
  simulate([]() -> Task<> {
    ListenOptions options;
    options.backlog = 100'000;
    Listener listener = must(listen(kAnyPort.with_port(1), options));
    Listener other = must(listen(kAnyPort.with_port(2), options));
    std::vector<Stream> clients;
    for (;;) {
      Result<Stream> client = co_await connect(kAnyPort.with_port(1));
      if (!client) {
        EXPECT_EQ(error_of(client), "EADDRNOTAVAIL");
        break;
      }
      clients.push_back(std::move(*client));
    }
    EXPECT_EQ(clients.size(), 60'999U - 32'768 + 1);
    // To another port there are as many again, and from another address too.
    must(co_await connect(kAnyPort.with_port(2)));
    must(co_await connect(kAnyPort.with_port(1), {}, Address::ip("127.0.0.2", 0)));
    clients.pop_back();
    must(co_await connect(kAnyPort.with_port(1)));
  });
}

TEST(SimulatedBackend, KnowsNoDescriptorsOfTheKernel) {
  simulate([]() -> Task<> {
    EXPECT_EQ(error_of(adopt_listener(Descriptor())), "ENOSYS");
    EXPECT_EQ(error_of(co_await wait_until_ready(0, Ready::to_read)), "ENOSYS");
  });
}

TEST(SimulatedBackend, ResetsAPeerThatSendsToAClosedTcpSocket) {
  simulate([]() -> Task<> {
    Listener listener = must(listen(kAnyPort));
    Pair pair = co_await support::connect_pair(listener);
    pair.client.close();
    EXPECT_EQ(error_of(co_await pair.server.receive()), "end of stream");
    must(co_await support::send_text(pair.server, "too late"));
    must(co_await sleep_for(1s));
    EXPECT_EQ(error_of(co_await pair.server.send(bytes_of("x"))), "EPIPE");
    EXPECT_EQ(network().count(Mark::reset), 1U);
  });
}

TEST(SimulatedBackend, LetsAUnixSocketKeepWhatItSentBeforeItWasClosed) {
  simulate([]() -> Task<> {
    Listener listener = must(listen(*Address::unix_path("/socket")));
    Pair pair = co_await support::connect_pair(listener);
    must(co_await support::send_text(pair.client, "kept"));
    must(co_await support::send_text(pair.server, "lost"));
    must(co_await sleep_for(1s));
    pair.client.close();
    const support::Everything received = co_await support::receive_everything(pair.server);
    EXPECT_EQ(received.text, "kept");
    EXPECT_EQ(received.end, "ECONNRESET");
    EXPECT_EQ(error_of(co_await pair.server.send(bytes_of("x"))), "ECONNRESET");
  });
}

TEST(SimulatedBackend, WaitsAtTheEndUntilEverythingHasArrived) {
  Scheduler scheduler(make_simulated_backend());
  scheduler.run([]() -> Task<> {
    Listener listener = must(listen(kAnyPort));
    const Pair pair = co_await support::connect_pair(listener);
  }());
  EXPECT_FALSE(scheduler.backend().is_closing());
}

TEST(SimulatedBackend, CallsWhoeverIsAskedWhenNothingCanHappenAnyMore) {
  static int times_stuck;
  static Event event;
  times_stuck = 0;
  simulate([]() -> Task<> { must(co_await event.wait()); }, {.when_stuck = [] {
             ++times_stuck;
             event.set();
           }});
  EXPECT_EQ(times_stuck, 1);
}

TEST(SimulatedBackendDeathTest, TellsWhoWaitsForWhatWhenNothingCanHappenAnyMore) {
  EXPECT_DEATH(simulate([]() -> Task<> {
                 Listener listener = must(listen(*Address::ip("127.0.0.1", 25000)));
                 Pair pair = co_await support::connect_pair(listener);
                 must(co_await pair.client.receive());
               }),
               "simulation: nothing can happen any more");
  EXPECT_DEATH(simulate([]() -> Task<> {
                 Listener listener = must(listen(*Address::ip("127.0.0.1", 25000)));
                 Pair pair = co_await support::connect_pair(listener);
                 must(co_await pair.client.receive());
               }),
               "accept 5: 0\n(.|\n)*127.0.0.1:25000: nothing(.|\n)*-> 127.0.0.1:25000: receive \\(0 bytes to receive");
}

TEST(Conditions, AreDrawnFromTheSeedAndMakeSense) {
  for (std::uint64_t seed = 0; seed < 1000; ++seed) {
    const Conditions drawn = Conditions::drawn_from(seed);
    ASSERT_GT(drawn.shortest_latency, 0ns);
    ASSERT_LE(drawn.shortest_latency, drawn.longest_latency);
    ASSERT_LE(drawn.longest_latency, 60ms);
    ASSERT_GE(drawn.longest_segment, 1U);
    ASSERT_GE(drawn.receive_buffer, 2048U);
    ASSERT_GE(drawn.send_buffer, 2048U);
    ASSERT_EQ(drawn.longest_latency, Conditions::drawn_from(seed).longest_latency);
  }
  EXPECT_NE(Conditions::drawn_from(1).longest_latency, Conditions::drawn_from(2).longest_latency);
}

/// Receives until the end, and tells how much it was.
Task<void> receive_all(Stream& stream, std::size_t& received) {
  while (const Result<Lease> piece = co_await stream.receive()) received += piece->size();
}

Task<> move_a_mebibyte() {
  constexpr std::size_t kMebibyte = std::size_t{1} << 20;
  Listener listener = must(listen(*Address::ip("127.0.0.1", 25000)));
  Pair pair = co_await support::connect_pair(listener);
  const Instant begin = now();
  std::size_t received = 0;
  Scope scope;
  scope.spawn(receive_all(pair.server, received));
  const std::vector<std::byte> bytes(kMebibyte);
  must(co_await pair.client.send(bytes));
  must(co_await pair.client.flush());
  must(pair.client.shutdown_send());
  must(co_await scope.join());
  EXPECT_EQ(received, kMebibyte);
  EXPECT_LE(now() - begin, 1100ms);
}

TEST(Conditions, CanBeMadeFastEnough) {
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    SCOPED_TRACE(seed);
    Conditions conditions = Conditions::drawn_from(seed);
    conditions.make_fast_enough_for(std::uint64_t{1} << 20);
    simulate(move_a_mebibyte, {.seed = seed, .conditions = conditions});
  }
}

}  // namespace
}  // namespace sched
