#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "scheduler/cancel_scope.h"
#include "scheduler/event.h"
#include "scheduler/scope.h"
#include "scheduler/sleep.h"
#include "tests/conformance/conformance.h"

// Cancelling: an operation ends once, as cancelled or with its result, and nothing is lost (scheduler/cancel_scope.h).

namespace {

using conformance::Place;
using sched::Address;
using sched::CancelScope;
using sched::Listener;
using sched::Result;
using sched::Stream;
using sched::Task;
using support::bytes_of;
using support::error_of;
using support::must;
using support::Pair;

using namespace std::chrono_literals;

class Cancelling : public conformance::StreamConformance {};
RUN_ON_BACKENDS_AND_FAMILIES(Cancelling);

TEST_P(Cancelling, AReceiveEndsItAndLosesNothing) {
  run([](Place place) -> Task<> {
    Pair pair = co_await place.connected_pair();
    for (int i = 0; i < 20; ++i) {
      {
        const CancelScope limit(sched::instant_after(sched::now(), 1ms));
        EXPECT_EQ(error_of(limit.outcome(co_await pair.server.receive())), "timed out");
        EXPECT_TRUE(limit.expired());
      }
      const std::string text = std::to_string(i);
      must(co_await support::send_text(pair.client, text));
      EXPECT_EQ(co_await support::receive_exactly(pair.server, text.size()), text);
    }
  });
}

TEST_P(Cancelling, AReceiveWhileBytesComeLosesNothing) {
  run([](Place place) -> Task<> {
    Pair pair = co_await place.connected_pair();
    const std::string sent = support::patterned(200'000);
    sched::Scope scope;
    scope.spawn(support::send_text(pair.client, sent));
    std::string received;
    for (int i = 0; received.size() < sent.size(); ++i) {
      // Sometimes before it starts, sometimes while it waits, sometimes after it is done.
      const CancelScope limit(sched::instant_after(sched::now(), std::chrono::microseconds(i % 7 * 20)));
      const Result<std::string> piece = co_await support::receive_text(pair.server);
      if (piece) received += *piece;
      if (!piece) EXPECT_EQ(error_of(piece), "cancelled");
    }
    EXPECT_TRUE(received == sent);
    must(co_await scope.join());
  });
}

TEST_P(Cancelling, ASendLeavesAPrefixOfTheBytesTaken) {
  run([](Place place) -> Task<> {
    Pair pair = co_await place.connected_pair({.unsent_limit = 5000});
    const std::string sent = support::patterned(20'000'000);
    {
      const CancelScope limit(sched::instant_after(sched::now(), 5ms));
      EXPECT_EQ(error_of(limit.outcome(co_await pair.client.send(bytes_of(sent)))), "timed out");
    }
    const std::size_t taken = pair.client.sent() + pair.client.unsent();
    EXPECT_LT(taken, sent.size());
    // What was taken is still sent, and the stream goes on behind it.
    sched::Scope scope;
    scope.spawn([](Stream& stream) -> Task<Result<void>> {
      if (const Result<void> more = co_await support::send_text(stream, "more"); !more) co_return more;
      co_return stream.shutdown_send();
    }(pair.client));
    const support::Everything received = co_await support::receive_everything(pair.server);
    must(co_await scope.join());
    EXPECT_TRUE(received.text == sent.substr(0, taken) + "more");
  });
}

TEST_P(Cancelling, AFlushLeavesTheBytesOnTheirWay) {
  run([](Place place) -> Task<> {
    Pair pair = co_await place.connected_pair({.unsent_limit = 10'000'000});
    const std::string sent = support::patterned(5'000'000);
    must(co_await pair.client.send(bytes_of(sent)));
    {
      const CancelScope limit(sched::instant_after(sched::now(), 2ms));
      EXPECT_EQ(error_of(limit.outcome(co_await pair.client.flush())), "timed out");
    }
    sched::Scope scope;
    scope.spawn([](Stream& stream) -> Task<Result<void>> { co_return co_await stream.flush(); }(pair.client));
    EXPECT_TRUE(co_await support::receive_exactly(pair.server, sent.size()) == sent);
    must(co_await scope.join());
  });
}

TEST_P(Cancelling, AnAcceptLosesNoConnection) {
  run([](Place place) -> Task<> {
    Listener listener = place.listen();
    for (int i = 0; i < 20; ++i) {
      {
        const CancelScope limit(sched::instant_after(sched::now(), 1ms));
        EXPECT_EQ(error_of(limit.outcome(co_await listener.accept())), "timed out");
      }
      Stream client = must(co_await sched::connect(must(listener.local_address())));
      must(co_await support::send_text(client, "me"));
      sched::Accepted accepted = must(co_await listener.accept());
      EXPECT_EQ(co_await support::receive_exactly(accepted.stream, 2), "me");
    }
  });
}

TEST_P(Cancelling, AnAcceptWhileConnectionsComeLosesNone) {
  run([](Place place) -> Task<> {
    constexpr int kMany = 100;
    Listener listener = place.listen();
    sched::Scope scope;
    scope.spawn([](Address to) -> Task<> {
      for (int i = 0; i < kMany; ++i) {
        Stream stream = must(co_await sched::connect(to));
        must(co_await support::send_text(stream, "x"));
        must(stream.shutdown_send());
        EXPECT_EQ((co_await support::receive_everything(stream)).text, "x");
      }
    }(must(listener.local_address())));
    sched::Scope sessions;
    for (int accepted = 0, tries = 0; accepted < kMany; ++tries) {
      const CancelScope limit(sched::instant_after(sched::now(), std::chrono::microseconds(tries % 5 * 20)));
      Result<sched::Accepted> connection = co_await listener.accept();
      if (!connection) continue;
      ++accepted;
      sessions.spawn(support::echo(std::move(connection->stream)));
    }
    must(co_await scope.join());
    must(co_await sessions.join());
  });
}

TEST_P(Cancelling, AConnectLeavesNothingBehind) {
  run([](Place place) -> Task<> {
    Listener listener = place.listen();
    const Address address = must(listener.local_address());
    for (int i = 0; i < 50; ++i) {
      CancelScope limit(sched::instant_after(sched::now(), std::chrono::microseconds(i * 10)));
      const Result<Stream> stream = co_await sched::connect(address);
      if (!stream) EXPECT_EQ(error_of(stream), "cancelled");
    }
    // Those that stood before they were cancelled are seen as connections that end.
    while (Result<sched::Accepted> accepted = co_await listener.accept_queued()) {
      EXPECT_NE(error_of(co_await accepted->stream.receive()), "nothing");
    }
  });
}

TEST_P(Cancelling, LetsNothingStart) {
  run([](Place place) -> Task<> {
    Listener listener = place.listen();
    Pair pair = co_await support::connect_pair(listener);
    CancelScope scope;
    scope.cancel();
    EXPECT_EQ(error_of(co_await pair.client.send(bytes_of("never"))), "cancelled");
    EXPECT_EQ(error_of(co_await pair.client.receive()), "cancelled");
    EXPECT_EQ(error_of(co_await pair.client.flush()), "cancelled");
    EXPECT_EQ(error_of(co_await listener.accept()), "cancelled");
    EXPECT_EQ(error_of(co_await sched::connect(must(listener.local_address()))), "cancelled");
    EXPECT_EQ(error_of(co_await sched::sleep_for(1h)), "cancelled");
    EXPECT_EQ(error_of(co_await pair.server.receive_available()), "would block");
    EXPECT_EQ(pair.client.sent() + pair.client.unsent(), 0U);
  });
}

TEST_P(Cancelling, TwiceIsCancellingOnce) {
  run([](Place place) -> Task<> {
    Pair pair = co_await place.connected_pair();
    sched::Scope scope;
    scope.spawn(
        [](Stream& stream) -> Task<> { EXPECT_EQ(error_of(co_await stream.receive()), "cancelled"); }(pair.server));
    must(co_await sched::sleep_for(1ms));
    scope.cancel();
    scope.cancel();
    must(co_await scope.join());
    must(co_await support::send_text(pair.client, "later"));
    EXPECT_EQ(co_await support::receive_exactly(pair.server, 5), "later");
  });
}

TEST_P(Cancelling, IsHiddenByAShieldWhileTheLastWordsAreSaid) {
  run([](Place place) -> Task<> {
    Pair pair = co_await place.connected_pair();
    sched::Scope scope;
    scope.spawn([](Stream stream) -> Task<> {
      EXPECT_EQ(error_of(co_await stream.receive()), "cancelled");
      const CancelScope shield(sched::instant_after(sched::now(), 10s), CancelScope::Shield::yes);
      must(co_await support::send_text(stream, "goodbye"));
      must(stream.shutdown_send());
      EXPECT_EQ((co_await support::receive_everything(stream)).end, "end of stream");
    }(std::move(pair.server)));
    must(co_await sched::sleep_for(1ms));
    scope.cancel();
    EXPECT_EQ((co_await support::receive_everything(pair.client)).text, "goodbye");
    pair.client.close();
    must(co_await scope.join());
  });
}

TEST_P(Cancelling, AParentEndsEverythingBelowIt) {
  run([](Place place) -> Task<> {
    sched::Scope scope;
    scope.spawn([](Place there) -> Task<Result<void>> {
      Pair pair = co_await there.connected_pair();
      sched::Scope inner;
      for (Stream* stream : {&pair.client, &pair.server}) {
        inner.spawn([](Stream& of) -> Task<Result<void>> {
          const Result<std::string> received = co_await support::receive_text(of);
          co_return received ? Result<void>{} : std::unexpected(received.error());
        }(*stream));
      }
      co_return co_await inner.join();
    }(place));
    must(co_await sched::sleep_for(200ms));
    scope.cancel();
    EXPECT_EQ(error_of(co_await scope.join()), "cancelled");
  });
}

/// A server and three clients that do everything a stream can do.
Task<Result<void>> everything(Place place, bool& completed) {
  sched::ListenOptions options;
  options.streams.unsent_limit = 2000;
  Listener listener = place.listen(options);
  sched::Scope scope;
  scope.spawn([](Listener& from) -> Task<Result<void>> {
    sched::Scope sessions;
    for (int i = 0; i < 3; ++i) {
      Result<sched::Accepted> accepted = co_await from.accept();
      if (!accepted) break;
      sessions.spawn(support::echo(std::move(accepted->stream)));
    }
    co_return co_await sessions.join();
  }(listener));
  for (unsigned i = 0; i < 3; ++i) {
    scope.spawn([](Address to, unsigned number) -> Task<Result<void>> {
      Result<Stream> stream = co_await sched::connect(to);
      if (!stream) co_return std::unexpected(stream.error());
      const std::string text = support::patterned(3000, number);
      if (const Result<void> sent = co_await support::send_text(*stream, text); !sent) co_return sent;
      if (const Result<void> slept = co_await sched::sleep_for(10us); !slept) co_return slept;
      if (const Result<void> ended = stream->shutdown_send(); !ended) co_return ended;
      const support::Everything received = co_await support::receive_everything(*stream);
      if (received.end == "end of stream") EXPECT_EQ(received.text, text);
      EXPECT_TRUE(text.starts_with(received.text));
      co_return Result<void>{};
    }(must(listener.local_address()), i));
  }
  const Result<void> joined = co_await scope.join();
  completed = joined.has_value();
  co_return joined;
}

TEST_P(Cancelling, AfterAnyNumberOfTurnsEndsEverything) {
  run([](Place place) -> Task<> {
    int completions = 0;
    // Every turn of the first ones, then in steps that grow: a simulated turn is a microsecond.
    for (int turns = 0; completions < 3 && turns < 1'000'000; turns += 1 + turns / 20) {
      bool completed = false;
      sched::Scope scope;
      scope.spawn(everything(place, completed));
      for (int turn = 0; turn < turns && scope.size() > 0; ++turn) co_await sched::yield();
      scope.cancel();
      co_await scope.join();
      completions = completed ? completions + 1 : 0;
    }
    EXPECT_EQ(completions, 3);
  });
}

}  // namespace
