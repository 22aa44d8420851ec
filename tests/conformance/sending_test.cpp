#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "scheduler/event.h"
#include "scheduler/scope.h"
#include "scheduler/sleep.h"
#include "tests/conformance/conformance.h"

// What a send takes, what it keeps and when it waits; what a flush waits for (scheduler/stream.h).

namespace {

using conformance::Place;
using sched::Lease;
using sched::Result;
using sched::Stream;
using sched::StreamOptions;
using sched::Task;
using support::bytes_of;
using support::error_of;
using support::must;
using support::Pair;

using namespace std::chrono_literals;

/// Small buffers everywhere, so that a peer that does not read stops the sender soon.
constexpr StreamOptions kTight{.unsent_limit = 10'000,
                               .kernel_unsent_limit = 16'384,
                               .kernel_receive_buffer = 16'384,
                               .kernel_send_buffer = 16'384};

/// More than fits into all buffers of a stream with kTight, the kernel's slack included.
constexpr std::size_t kTooMuch = 1'000'000;

/// Sends pieces of `size` bytes until the stream keeps some of them.
Task<std::size_t> fill(Stream& stream, std::size_t size) {
  const std::string piece(size, 'f');
  std::size_t sent = 0;
  while (stream.unsent() == 0) {
    must(co_await stream.send(bytes_of(piece)));
    sent += size;
    // What a backend hands to the kernel at the end of the turn is not what a full socket leaves.
    co_await sched::yield();
    co_await sched::yield();
  }
  co_return sent;
}

class Sending : public conformance::StreamConformance {};
RUN_ON_BACKENDS_AND_FAMILIES(Sending);

TEST_P(Sending, NothingCompletesAtOnceAndSendsNothing) {
  run([](Place place) -> Task<> {
    Pair pair = co_await place.connected_pair();
    must(co_await pair.client.send(sched::Bytes()));
    must(co_await pair.client.send(sched::Bytes(), sched::Bytes()));
    must(co_await pair.client.send(bytes_of("x")));
    EXPECT_EQ(co_await support::receive_exactly(pair.server, 1), "x");
    EXPECT_EQ(pair.client.sent(), 1U);
  });
}

TEST_P(Sending, TwoPartsLeavesNoGapBetweenThem) {
  run([](Place place) -> Task<> {
    Pair pair = co_await place.connected_pair();
    must(co_await pair.client.send(bytes_of("GOT:"), bytes_of("Hello")));
    must(co_await pair.client.send(bytes_of(""), bytes_of("!")));
    must(co_await pair.client.send(bytes_of("?"), bytes_of("")));
    EXPECT_EQ(co_await support::receive_exactly(pair.server, 11), "GOT:Hello!?");
  });
}

TEST_P(Sending, TwoLargePartsArriveInOrder) {
  run([](Place place) -> Task<> {
    Pair pair = co_await place.connected_pair(kTight);
    const std::string first = support::patterned(300'000, 1);
    const std::string second = support::patterned(300'000, 2);
    sched::Scope scope;
    scope.spawn([](Stream& stream, const std::string& one, const std::string& other) -> Task<Result<void>> {
      co_return co_await stream.send(bytes_of(one), bytes_of(other));
    }(pair.client, first, second));
    EXPECT_TRUE(co_await support::receive_exactly(pair.server, 600'000) == first + second);
    must(co_await scope.join());
  });
}

TEST_P(Sending, ALeaseThatWasLentAndFilled) {
  run([](Place place) -> Task<> {
    Pair pair = co_await place.connected_pair();
    for (const std::size_t size : {1UZ, 100UZ, 4096UZ, 4097UZ, 65'536UZ}) {
      Lease lease = pair.client.lend(size);
      EXPECT_EQ(lease.size(), 0U);
      EXPECT_GE(lease.head_room(), sched::kHeadRoom);
      EXPECT_GE(lease.tail_room().size(), size);
      const std::string text = support::patterned(size);
      std::ranges::copy(bytes_of(text), lease.tail_room().begin());
      lease.commit(size);
      sched::Scope scope;
      scope.spawn([](Stream& stream, Lease full) -> Task<Result<void>> {
        co_return co_await stream.send(std::move(full));
      }(pair.client, std::move(lease)));
      EXPECT_TRUE(co_await support::receive_exactly(pair.server, size) == text);
      must(co_await scope.join());
    }
  });
}

TEST_P(Sending, IsDoneWithTheBytesWhenItCompletes) {
  run([](Place place) -> Task<> {
    Pair pair = co_await place.connected_pair(kTight);
    std::string expected;
    sched::Scope scope;
    scope.spawn([](Stream& stream, std::string& all) -> Task<Result<void>> {
      std::string buffer;
      for (unsigned i = 0; i < 200; ++i) {
        buffer = support::patterned(3000, i);
        all += buffer;
        if (const Result<void> sent = co_await stream.send(bytes_of(buffer)); !sent) co_return sent;
        std::ranges::fill(buffer, '!');
      }
      co_return Result<void>{};
    }(pair.client, expected));
    const std::string received = co_await support::receive_exactly(pair.server, 600'000);
    must(co_await scope.join());
    EXPECT_TRUE(received == expected);
  });
}

TEST_P(Sending, TenMegabytesArriveIntactAtASlowReader) {
  run([](Place place) -> Task<> {
    Pair pair = co_await place.connected_pair();
    const std::string sent = support::patterned(10'000'000);
    sched::Scope scope;
    scope.spawn(support::send_text(pair.client, sent));
    std::string received;
    for (int pauses = 0; received.size() < sent.size(); ++pauses) {
      if (pauses < 20) must(co_await sched::sleep_for(1ms));
      received += must(co_await support::receive_text(pair.server));
    }
    EXPECT_TRUE(received == sent);
    must(co_await scope.join());
    EXPECT_EQ(pair.client.sent(), sent.size());
    EXPECT_EQ(pair.client.unsent(), 0U);
  });
}

TEST_P(Sending, StopsWhenThePeerDoesNotReadAndGoesOnWhenItDoes) {
  run([](Place place) -> Task<> {
    Pair pair = co_await place.connected_pair(kTight);
    sched::Event done;
    sched::Scope scope;
    scope.spawn([](Stream& stream, sched::Event& event) -> Task<Result<void>> {
      const std::string text(kTooMuch, 'x');
      const Result<void> sent = co_await stream.send(bytes_of(text));
      event.set();
      co_return sent;
    }(pair.client, done));
    must(co_await sched::sleep_for(50ms));
    EXPECT_FALSE(done.is_set());
    EXPECT_EQ((co_await support::receive_exactly(pair.server, kTooMuch)).size(), kTooMuch);
    must(co_await scope.join());
    EXPECT_TRUE(done.is_set());
  });
}

TEST_P(Sending, BoundsWhatAPeerThatDoesNotReadCanPin) {
  run([](Place place) -> Task<> {
    Pair pair = co_await place.connected_pair(kTight);
    sched::Scope scope;
    scope.spawn(support::send_text(pair.client, std::string(kTooMuch, 'x')));
    must(co_await sched::sleep_for(50ms));
    // The kernel doubles what it is told, and keeps some for itself.
    EXPECT_LT(pair.client.sent(), 400'000U);
    EXPECT_LE(pair.client.unsent(), kTight.unsent_limit);
    scope.cancel();
    EXPECT_EQ(error_of(co_await scope.join()), "cancelled");
  });
}

TEST_P(Sending, GoesOnWhileTheRestIsKept) {
  run([](Place place) -> Task<> {
    Pair pair = co_await place.connected_pair(kTight);
    const std::size_t filled = co_await fill(pair.client, 5000);
    EXPECT_GT(pair.client.unsent(), 0U);
    EXPECT_LE(pair.client.unsent(), kTight.unsent_limit);
    EXPECT_EQ(pair.client.sent() + pair.client.unsent(), filled);
    EXPECT_EQ((co_await support::receive_exactly(pair.server, filled)).size(), filled);
    must(co_await pair.client.flush());
    EXPECT_EQ(pair.client.unsent(), 0U);
    EXPECT_EQ(pair.client.sent(), filled);
  });
}

TEST_P(Sending, TakesALeaseWholeBelowTheLimitAndWaitsAboveIt) {
  run([](Place place) -> Task<> {
    Pair pair = co_await place.connected_pair(kTight);
    const std::size_t filled = co_await fill(pair.client, 1000);
    const std::uint64_t before = pair.client.unsent();
    EXPECT_LT(before, kTight.unsent_limit);
    Lease lease = pair.client.lend(60'000);
    lease.commit(60'000);
    must(co_await pair.client.send(std::move(lease)));
    EXPECT_GT(pair.client.unsent(), kTight.unsent_limit);

    sched::Event done;
    sched::Scope scope;
    scope.spawn([](Stream& stream, sched::Event& event) -> Task<Result<void>> {
      Lease small = stream.lend(1);
      small.commit(1);
      const Result<void> sent = co_await stream.send(std::move(small));
      event.set();
      co_return sent;
    }(pair.client, done));
    must(co_await sched::sleep_for(20ms));
    EXPECT_FALSE(done.is_set());
    EXPECT_EQ((co_await support::receive_exactly(pair.server, filled + 60'001)).size(), filled + 60'001);
    must(co_await scope.join());
  });
}

TEST_P(Sending, KeepsTheOrderOfWhatIsKept) {
  run([](Place place) -> Task<> {
    Pair pair = co_await place.connected_pair(kTight);
    std::string expected(co_await fill(pair.client, 1000), 'f');
    sched::Scope scope;
    scope.spawn([](Stream& stream, std::string& all) -> Task<Result<void>> {
      for (unsigned i = 0; i < 100; ++i) {
        const std::string text = support::patterned(100 + i * 37, i);
        all += text;
        Result<void> sent;
        if (i % 3 == 0) {
          Lease lease = stream.lend(text.size());
          std::ranges::copy(bytes_of(text), lease.tail_room().begin());
          lease.commit(text.size());
          sent = co_await stream.send(std::move(lease));
        } else if (i % 3 == 1) {
          sent = co_await stream.send(bytes_of(text));
        } else {
          sent = co_await stream.send(bytes_of(text).first(50), bytes_of(text).subspan(50));
        }
        if (!sent) co_return sent;
      }
      const Result<void> flushed = co_await stream.flush();
      co_return flushed ? stream.shutdown_send() : flushed;
    }(pair.client, expected));
    must(co_await sched::sleep_for(5ms));
    const support::Everything received = co_await support::receive_everything(pair.server);
    must(co_await scope.join());
    EXPECT_TRUE(received.text == expected);
    EXPECT_EQ(received.end, "end of stream");
  });
}

TEST_P(Sending, FlushCompletesAtOnceWhenNothingIsUnsent) {
  run([](Place place) -> Task<> {
    Pair pair = co_await place.connected_pair();
    must(co_await pair.client.flush());
    must(co_await support::send_text(pair.client, "a"));
    EXPECT_EQ(pair.client.unsent(), 0U);
    EXPECT_EQ(pair.client.sent(), 1U);
    must(co_await pair.client.flush());
  });
}

TEST_P(Sending, FlushWaitsUntilNothingIsUnsent) {
  run([](Place place) -> Task<> {
    Pair pair = co_await place.connected_pair(kTight);
    const std::size_t filled = co_await fill(pair.client, 1000);
    sched::Event done;
    sched::Scope scope;
    scope.spawn([](Stream& stream, sched::Event& event) -> Task<Result<void>> {
      const Result<void> flushed = co_await stream.flush();
      event.set();
      co_return flushed;
    }(pair.client, done));
    must(co_await sched::sleep_for(20ms));
    EXPECT_FALSE(done.is_set());
    EXPECT_EQ((co_await support::receive_exactly(pair.server, filled)).size(), filled);
    must(co_await scope.join());
    EXPECT_EQ(pair.client.unsent(), 0U);
  });
}

TEST_P(Sending, FlushWaitsUntilNoMoreThanItsAmountIsUnsent) {
  run([](Place place) -> Task<> {
    Pair pair = co_await place.connected_pair({.unsent_limit = 10'000'000});
    const std::string sent = support::patterned(9'000'000);
    must(co_await pair.client.send(bytes_of(sent)));
    must(co_await pair.client.flush(sent.size()));
    const std::uint64_t half = pair.client.unsent() / 2;
    EXPECT_GT(half, 0U) << "the kernel has taken all";
    sched::Scope scope;
    scope.spawn([](Stream& stream, std::uint64_t most) -> Task<Result<void>> {
      const Result<void> flushed = co_await stream.flush(most);
      EXPECT_LE(stream.unsent(), most);
      co_return flushed;
    }(pair.client, half));
    std::string received;
    while (received.size() < sent.size()) {
      if (pair.client.unsent() > half) EXPECT_EQ(scope.size(), 1U);
      received += support::text_of(must(co_await pair.server.receive()).bytes());
    }
    must(co_await scope.join());
    EXPECT_TRUE(received == sent);
  });
}

TEST_P(Sending, ManySmallPiecesWithoutAWaitBetween) {
  run([](Place place) -> Task<> {
    Pair pair = co_await place.connected_pair();
    sched::Scope scope;
    scope.spawn([](Stream& stream) -> Task<Result<void>> {
      for (int i = 0; i < 20'000; ++i) {
        const std::string line = std::to_string(i) + "\n";
        if (const Result<void> sent = co_await stream.send(bytes_of(line)); !sent) co_return sent;
      }
      co_return co_await stream.flush();
    }(pair.client));
    std::string expected;
    for (int i = 0; i < 20'000; ++i) expected += std::to_string(i) + "\n";
    EXPECT_TRUE(co_await support::receive_exactly(pair.server, expected.size()) == expected);
    must(co_await scope.join());
  });
}

TEST_P(Sending, WhatWasReceivedWithoutACopy) {
  run([](Place place) -> Task<> {
    Pair pair = co_await place.connected_pair();
    sched::Scope scope;
    scope.spawn(support::echo(std::move(pair.server)));
    const std::string sent = support::patterned(3'000'000);
    scope.spawn([](Stream& stream, const std::string& text) -> Task<Result<void>> {
      if (const Result<void> done = co_await support::send_text(stream, text); !done) co_return done;
      co_return stream.shutdown_send();
    }(pair.client, sent));
    const support::Everything received = co_await support::receive_everything(pair.client);
    EXPECT_TRUE(received.text == sent);
    EXPECT_EQ(received.end, "end of stream");
    must(co_await scope.join());
  });
}

TEST_P(Sending, TwiceAtOnceOnOneStreamIsAProgrammersError) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_DEATH(run([](Place place) -> Task<> {
                 Pair pair = co_await place.connected_pair(kTight);
                 sched::Scope scope;
                 for (int i = 0; i < 2; ++i) {
                   scope.spawn(support::send_text(pair.client, std::string(kTooMuch, 'x')));
                 }
                 must(co_await scope.join());
               }),
               "a stream has one send at a time");
}

}  // namespace
