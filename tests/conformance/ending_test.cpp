#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "scheduler/scope.h"
#include "scheduler/sleep.h"
#include "tests/conformance/conformance.h"

// Half-close, close and reset, and what each end sees of them (scheduler/stream.h, scheduler/backend.h).

namespace {

using conformance::Place;
using sched::Result;
using sched::Stream;
using sched::Task;
using support::bytes_of;
using support::error_of;
using support::must;
using support::Pair;

using namespace std::chrono_literals;

/// Sends until that fails; gives how it failed.
Task<std::string> send_until_it_fails(Stream& stream) {
  const std::string piece(10'000, 's');
  for (;;) {
    const Result<void> sent = co_await stream.send(bytes_of(piece));
    if (!sent) co_return error_of(sent);
    co_await sched::yield();
  }
}

/// Closes one end while it has bytes that it did not receive.
Task<> close_with_unreceived_bytes(Stream closing, Stream& sender) {
  must(co_await support::send_text(sender, "for nobody"));
  // The first byte has come, so the others have as well, or will when it is too late.
  must(co_await closing.receive());
  must(co_await support::send_text(sender, "for nobody either"));
  must(co_await sched::sleep_for(20ms));
  closing.close();
}

class Ending : public conformance::StreamConformance {};
RUN_ON_BACKENDS_AND_FAMILIES(Ending);

TEST_P(Ending, AHalfCloseLeavesTheOtherDirectionOpen) {
  run([](Place place) -> Task<> {
    Pair pair = co_await place.connected_pair();
    must(co_await support::send_text(pair.client, "question"));
    must(pair.client.shutdown_send());
    const support::Everything question = co_await support::receive_everything(pair.server);
    EXPECT_EQ(question.text, "question");
    EXPECT_EQ(question.end, "end of stream");
    const std::string answer = support::patterned(100'000);
    sched::Scope scope;
    scope.spawn(support::send_text(pair.server, answer));
    EXPECT_TRUE(co_await support::receive_exactly(pair.client, answer.size()) == answer);
    must(co_await scope.join());
    must(pair.server.shutdown_send());
    EXPECT_EQ(error_of(co_await pair.client.receive()), "end of stream");
  });
}

TEST_P(Ending, AHalfCloseComesAfterEverythingThatWasSent) {
  run([](Place place) -> Task<> {
    Pair pair = co_await place.connected_pair();
    const std::string sent = support::patterned(1'000'000);
    sched::Scope scope;
    scope.spawn([](Stream& stream, const std::string& text) -> Task<Result<void>> {
      if (const Result<void> done = co_await support::send_text(stream, text); !done) co_return done;
      co_return stream.shutdown_send();
    }(pair.client, sent));
    const support::Everything received = co_await support::receive_everything(pair.server);
    EXPECT_TRUE(received.text == sent);
    EXPECT_EQ(received.end, "end of stream");
    must(co_await scope.join());
  });
}

TEST_P(Ending, AHalfCloseMayBeAskedForTwice) {
  run([](Place place) -> Task<> {
    Pair pair = co_await place.connected_pair();
    must(pair.client.shutdown_send());
    must(pair.client.shutdown_send());
    EXPECT_EQ(error_of(co_await pair.server.receive()), "end of stream");
  });
}

TEST_P(Ending, NothingCanBeSentAfterAHalfClose) {
  run([](Place place) -> Task<> {
    Pair pair = co_await place.connected_pair();
    must(pair.client.shutdown_send());
    EXPECT_EQ(co_await send_until_it_fails(pair.client), "EPIPE");
    EXPECT_EQ(error_of(co_await pair.client.flush()), "EPIPE");
    EXPECT_EQ(error_of(co_await pair.server.receive()), "end of stream");
  });
}

TEST_P(Ending, BothEndsMayHalfCloseAtOnce) {
  run([](Place place) -> Task<> {
    Pair pair = co_await place.connected_pair();
    must(pair.client.shutdown_send());
    must(pair.server.shutdown_send());
    EXPECT_EQ(error_of(co_await pair.client.receive()), "end of stream");
    EXPECT_EQ(error_of(co_await pair.server.receive()), "end of stream");
  });
}

TEST_P(Ending, ACloseIsAnEndForThePeer) {
  run([](Place place) -> Task<> {
    Pair pair = co_await place.connected_pair();
    pair.client.close();
    EXPECT_FALSE(pair.client.is_open());
    EXPECT_EQ(error_of(co_await pair.server.receive()), "end of stream");
  });
}

TEST_P(Ending, ACloseDeliversWhatWasFlushed) {
  run([](Place place) -> Task<> {
    Pair pair = co_await place.connected_pair();
    const std::string sent = support::patterned(1000);
    must(co_await support::send_text(pair.client, sent));
    pair.client.close();
    const support::Everything received = co_await support::receive_everything(pair.server);
    EXPECT_TRUE(received.text == sent);
    EXPECT_EQ(received.end, "end of stream");
  });
}

TEST_P(Ending, ADestroyedStreamIsClosed) {
  run([](Place place) -> Task<> {
    Pair pair = co_await place.connected_pair();
    {
      const Stream gone = std::move(pair.client);
    }
    EXPECT_EQ(error_of(co_await pair.server.receive()), "end of stream");
  });
}

TEST_P(Ending, AssigningToAStreamClosesWhatItWas) {
  run([](Place place) -> Task<> {
    Pair first = co_await place.connected_pair();
    Pair second = co_await place.connected_pair();
    first.client = std::move(second.client);
    EXPECT_EQ(error_of(co_await first.server.receive()), "end of stream");
    must(co_await support::send_text(first.client, "moved"));
    EXPECT_EQ(co_await support::receive_exactly(second.server, 5), "moved");
  });
}

TEST_P(Ending, AStreamMayBeClosedTwice) {
  run([](Place place) -> Task<> {
    Pair pair = co_await place.connected_pair();
    pair.client.close();
    pair.client.close();
    pair.client.reset();
    EXPECT_FALSE(pair.client.is_open());
    EXPECT_EQ(error_of(co_await pair.server.receive()), "end of stream");
  });
}

TEST_P(Ending, AResetIsAnErrorOfTcpAndAMereEndOfUnixSockets) {
  run([](Place place) -> Task<> {
    Pair pair = co_await place.connected_pair();
    pair.client.reset();
    const std::string expected = place.is_tcp() ? "ECONNRESET" : "end of stream";
    for (int i = 0; i < 3; ++i) EXPECT_EQ(error_of(co_await pair.server.receive()), expected);
    EXPECT_EQ(error_of(co_await pair.server.receive_available()), expected);
  });
}

TEST_P(Ending, AResetWakesAReceive) {
  run([](Place place) -> Task<> {
    Pair pair = co_await place.connected_pair();
    sched::Scope scope;
    scope.spawn([](Stream& stream, std::string expected) -> Task<> {
      EXPECT_EQ(error_of(co_await stream.receive()), expected);
    }(pair.server, place.is_tcp() ? "ECONNRESET" : "end of stream"));
    must(co_await sched::sleep_for(5ms));
    pair.client.reset();
    must(co_await scope.join());
  });
}

TEST_P(Ending, AResetWakesASend) {
  run([](Place place) -> Task<> {
    Pair pair = co_await place.connected_pair({.unsent_limit = 10'000});
    sched::Scope scope;
    scope.spawn(
        [](Stream& stream) -> Task<> { EXPECT_NE(co_await send_until_it_fails(stream), "nothing"); }(pair.server));
    must(co_await sched::sleep_for(5ms));
    pair.client.reset();
    must(co_await scope.join());
  });
}

TEST_P(Ending, AResetWakesAFlush) {
  run([](Place place) -> Task<> {
    Pair pair = co_await place.connected_pair({.unsent_limit = 10'000'000});
    must(co_await pair.server.send(bytes_of(std::string(9'000'000, 'x'))));
    sched::Scope scope;
    scope.spawn([](Stream& stream) -> Task<> {
      EXPECT_FALSE((co_await stream.flush()).has_value());
      EXPECT_EQ(stream.unsent(), 0U);
    }(pair.server));
    must(co_await sched::sleep_for(5ms));
    pair.client.reset();
    must(co_await scope.join());
  });
}

TEST_P(Ending, ASendErrorIsGivenFromThenOn) {
  run([](Place place) -> Task<> {
    Pair pair = co_await place.connected_pair();
    pair.client.reset();
    const std::string error = co_await send_until_it_fails(pair.server);
    EXPECT_TRUE(error == "EPIPE" || error == "ECONNRESET") << error;
    EXPECT_EQ(error_of(co_await pair.server.send(bytes_of("x"))), error);
    EXPECT_EQ(error_of(co_await pair.server.send(bytes_of("x"), bytes_of("y"))), error);
    EXPECT_EQ(error_of(co_await pair.server.flush()), error);
  });
}

TEST_P(Ending, WhatWasSentBeforeAResetByThePeerMayBeLostButNotChanged) {
  run([](Place place) -> Task<> {
    Pair pair = co_await place.connected_pair();
    const std::string sent = support::patterned(1000);
    must(co_await support::send_text(pair.client, sent));
    pair.client.reset();
    const support::Everything received = co_await support::receive_everything(pair.server);
    EXPECT_TRUE(sent.starts_with(received.text));
    EXPECT_EQ(received.end, place.is_tcp() ? "ECONNRESET" : "end of stream");
  });
}

TEST_P(Ending, AStreamThatIsClosedWithUnreceivedBytesIsResetForThePeer) {
  run([](Place place) -> Task<> {
    Pair pair = co_await place.connected_pair();
    co_await close_with_unreceived_bytes(std::move(pair.server), pair.client);
    const std::string end = error_of(co_await pair.client.receive());
    EXPECT_TRUE(end == "ECONNRESET" || (!place.is_tcp() && end == "end of stream")) << end;
  });
}

TEST_P(Ending, SendingToAPeerThatHasClosedFails) {
  run([](Place place) -> Task<> {
    Pair pair = co_await place.connected_pair();
    pair.client.close();
    EXPECT_EQ(error_of(co_await pair.server.receive()), "end of stream");
    EXPECT_EQ(co_await send_until_it_fails(pair.server), "EPIPE");
    EXPECT_EQ(error_of(co_await pair.server.receive()), "end of stream");
  });
}

TEST_P(Ending, AConnectionMayBeClosedWithoutAByte) {
  run([](Place place) -> Task<> {
    sched::Listener listener = place.listen();
    const sched::Address address = must(listener.local_address());
    for (int i = 0; i < 50; ++i) {
      {
        const Stream client = must(co_await sched::connect(address));
      }
      sched::Accepted accepted = must(co_await listener.accept());
      EXPECT_EQ(error_of(co_await accepted.stream.receive()), "end of stream");
    }
  });
}

TEST_P(Ending, WhatIsUnsentIsDroppedByAClose) {
  run([](Place place) -> Task<> {
    Pair pair = co_await place.connected_pair({.unsent_limit = 50'000'000});
    const std::string sent = support::patterned(20'000'000);
    must(co_await pair.client.send(bytes_of(sent)));
    must(co_await sched::sleep_for(5ms));
    EXPECT_GT(pair.client.unsent(), 0U);
    pair.client.close();
    const support::Everything received = co_await support::receive_everything(pair.server);
    EXPECT_LT(received.text.size(), sent.size());
    EXPECT_TRUE(sent.starts_with(received.text));
  });
}

TEST_P(Ending, ClosingAStreamOnWhichAnOperationWaitsIsAProgrammersError) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_DEATH(run([](Place place) -> Task<> {
                 Pair pair = co_await place.connected_pair();
                 sched::Scope scope;
                 scope.spawn([](Stream& stream) -> Task<> { co_await stream.receive(); }(pair.server));
                 must(co_await sched::sleep_for(1ms));
                 pair.server.close();
               }),
               "a stream is closed while an operation waits on it");
}

class EndingOfTcp : public conformance::BackendConformance {};
RUN_ON_BACKENDS(EndingOfTcp);

TEST_P(EndingOfTcp, AResetIsToldToBothDirectionsWhicheverAsksFirst) {
  run([](Place place) -> Task<> {
    Pair receive_first = co_await place.connected_pair();
    receive_first.client.reset();
    EXPECT_EQ(error_of(co_await receive_first.server.receive()), "ECONNRESET");
    EXPECT_EQ(co_await send_until_it_fails(receive_first.server), "ECONNRESET");

    Pair send_first = co_await place.connected_pair();
    send_first.client.reset();
    EXPECT_EQ(co_await send_until_it_fails(send_first.server), "ECONNRESET");
    EXPECT_EQ(error_of(co_await send_first.server.receive()), "ECONNRESET");
  });
}

}  // namespace
