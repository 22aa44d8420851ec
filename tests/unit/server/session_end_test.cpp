#include <algorithm>
#include <string>

#include <gtest/gtest.h>

#include "scheduler/sleep.h"
#include "server/session.h"
#include "tests/support/coroutines.h"
#include "tests/support/reference_answer.h"
#include "tests/unit/server/visit.h"

namespace {

using namespace std::chrono_literals;
using sched::Result;
using sched::Task;
using server::SessionEnd;
using support::Everything;
using support::must;
using visits::kArrival;
using visits::kTight;
using visits::kTightPeer;
using visits::many_lines;
using visits::send_as_far_as_possible;
using visits::Visit;
using visits::VisitOptions;

class SessionTimeouts : public visits::SessionTest {};
RUN_WITH_SEEDS(SessionTimeouts);

TEST_P(SessionTimeouts, EndsAPeerThatIsIdleInOrder) {
  VisitOptions options;
  options.settings.idle_timeout = 8s;
  run(options, [](Visit visit) -> Task<> {
    for (int i = 0; i < 5; ++i) {
      must(co_await support::send_text(visit.peer, "x\n"));
      EXPECT_EQ(co_await support::receive_exactly(visit.peer, 6), "GOT:x\n");
      must(co_await sched::sleep_for(7s));
    }
    const sched::Instant last = sched::now() - 7s;
    const Everything everything = co_await support::receive_everything(visit.peer);
    EXPECT_EQ(everything.text, "");
    EXPECT_EQ(everything.end, "end of stream") << "not a reset";
    EXPECT_GE(sched::now() - last, 8s - 100ms);
    EXPECT_LE(sched::now() - last, 9s + 100ms) << "an eighth of the time is how exact it is";
    visit.peer.close();
    EXPECT_EQ(co_await visit.end(), SessionEnd::idle);
  });
}

TEST_P(SessionTimeouts, ClosesAnIdlePeerThatGoesOnSendingAfterAShortTime) {
  VisitOptions options;
  options.settings.idle_timeout = 1s;
  run(options, [](Visit visit) -> Task<> {
    EXPECT_EQ((co_await support::receive_everything(visit.peer)).end, "end of stream");
    const sched::Instant told = sched::now();
    Result<void> sent;
    while (sent) {
      sent = co_await support::send_text(visit.peer, std::string(1000, 'x'));
      must(co_await sched::sleep_for(100ms));
    }
    EXPECT_EQ(co_await visit.end(), SessionEnd::idle);
    EXPECT_GE(visit.ending.at - told, 4s);
    EXPECT_LE(visit.ending.at - told, 5s + 100ms);
  });
}

TEST_P(SessionTimeouts, ClosesAnIdlePeerThatSendsALotAtOnce) {
  VisitOptions options;
  options.settings.idle_timeout = 1s;
  run(options, [](Visit visit) -> Task<> {
    EXPECT_EQ((co_await support::receive_everything(visit.peer)).end, "end of stream");
    EXPECT_FALSE(co_await support::send_text(visit.peer, std::string(2'000'000, 'x')));
    EXPECT_EQ(co_await visit.end(), SessionEnd::idle);
  });
}

/// How long after `start` the session was reset by the write timeout.
Task<sched::Duration> time_until_reset(Visit visit, sched::Instant start) {
  EXPECT_EQ(co_await visit.end(), SessionEnd::stalled);
  EXPECT_EQ((co_await support::receive_everything(visit.peer)).end, "ECONNRESET");
  co_return visit.ending.at - start;
}

Task<> expect_reset_after_the_write_timeout(Visit visit) {
  const sched::Instant start = sched::now();
  sched::Scope sending;
  sending.spawn(send_as_far_as_possible(visit.peer, std::string(1'000'000, 'x')));
  const sched::Duration taken = co_await time_until_reset(visit, start);
  EXPECT_GE(taken, 8s);
  EXPECT_LE(taken, 9s + 100ms) << "an eighth of the time is how exact it is";
  must(co_await sending.join());
}

TEST_P(SessionTimeouts, ResetsAPeerThatDoesNotReadForTheWriteTimeout) {
  VisitOptions options{.server = kTight, .peer = kTightPeer};
  options.settings.write_timeout = 8s;
  run(options, expect_reset_after_the_write_timeout);
}

TEST_P(SessionTimeouts, ResetsItAsSoonWhereThereIsALongerIdleTimeoutToo) {
  VisitOptions options{.server = kTight, .peer = kTightPeer};
  options.settings.write_timeout = 8s;
  options.settings.idle_timeout = 1h;
  run(options, expect_reset_after_the_write_timeout);
}

TEST_P(SessionTimeouts, LetsAPeerReadSlowly) {
  VisitOptions options{.server = kTight, .peer = kTightPeer};
  options.settings.write_timeout = 8s;
  run(options, [](Visit visit) -> Task<> {
    sched::Scope sending;
    sending.spawn(send_as_far_as_possible(visit.peer, std::string(20'396, 'x')));
    for (std::size_t left = 20'400; left > 0;) {
      must(co_await sched::sleep_for(6s));
      // More than half of the receive buffer: less would not open the window.
      left -= (co_await support::receive_exactly(visit.peer, std::min<std::size_t>(left, 600))).size();
    }
    EXPECT_FALSE(visit.ending.how);
    must(co_await sending.join());
  });
}

TEST_P(SessionTimeouts, CallsNobodyIdleWhoHasSomethingLeftToRead) {
  VisitOptions options{.server = kTight, .peer = kTightPeer};
  options.settings.idle_timeout = 8s;
  run(options, [](Visit visit) -> Task<> {
    sched::Scope sending;
    sending.spawn(send_as_far_as_possible(visit.peer, std::string(10'000, 'x')));
    must(co_await sched::sleep_for(30s));
    EXPECT_FALSE(visit.ending.how);
    EXPECT_EQ((co_await support::receive_exactly(visit.peer, 10'004)).size(), 10'004U);
    must(co_await sending.join());
    EXPECT_EQ((co_await support::receive_everything(visit.peer)).end, "end of stream");
    visit.peer.close();
    EXPECT_EQ(co_await visit.end(), SessionEnd::idle);
  });
}

TEST_P(SessionTimeouts, LeavesAnIdlePeerItsTimeToEndHoweverShortADrainIs) {
  VisitOptions options;
  options.settings.idle_timeout = 1s;
  options.settings.drain_timeout = 1ms;
  run(options, [](Visit visit) -> Task<> {
    EXPECT_EQ((co_await support::receive_everything(visit.peer)).end, "end of stream");
    must(co_await sched::sleep_for(4s));
    EXPECT_FALSE(visit.ending.how);
    visit.peer.close();
    EXPECT_EQ(co_await visit.end(), SessionEnd::idle);
  });
}

TEST_P(SessionTimeouts, CountsTheWriteTimeoutFromWhenSomethingIsUnsent) {
  VisitOptions options{.server = kTight, .peer = kTightPeer};
  options.settings.write_timeout = 8s;
  options.settings.prefix = "";
  run(options, [](Visit visit) -> Task<> {
    must(co_await support::send_text(visit.peer, std::string(5 * 1024, 'x')));
    co_await support::receive_exactly(visit.peer, 4 * 1024);
    // The kernels hold the rest: nothing is unsent in the server, and so nothing is due.
    must(co_await sched::sleep_for(1h));
    EXPECT_FALSE(visit.ending.how);
    const sched::Instant start = sched::now();
    // More than the kernels have room for.
    must(co_await support::send_text(visit.peer, std::string(4 * 1024, 'x')));
    EXPECT_GE(co_await time_until_reset(visit, start), 8s);
  });
}

class SessionDrain : public visits::SessionTest {};
RUN_WITH_SEEDS(SessionDrain);

/// The peer has sent many lines, has not read, and all of them have arrived; then the session is asked to drain.
Task<> drain_before_the_peer_reads(Visit visit, sched::Scope& sending, std::string lines) {
  sending.spawn(send_as_far_as_possible(visit.peer, std::move(lines)));
  must(co_await sched::sleep_for(kArrival));
  visit.session.cancel();
}

TEST_P(SessionDrain, AnswersEverythingThatHasArrived) {
  run({.settings = {.drain_timeout = 1h}, .server = kTight, .peer = kTightPeer}, [](Visit visit) -> Task<> {
    const std::string lines = many_lines().substr(0, 30'000);
    sched::Scope sending;
    co_await drain_before_the_peer_reads(visit, sending, lines);
    const Everything everything = co_await support::receive_everything(visit.peer);
    EXPECT_EQ(everything.text, support::line_answer("GOT:", lines));
    EXPECT_EQ(everything.end, "end of stream");
    visit.peer.close();
    EXPECT_EQ(co_await visit.end(), SessionEnd::drained);
    must(co_await sending.join());
  });
}

TEST_P(SessionDrain, AnswersAWholePartOfWhatIsStillOnItsWay) {
  run({.settings = {.drain_timeout = 1h}, .server = kTight, .peer = kTightPeer}, [](Visit visit) -> Task<> {
    const std::string lines = many_lines();
    sched::Scope sending;
    co_await drain_before_the_peer_reads(visit, sending, lines);
    const Everything everything = co_await support::receive_everything(visit.peer);
    EXPECT_EQ(everything.text, support::line_answer("GOT:", lines).substr(0, everything.text.size()));
    EXPECT_GT(everything.text.size(), *kTight.kernel_receive_buffer);
    EXPECT_EQ(everything.end, "end of stream");
    must(co_await sending.join());
  });
}

TEST_P(SessionDrain, AnswersWhatHadArrivedBeforeItBegan) {
  run({.sent_before = "Hello\n", .cancelled_from_the_start = true}, [](Visit visit) -> Task<> {
    EXPECT_EQ((co_await support::receive_everything(visit.peer)).text, "GOT:Hello\n");
    visit.peer.close();
    EXPECT_EQ(co_await visit.end(), SessionEnd::drained);
  });
}

TEST_P(SessionDrain, LeavesThePeerTheTimeToEnd) {
  run({}, [](Visit visit) -> Task<> {
    visit.session.cancel();
    EXPECT_EQ((co_await support::receive_everything(visit.peer)).end, "end of stream");
    must(co_await support::send_text(visit.peer, "too late"));
    must(co_await sched::sleep_for(4s));
    EXPECT_FALSE(visit.ending.how);
    visit.peer.close();
    EXPECT_EQ(co_await visit.end(), SessionEnd::drained);
  });
}

TEST_P(SessionDrain, ResetsAPeerThatDoesNotEndInTime) {
  run({}, [](Visit visit) -> Task<> {
    const sched::Instant start = sched::now();
    visit.session.cancel();
    EXPECT_EQ((co_await support::receive_everything(visit.peer)).end, "end of stream");
    EXPECT_EQ(co_await visit.end(), SessionEnd::drain_timed_out);
    EXPECT_GE(visit.ending.at - start, 5s);
    EXPECT_LE(visit.ending.at - start, 5s + 10ms);
    must(co_await sched::sleep_for(kArrival));
    EXPECT_FALSE(co_await support::send_text(visit.peer, "too late")) << "the peer was told";
  });
}

TEST_P(SessionDrain, ResetsAPeerThatDoesNotReadInTime) {
  run({.server = kTight, .peer = kTightPeer}, [](Visit visit) -> Task<> {
    sched::Scope sending;
    co_await drain_before_the_peer_reads(visit, sending, many_lines());
    const sched::Instant start = sched::now();
    EXPECT_EQ(co_await visit.end(), SessionEnd::drain_timed_out);
    EXPECT_GE(visit.ending.at - start, 5s - 10ms);
    EXPECT_LE(visit.ending.at - start, 5s + 10ms);
    EXPECT_EQ((co_await support::receive_everything(visit.peer)).end, "ECONNRESET");
    must(co_await sending.join());
  });
}

TEST_P(SessionDrain, ResetsAPeerThatNeverStopsSending) {
  run({.settings = {.drain_timeout = 10ms}}, [](Visit visit) -> Task<> {
    sched::Scope sending;
    sending.spawn(send_as_far_as_possible(visit.peer, std::string(10'000'000, 'x')));
    const sched::Instant start = sched::now();
    visit.session.cancel();
    EXPECT_EQ(co_await visit.end(), SessionEnd::drain_timed_out);
    EXPECT_LE(visit.ending.at - start, 11ms);
    must(co_await sending.join());
  });
}

TEST_P(SessionDrain, EndsWithThePeer) {
  run({.server = kTight, .peer = kTightPeer}, [](Visit visit) -> Task<> {
    sched::Scope sending;
    co_await drain_before_the_peer_reads(visit, sending, many_lines());
    must(co_await sched::sleep_for(kArrival));
    sending.cancel();
    [[maybe_unused]] const Result<void> stopped = co_await sending.join();
    visit.peer.reset();
    EXPECT_EQ(co_await visit.end(), SessionEnd::peer_lost);
  });
}

}  // namespace
