#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "scheduler/cancel_scope.h"
#include "scheduler/event.h"
#include "scheduler/scope.h"
#include "scheduler/sleep.h"
#include "tests/conformance/conformance.h"

// Listening and accepting (scheduler/listener.h).

namespace {

using conformance::Place;
using sched::Accepted;
using sched::Address;
using sched::Listener;
using sched::Stream;
using sched::Task;
using support::error_of;
using support::must;
using support::Pair;

using namespace std::chrono_literals;

class Listening : public conformance::StreamConformance {};
RUN_ON_BACKENDS_AND_FAMILIES(Listening);

TEST_P(Listening, AtAnAddressInUseFails) {
  run([](Place place) -> Task<> {
    Listener listener = place.listen();
    EXPECT_EQ(error_of(sched::listen(must(listener.local_address()))), "EADDRINUSE");
    co_return;
  });
}

TEST_P(Listening, WorksAgainAtAnAddressThatWasClosed) {
  run([](Place place) -> Task<> {
    Listener first = place.listen();
    const Address address = must(first.local_address());
    // With a connection that is still open: its port is not in the way.
    Pair pair = co_await support::connect_pair(first);
    first.close();
    Listener second = must(sched::listen(address));
    must(co_await support::send_text(pair.client, "x"));
    EXPECT_EQ(co_await support::receive_exactly(pair.server, 1), "x");
    co_await support::connect_pair(second);
  });
}

TEST_P(Listening, TellsItsAddress) {
  run([](Place place) -> Task<> {
    const Address asked = place.free_address();
    const Listener listener = must(sched::listen(asked));
    const Address given = must(listener.local_address());
    if (place.is_tcp()) {
      EXPECT_EQ(given.host(), asked.host());
      EXPECT_NE(given.port(), 0);
    } else {
      EXPECT_EQ(given, asked);
    }
    co_return;
  });
}

TEST_P(Listening, AcceptsInTheOrderOfTheConnects) {
  run([](Place place) -> Task<> {
    Listener listener = place.listen();
    std::vector<Stream> clients;
    for (int i = 0; i < 10; ++i) {
      clients.push_back(must(co_await sched::connect(must(listener.local_address()))));
      must(co_await support::send_text(clients.back(), std::to_string(i)));
    }
    for (int i = 0; i < 10; ++i) {
      Accepted accepted = must(co_await listener.accept());
      EXPECT_EQ(co_await support::receive_exactly(accepted.stream, 1), std::to_string(i));
    }
  });
}

TEST_P(Listening, AcceptWaitsForAConnection) {
  run([](Place place) -> Task<> {
    Listener listener = place.listen();
    sched::Event accepted;
    sched::Scope scope;
    scope.spawn([](Listener& from, sched::Event& event) -> Task<> {
      must(co_await from.accept());
      event.set();
    }(listener, accepted));
    must(co_await sched::sleep_for(5ms));
    EXPECT_FALSE(accepted.is_set());
    const Stream client = must(co_await sched::connect(must(listener.local_address())));
    must(co_await scope.join());
  });
}

TEST_P(Listening, AcceptOfWhatIsQueuedDoesNotWait) {
  run([](Place place) -> Task<> {
    Listener listener = place.listen();
    EXPECT_EQ(error_of(co_await listener.accept_queued()), "would block");
    const Stream client = must(co_await sched::connect(must(listener.local_address())));
    EXPECT_EQ(error_of(co_await listener.accept_queued()), "nothing");
    EXPECT_EQ(error_of(co_await listener.accept_queued()), "would block");
  });
}

TEST_P(Listening, AcceptOfWhatIsQueuedWorksInACancelledFiber) {
  run([](Place place) -> Task<> {
    Listener listener = place.listen();
    const Stream first = must(co_await sched::connect(must(listener.local_address())));
    const Stream second = must(co_await sched::connect(must(listener.local_address())));
    sched::CancelScope scope;
    scope.cancel();
    EXPECT_EQ(error_of(co_await listener.accept()), "cancelled");
    EXPECT_EQ(error_of(co_await listener.accept_queued()), "nothing");
    EXPECT_EQ(error_of(co_await listener.accept_queued()), "nothing");
    EXPECT_EQ(error_of(co_await listener.accept_queued()), "would block");
  });
}

TEST_P(Listening, GivesItsStreamOptionsToWhatItAccepts) {
  run([](Place place) -> Task<> {
    sched::ListenOptions options;
    options.streams.receive_limit = 3;
    Listener listener = place.listen(options);
    Pair pair = co_await support::connect_pair(listener);
    must(co_await support::send_text(pair.client, "abcdef"));
    EXPECT_LE(must(co_await support::receive_text(pair.server)).size(), 3U);
  });
}

TEST_P(Listening, AStreamOutlivesItsListener) {
  run([](Place place) -> Task<> {
    std::optional<Pair> pair;
    {
      Listener listener = place.listen();
      pair = co_await support::connect_pair(listener);
    }
    must(co_await support::send_text(pair->client, "still"));
    EXPECT_EQ(co_await support::receive_exactly(pair->server, 5), "still");
  });
}

TEST_P(Listening, GivesAConnectionWhosePeerHasGoneAlready) {
  run([](Place place) -> Task<> {
    Listener listener = place.listen();
    {
      Stream client = must(co_await sched::connect(must(listener.local_address())));
      must(co_await support::send_text(client, "bye"));
    }
    Accepted accepted = must(co_await listener.accept());
    const support::Everything received = co_await support::receive_everything(accepted.stream);
    EXPECT_EQ(received.text, "bye");
    EXPECT_EQ(received.end, "end of stream");
  });
}

TEST_P(Listening, GivesAConnectionThatWasResetAsOneThatFailsOrPassesItOver) {
  run([](Place place) -> Task<> {
    Listener listener = place.listen();
    must(co_await sched::connect(must(listener.local_address()))).reset();
    must(co_await sched::sleep_for(20ms));
    Stream second = must(co_await sched::connect(must(listener.local_address())));
    must(co_await support::send_text(second, "alive"));
    Accepted accepted = must(co_await listener.accept());
    std::string text = co_await support::receive_exactly(accepted.stream, 5);
    if (text.empty()) {
      accepted = must(co_await listener.accept());
      text = co_await support::receive_exactly(accepted.stream, 5);
    }
    EXPECT_EQ(text, "alive");
  });
}

TEST_P(Listening, TwoAcceptsAtOnceAreAProgrammersError) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_DEATH(run([](Place place) -> Task<> {
                 Listener listener = place.listen();
                 sched::Scope scope;
                 for (int i = 0; i < 2; ++i) {
                   scope.spawn([](Listener& from) -> Task<> { co_await from.accept(); }(listener));
                 }
                 must(co_await scope.join());
               }),
               "a listener has one accept at a time");
}

TEST_P(Listening, ClosingAListenerOnWhichAnAcceptWaitsIsAProgrammersError) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_DEATH(run([](Place place) -> Task<> {
                 Listener listener = place.listen();
                 sched::Scope scope;
                 scope.spawn([](Listener& from) -> Task<> { co_await from.accept(); }(listener));
                 must(co_await sched::sleep_for(1ms));
                 listener.close();
               }),
               "a listener is closed while an accept waits on it");
}

}  // namespace
