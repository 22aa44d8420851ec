#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "scheduler/cancel_scope.h"
#include "scheduler/scope.h"
#include "scheduler/sleep.h"
#include "tests/conformance/conformance.h"

namespace {

using conformance::Place;
using sched::Lease;
using sched::Result;
using sched::Stream;
using sched::Task;
using support::bytes_of;
using support::error_of;
using support::must;
using support::Pair;
using support::text_of;

STREAM_SUITE(Receiving);

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

TEST_P(Receiving, GivesNoMoreThanTheLimit) {
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

TEST_P(Receiving, WaitsUntilBytesCome) {
  run([](Place place) -> Task<> {
    Pair pair = co_await place.connected_pair();
    sched::Scope scope;
    scope.spawn([](Stream& stream) -> Task<Result<void>> {
      must(co_await sched::sleep_for(std::chrono::milliseconds(10)));
      co_return co_await stream.send(bytes_of("late"));
    }(pair.client));
    const sched::Instant before = sched::now();
    EXPECT_EQ(co_await support::receive_exactly(pair.server, 4), "late");
    EXPECT_GE(sched::now() - before, std::chrono::milliseconds(10));
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
  });
}

}  // namespace
