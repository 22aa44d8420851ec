#include "server/session.h"

#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "scheduler/sleep.h"
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

class Session : public visits::SessionTest {};
RUN_WITH_SEEDS(Session);

Task<> send_and_end(sched::Stream& stream, std::string text) {
  must(co_await support::send_text(stream, std::move(text)));
  must(stream.shutdown_send());
}

TEST_P(Session, AnswersEveryLineHoweverItWasCut) {
  run({}, [](Visit visit) -> Task<> {
    const std::string lines = many_lines() + "without an end";
    sched::Scope sending;
    sending.spawn(send_as_far_as_possible(visit.peer, lines));
    const std::string expected = support::line_answer("GOT:", lines);
    EXPECT_EQ(co_await support::receive_exactly(visit.peer, expected.size()), expected);
    must(co_await sending.join());
    must(visit.peer.shutdown_send());
    EXPECT_EQ((co_await support::receive_everything(visit.peer)).text, "");
    EXPECT_EQ(co_await visit.end(), SessionEnd::peer_closed);
  });
}

TEST_P(Session, AnswersAllThatCameBeforeTheEndAndThenEnds) {
  run({}, [](Visit visit) -> Task<> {
    must(co_await support::send_text(visit.peer, "Hello"));
    must(visit.peer.shutdown_send());
    const Everything everything = co_await support::receive_everything(visit.peer);
    EXPECT_EQ(everything.text, "GOT:Hello");
    EXPECT_EQ(everything.end, "end of stream");
    EXPECT_EQ(co_await visit.end(), SessionEnd::peer_closed);
  });
}

TEST_P(Session, AnswersAllToAPeerThatHasEndedBeforeItReads) {
  run({.server = kTight, .peer = kTightPeer}, [](Visit visit) -> Task<> {
    const std::string lines = many_lines().substr(0, 20'000);
    sched::Scope sending;
    sending.spawn(send_and_end(visit.peer, lines));
    must(co_await sched::sleep_for(30s));
    const Everything everything = co_await support::receive_everything(visit.peer);
    EXPECT_EQ(everything.text, support::line_answer("GOT:", lines));
    EXPECT_EQ(everything.end, "end of stream");
    must(co_await sending.join());
    EXPECT_EQ(co_await visit.end(), SessionEnd::peer_closed);
  });
}

TEST_P(Session, AnswersNothingToNothing) {
  run({}, [](Visit visit) -> Task<> {
    must(visit.peer.shutdown_send());
    const Everything everything = co_await support::receive_everything(visit.peer);
    EXPECT_EQ(everything.text, "");
    EXPECT_EQ(everything.end, "end of stream");
    EXPECT_EQ(co_await visit.end(), SessionEnd::peer_closed);
  });
}

TEST_P(Session, FramesInChunksOfAtMostAThousandBytes) {
  VisitOptions options;
  options.settings.framing = echo::Framing::chunk;
  options.server.receive_limit = echo::kChunkBytes;
  run(options, [](Visit visit) -> Task<> {
    const std::string sent = many_lines();
    sched::Scope sending;
    sending.spawn(send_and_end(visit.peer, sent));
    const std::string answer = (co_await support::receive_everything(visit.peer)).text;
    EXPECT_EQ(support::without_prefixes("GOT:", answer), sent);
    EXPECT_LE(support::longest_unit("GOT:", answer), echo::kChunkBytes);
    must(co_await sending.join());
  });
}

TEST_P(Session, TakesAPrefixOfAnyLength) {
  for (const std::size_t size : {1U, sched::kHeadRoom, sched::kHeadRoom + 1, 100'000U}) {
    VisitOptions options;
    options.settings.prefix = support::patterned(size);
    run(options, [](Visit visit) -> Task<> {
      must(co_await support::send_text(visit.peer, "a\nb\nc"));
      must(visit.peer.shutdown_send());
      const std::string expected = support::line_answer(visit.options.settings.prefix, "a\nb\nc");
      EXPECT_EQ((co_await support::receive_everything(visit.peer)).text, expected);
    });
  }
}

TEST_P(Session, EchoesAsItIsWithAnEmptyPrefix) {
  VisitOptions options;
  options.settings.prefix = "";
  run(options, [](Visit visit) -> Task<> {
    const std::string sent = support::patterned(100'000);
    sched::Scope sending;
    sending.spawn(send_as_far_as_possible(visit.peer, sent));
    EXPECT_EQ(co_await support::receive_exactly(visit.peer, sent.size()), sent);
    must(co_await sending.join());
  });
}

TEST_P(Session, StopsReadingAPeerThatDoesNotRead) {
  run({.server = kTight, .peer = kTightPeer}, [](Visit visit) -> Task<> {
    sched::Scope sending;
    sending.spawn(send_as_far_as_possible(visit.peer, std::string(1'000'000, 'x')));
    must(co_await sched::sleep_for(kArrival));
    const std::uint64_t in_the_kernels =
        *kTight.kernel_receive_buffer + *kTight.kernel_send_buffer + *kTightPeer.kernel_receive_buffer;
    const std::uint64_t in_the_server = kTight.unsent_limit + 3 * std::uint64_t{kTight.receive_limit};
    EXPECT_LE(visit.peer.sent(), in_the_kernels + in_the_server);
    sending.cancel();
    [[maybe_unused]] const Result<void> stopped = co_await sending.join();
    visit.peer.reset();
  });
}

TEST_P(Session, GoesOnWhenThePeerReadsAgain) {
  run({.server = kTight, .peer = kTightPeer}, [](Visit visit) -> Task<> {
    const std::string lines = many_lines();
    sched::Scope sending;
    sending.spawn(send_as_far_as_possible(visit.peer, lines));
    must(co_await sched::sleep_for(30s));
    const std::string expected = support::line_answer("GOT:", lines);
    EXPECT_EQ(co_await support::receive_exactly(visit.peer, expected.size()), expected);
    must(co_await sending.join());
  });
}

TEST_P(Session, EndsAtTheResetOfAPeerThatIsSilent) {
  run({}, [](Visit visit) -> Task<> {
    must(co_await support::send_text(visit.peer, "half a li"));
    EXPECT_EQ(co_await support::receive_exactly(visit.peer, 13), "GOT:half a li");
    visit.peer.reset();
    EXPECT_EQ(co_await visit.end(), SessionEnd::peer_lost);
  });
}

TEST_P(Session, EndsAtTheResetOfAPeerThatDoesNotRead) {
  run({.server = kTight, .peer = kTightPeer}, [](Visit visit) -> Task<> {
    sched::Scope sending;
    sending.spawn(send_as_far_as_possible(visit.peer, std::string(1'000'000, 'x')));
    must(co_await sched::sleep_for(kArrival));
    sending.cancel();
    [[maybe_unused]] const Result<void> stopped = co_await sending.join();
    visit.peer.reset();
    EXPECT_EQ(co_await visit.end(), SessionEnd::peer_lost);
  });
}

}  // namespace
