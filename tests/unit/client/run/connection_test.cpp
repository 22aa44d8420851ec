#include "client/run/connection.h"

#include <string>

#include <gtest/gtest.h>

#include "scheduler/backends/simulated.h"
#include "scheduler/cancel_scope.h"
#include "scheduler/listener.h"
#include "scheduler/scheduler.h"
#include "scheduler/sleep.h"
#include "tests/support/coroutines.h"

namespace client::run {
namespace {

using scenario::Eol;
using sched::Task;
using Nothing = Connection::Nothing;

constexpr auto kLongEnough = std::chrono::seconds(1);

/// Runs `body` with a connection that keeps 1000 bytes, and its peer.
void run(Task<> (*body)(Connection& connection, sched::Stream& peer)) {
  sched::Scheduler scheduler(sched::make_simulated_backend({.seed = 1}));
  scheduler.run([](auto body) -> Task<> {
    sched::Listener listener = support::must(sched::listen(*sched::Address::ip("127.0.0.1", 0)));
    support::Pair pair = co_await support::connect_pair(listener);
    std::atomic<std::uint64_t> received = 0;
    Connection connection(std::move(pair.client), 1000, received);
    connection.start();
    co_await body(connection, pair.server);
    co_await connection.close();
  }(body));
}

TEST(Connection, KeepsWhatArrivesUntilItIsConsumed) {
  run([](Connection& connection, sched::Stream& peer) -> Task<> {
    support::must(co_await support::send_text(peer, "abcdef"));
    support::must(co_await sched::sleep_for(kLongEnough));
    EXPECT_EQ(connection.unread(), "abcdef");
    connection.consume(4);
    EXPECT_EQ(connection.unread(), "ef");
    support::must(co_await support::send_text(peer, "gh"));
    support::must(co_await sched::sleep_for(kLongEnough));
    EXPECT_EQ(connection.unread(), "efgh");
  });
}

TEST(Connection, LeavesAViewOfWhatIsConsumedValidUntilTheNextAwait) {
  run([](Connection& connection, sched::Stream& peer) -> Task<> {
    support::must(co_await support::send_text(peer, "abc\n"));
    const auto line = co_await connection.next_frame({.eol = Eol::lf});
    connection.consume(line->consumed);
    EXPECT_EQ(line->bytes, "abc");
    EXPECT_EQ(connection.unread(), "");
  });
}

TEST(Connection, LooksForAFrameFromWhereItHasConsumed) {
  run([](Connection& connection, sched::Stream& peer) -> Task<> {
    support::must(co_await support::send_text(peer, "no line"));
    {
      const sched::CancelScope limit(sched::instant_after(sched::now(), kLongEnough));
      EXPECT_EQ((co_await connection.next_frame({.eol = Eol::lf})).error(), Nothing::cancelled);
    }
    connection.consume(7);
    support::must(co_await support::send_text(peer, "a\n"));
    support::must(co_await sched::sleep_for(kLongEnough));
    const sched::CancelScope limit(sched::instant_after(sched::now(), kLongEnough));
    const auto line = co_await connection.next_frame({.eol = Eol::lf});
    EXPECT_TRUE(line && line->bytes == "a");
  });
}

TEST(Connection, GivesMoreThanItKeepsOverTime) {
  run([](Connection& connection, sched::Stream& peer) -> Task<> {
    for (int i = 0; i < 100; ++i) {
      support::must(co_await support::send_text(peer, std::string(99, 'x') + "\n"));
      const auto line = co_await connection.next_frame({.eol = Eol::lf});
      EXPECT_EQ(line->bytes.size(), 99U);
      connection.consume(line->consumed);
    }
    EXPECT_FALSE(connection.overflowed());
  });
}

TEST(Connection, TellsWhenMoreIsUnreadThanItKeeps) {
  run([](Connection& connection, sched::Stream& peer) -> Task<> {
    support::must(co_await support::send_text(peer, std::string(1000, 'x')));
    support::must(co_await sched::sleep_for(kLongEnough));
    EXPECT_FALSE(connection.overflowed());
    support::must(co_await support::send_text(peer, "y"));
    support::must(co_await sched::sleep_for(kLongEnough));
    EXPECT_TRUE(connection.overflowed());
    EXPECT_LE(connection.unread().size(), 1000U);
    EXPECT_EQ((co_await connection.next_frame({.eol = Eol::lf})).error(), Nothing::overflow);
  });
}

TEST(Connection, KeepsNothingThatComesBehindAGap) {
  run([](Connection& connection, sched::Stream& peer) -> Task<> {
    support::must(co_await support::send_text(peer, std::string(1001, 'x')));
    support::must(co_await sched::sleep_for(kLongEnough));
    EXPECT_TRUE(connection.overflowed());
    connection.consume(500);
    support::must(co_await support::send_text(peer, "later"));
    support::must(co_await sched::sleep_for(kLongEnough));
    EXPECT_EQ(connection.unread(), std::string(500, 'x'));
  });
}

TEST(Connection, ReadsOnAfterAnOverflowSoThatNobodyIsHeldUp) {
  run([](Connection& connection, sched::Stream& peer) -> Task<> {
    support::must(co_await support::send_text(peer, std::string(1'000'000, 'x')));
    support::must(co_await sched::sleep_for(kLongEnough));
    EXPECT_LE(connection.unread().size(), 1000U);
  });
}

TEST(Connection, TellsThePeersEndAndThenGivesTheRest) {
  run([](Connection& connection, sched::Stream& peer) -> Task<> {
    support::must(co_await support::send_text(peer, "a\nb"));
    support::must(peer.shutdown_send());
    support::must(co_await sched::sleep_for(kLongEnough));
    EXPECT_EQ(connection.ended()->code, sched::ErrorCode::end_of_stream);
    for (const char* expected : {"a", "b"}) {
      const auto line = co_await connection.next_frame({.eol = Eol::lf});
      EXPECT_EQ(line->bytes, expected);
      connection.consume(line->consumed);
    }
    EXPECT_EQ((co_await connection.next_frame({.eol = Eol::lf})).error(), Nothing::ended);
  });
}

TEST(Connection, MakesNoLineOfWhatWasCutOffByAReset) {
  run([](Connection& connection, sched::Stream& peer) -> Task<> {
    support::must(co_await support::send_text(peer, "a"));
    support::must(co_await sched::sleep_for(kLongEnough));
    peer.reset();
    EXPECT_EQ((co_await connection.next_frame({.eol = Eol::lf})).error(), Nothing::ended);
    EXPECT_EQ(sched::name_of(*connection.ended()), "ECONNRESET");
    EXPECT_EQ(connection.unread(), "a");
  });
}

TEST(Connection, GivesUpWhenItsReaderIsCancelled) {
  run([](Connection& connection, sched::Stream&) -> Task<> {
    const sched::CancelScope limit(sched::instant_after(sched::now(), kLongEnough));
    EXPECT_EQ((co_await connection.next_frame({.eol = Eol::lf})).error(), Nothing::cancelled);
  });
}

TEST(Connection, SendsWhileItReads) {
  run([](Connection& connection, sched::Stream& peer) -> Task<> {
    support::must(co_await connection.stream().send(support::bytes_of("to the peer")));
    EXPECT_EQ(co_await support::receive_exactly(peer, 11), "to the peer");
  });
}

TEST(Connection, GivesMoreThanItKeepsAtOnceToWhoTakesItAsItComes) {
  run([](Connection& connection, sched::Stream& peer) -> Task<> {
    std::string lines;
    for (int i = 0; i < 100; ++i) lines += std::string(99, 'x') + "\n";
    support::must(co_await support::send_text(peer, lines));
    for (int i = 0; i < 100; ++i) {
      const auto line = co_await connection.next_frame({.eol = Eol::lf});
      EXPECT_TRUE(line && line->bytes.size() == 99);
      if (!line) co_return;
      connection.consume(line->consumed);
    }
    EXPECT_FALSE(connection.overflowed());
  });
}

}  // namespace
}  // namespace client::run
