#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "scheduler/cancel_scope.h"
#include "scheduler/scope.h"
#include "scheduler/sleep.h"
#include "tests/conformance/conformance.h"

// What a receive gives, and when (scheduler/stream.h).

namespace {

using conformance::Place;
using sched::CancelScope;
using sched::Lease;
using sched::Result;
using sched::Stream;
using sched::Task;
using support::bytes_of;
using support::error_of;
using support::must;
using support::Pair;
using support::text_of;

using namespace std::chrono_literals;

class Receiving : public conformance::StreamConformance {};
RUN_ON_BACKENDS_AND_FAMILIES(Receiving);

TEST_P(Receiving, GivesBytesInTheOrderTheyWereSent) {
  run([](Place place) -> Task<> {
    Pair pair = co_await place.connected_pair();
    std::string sent;
    for (unsigned i = 1; i <= 100; ++i) {
      const std::string piece = support::patterned(i, i);
      sent += piece;
      must(co_await pair.client.send(bytes_of(piece)));
    }
    EXPECT_EQ(co_await support::receive_exactly(pair.server, sent.size()), sent);
  });
}

TEST_P(Receiving, PassesEveryByteValue) {
  run([](Place place) -> Task<> {
    Pair pair = co_await place.connected_pair();
    std::string sent;
    for (int value = 0; value < 256; ++value) sent += static_cast<char>(value);
    must(co_await pair.client.send(bytes_of(sent)));
    EXPECT_EQ(co_await support::receive_exactly(pair.server, sent.size()), sent);
  });
}

TEST_P(Receiving, WorksInBothDirectionsAtOnce) {
  run([](Place place) -> Task<> {
    Pair pair = co_await place.connected_pair();
    const std::string to_server = support::patterned(1'000'000, 1);
    const std::string to_client = support::patterned(1'000'000, 2);
    sched::Scope scope;
    scope.spawn(support::send_text(pair.client, to_server));
    scope.spawn(support::send_text(pair.server, to_client));
    scope.spawn([](Stream& stream, const std::string& expected) -> Task<> {
      EXPECT_TRUE(co_await support::receive_exactly(stream, expected.size()) == expected);
    }(pair.server, to_server));
    EXPECT_TRUE(co_await support::receive_exactly(pair.client, to_client.size()) == to_client);
    must(co_await scope.join());
  });
}

TEST_P(Receiving, GivesAtLeastOneByteAndNoMoreThanTheLimit) {
  run([](Place place) -> Task<> {
    Pair pair = co_await place.connected_pair({.receive_limit = 10});
    const std::string sent = support::patterned(1000);
    must(co_await pair.client.send(bytes_of(sent)));
    std::string received;
    while (received.size() < sent.size()) {
      const std::string piece = must(co_await support::receive_text(pair.server));
      EXPECT_GE(piece.size(), 1U);
      EXPECT_LE(piece.size(), 10U);
      received += piece;
    }
    EXPECT_EQ(received, sent);
  });
}

TEST_P(Receiving, HonoursALimitOfOneByte) {
  run([](Place place) -> Task<> {
    Pair pair = co_await place.connected_pair({.receive_limit = 1});
    must(co_await pair.client.send(bytes_of("abc")));
    EXPECT_EQ(must(co_await support::receive_text(pair.server)), "a");
    EXPECT_EQ(must(co_await support::receive_text(pair.server)), "b");
    EXPECT_EQ(must(co_await support::receive_text(pair.server)), "c");
  });
}

TEST_P(Receiving, TakesALimitAboveTheLargestBuffer) {
  run([](Place place) -> Task<> {
    Pair pair = co_await place.connected_pair({.receive_limit = 10'000'000});
    const std::string sent = support::patterned(300'000);
    sched::Scope scope;
    scope.spawn(support::send_text(pair.client, sent));
    EXPECT_TRUE(co_await support::receive_exactly(pair.server, sent.size()) == sent);
    must(co_await scope.join());
  });
}

TEST_P(Receiving, WaitsUntilBytesCome) {
  run([](Place place) -> Task<> {
    Pair pair = co_await place.connected_pair();
    sched::Scope scope;
    scope.spawn([](Stream& stream) -> Task<Result<void>> {
      must(co_await sched::sleep_for(10ms));
      co_return co_await stream.send(bytes_of("late"));
    }(pair.client));
    const sched::Instant before = sched::now();
    EXPECT_EQ(co_await support::receive_exactly(pair.server, 4), "late");
    EXPECT_GE(sched::now() - before, 10ms);
    must(co_await scope.join());
  });
}

TEST_P(Receiving, GivesTheEndAfterAllBytesAndFromThenOn) {
  run([](Place place) -> Task<> {
    Pair pair = co_await place.connected_pair();
    must(co_await support::send_text(pair.client, "last words"));
    must(pair.client.shutdown_send());
    EXPECT_EQ(co_await support::receive_exactly(pair.server, 10), "last words");
    for (int i = 0; i < 3; ++i) EXPECT_EQ(error_of(co_await pair.server.receive()), "end of stream");
    EXPECT_EQ(error_of(co_await pair.server.receive_available()), "end of stream");
  });
}

TEST_P(Receiving, WakesAtTheEndOfTheStream) {
  run([](Place place) -> Task<> {
    Pair pair = co_await place.connected_pair();
    sched::Scope scope;
    scope.spawn(
        [](Stream& stream) -> Task<> { EXPECT_EQ(error_of(co_await stream.receive()), "end of stream"); }(pair.server));
    must(co_await sched::sleep_for(1ms));
    must(pair.client.shutdown_send());
    must(co_await scope.join());
  });
}

TEST_P(Receiving, KeepsTheBytesOfALeaseAcrossAwaits) {
  run([](Place place) -> Task<> {
    Pair pair = co_await place.connected_pair({.receive_limit = 8});
    const std::string sent = support::patterned(80);
    must(co_await pair.client.send(bytes_of(sent)));
    std::vector<Lease> leases;
    std::size_t size = 0;
    while (size < sent.size()) {
      leases.push_back(must(co_await pair.server.receive()));
      size += leases.back().size();
    }
    must(co_await sched::sleep_for(1ms));
    std::string received;
    for (const Lease& lease : leases) received += text_of(lease.bytes());
    EXPECT_EQ(received, sent);
  });
}

TEST_P(Receiving, GivesALeaseThatOutlivesItsStream) {
  run([](Place place) -> Task<> {
    Lease lease;
    {
      Pair pair = co_await place.connected_pair();
      must(co_await support::send_text(pair.client, "still here"));
      lease = must(co_await pair.server.receive());
    }
    must(co_await sched::sleep_for(1ms));
    EXPECT_TRUE(std::string("still here").starts_with(text_of(lease.bytes())));
  });
}

TEST_P(Receiving, GivesALeaseThatWasDroppedAgain) {
  run([](Place place) -> Task<> {
    Pair pair = co_await place.connected_pair();
    const std::string piece = support::patterned(10'000);
    // More than any pool holds, were the buffers not given back.
    for (int i = 0; i < 2000; ++i) {
      must(co_await pair.client.send(bytes_of(piece)));
      EXPECT_EQ((co_await support::receive_exactly(pair.server, piece.size())).size(), piece.size());
    }
  });
}

TEST_P(Receiving, LeavesHeadRoomForAPrefix) {
  run([](Place place) -> Task<> {
    Pair pair = co_await place.connected_pair();
    must(co_await pair.client.send(bytes_of("H")));
    Lease lease = must(co_await pair.server.receive());
    EXPECT_GE(lease.head_room(), sched::kHeadRoom);
    const std::string prefix(sched::kHeadRoom, '>');
    lease.prepend(bytes_of(prefix));
    must(co_await pair.server.send(std::move(lease)));
    EXPECT_EQ(co_await support::receive_exactly(pair.client, prefix.size() + 1), prefix + "H");
  });
}

TEST_P(Receiving, LeavesHeadRoomInEveryLeaseOfALargeTransfer) {
  run([](Place place) -> Task<> {
    Pair pair = co_await place.connected_pair();
    const std::string sent = support::patterned(2'000'000);
    sched::Scope scope;
    scope.spawn(support::send_text(pair.client, sent));
    std::string received;
    while (received.size() < sent.size()) {
      const Lease lease = must(co_await pair.server.receive());
      EXPECT_GE(lease.head_room(), sched::kHeadRoom);
      received += text_of(lease.bytes());
    }
    EXPECT_TRUE(received == sent);
    must(co_await scope.join());
  });
}

TEST_P(Receiving, GivesABufferWhoseFreeEndCanBeWrittenTo) {
  run([](Place place) -> Task<> {
    Pair pair = co_await place.connected_pair({.receive_limit = 100});
    must(co_await pair.client.send(bytes_of("a")));
    Lease lease = must(co_await pair.server.receive());
    const std::span<std::byte> room = lease.tail_room();
    for (std::byte& byte : room) byte = std::byte{'z'};
    lease.commit(room.size());
    EXPECT_EQ(text_of(lease.bytes()), "a" + std::string(room.size(), 'z'));
  });
}

TEST_P(Receiving, OfWhatIsAvailableDoesNotWait) {
  run([](Place place) -> Task<> {
    Pair pair = co_await place.connected_pair();
    EXPECT_EQ(error_of(co_await pair.server.receive_available()), "would block");
    EXPECT_EQ(error_of(co_await pair.server.receive_available()), "would block");
  });
}

TEST_P(Receiving, OfWhatIsAvailableGivesWhatHasArrived) {
  run([](Place place) -> Task<> {
    Pair pair = co_await place.connected_pair();
    must(co_await support::send_text(pair.client, "here"));
    std::string received;
    while (received.size() < 4) {
      const Result<Lease> lease = co_await pair.server.receive_available();
      if (lease) received += text_of(lease->bytes());
      if (!lease) EXPECT_EQ(error_of(lease), "would block");
      co_await sched::yield();
    }
    EXPECT_EQ(received, "here");
    EXPECT_EQ(error_of(co_await pair.server.receive_available()), "would block");
  });
}

TEST_P(Receiving, OfWhatIsAvailableGivesTheEnd) {
  run([](Place place) -> Task<> {
    Pair pair = co_await place.connected_pair();
    must(pair.client.shutdown_send());
    EXPECT_EQ(error_of(co_await pair.server.receive()), "end of stream");
    EXPECT_EQ(error_of(co_await pair.server.receive_available()), "end of stream");
  });
}

TEST_P(Receiving, OfWhatIsAvailableWorksInACancelledFiber) {
  run([](Place place) -> Task<> {
    Pair pair = co_await place.connected_pair({.receive_limit = 1});
    must(co_await support::send_text(pair.client, "ab"));
    EXPECT_EQ(co_await support::receive_exactly(pair.server, 1), "a");
    CancelScope scope;
    scope.cancel();
    EXPECT_EQ(error_of(co_await pair.server.receive()), "cancelled");
    Result<Lease> second = co_await pair.server.receive_available();
    while (error_of(second) == "would block") {
      co_await sched::yield();
      second = co_await pair.server.receive_available();
    }
    EXPECT_EQ(text_of(must(std::move(second)).bytes()), "b");
  });
}

TEST_P(Receiving, GoesOnAfterOneThatFoundNothing) {
  run([](Place place) -> Task<> {
    Pair pair = co_await place.connected_pair();
    EXPECT_EQ(error_of(co_await pair.server.receive_available()), "would block");
    must(co_await pair.client.send(bytes_of("then this")));
    EXPECT_EQ(co_await support::receive_exactly(pair.server, 9), "then this");
    EXPECT_EQ(error_of(co_await pair.server.receive_available()), "would block");
    must(co_await pair.client.send(bytes_of("and that")));
    EXPECT_EQ(co_await support::receive_exactly(pair.server, 8), "and that");
  });
}

TEST_P(Receiving, MayGoOnWhileASendWaits) {
  run([](Place place) -> Task<> {
    Pair pair = co_await place.connected_pair({.unsent_limit = 1000});
    sched::Scope scope;
    // More than what fits anywhere: it waits until the other end reads.
    scope.spawn(support::send_text(pair.server, std::string(20'000'000, 'x')));
    for (int i = 0; i < 10; ++i) {
      must(co_await support::send_text(pair.client, "ping"));
      EXPECT_EQ(co_await support::receive_exactly(pair.server, 4), "ping");
    }
    scope.cancel();
    EXPECT_EQ(error_of(co_await scope.join()), "cancelled");
  });
}

TEST_P(Receiving, TwiceAtOnceOnOneStreamIsAProgrammersError) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_DEATH(run([](Place place) -> Task<> {
                 Pair pair = co_await place.connected_pair();
                 sched::Scope scope;
                 for (int i = 0; i < 2; ++i) {
                   scope.spawn([](Stream& stream) -> Task<> { co_await stream.receive(); }(pair.server));
                 }
                 must(co_await scope.join());
               }),
               "a stream has one receive at a time");
}

}  // namespace
