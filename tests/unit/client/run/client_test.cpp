#include <chrono>
#include <set>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/client/run/play.h"

// Groups, iterations, deadlines, and the steps that move no bytes or only send.

namespace client::run {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

TEST(Clients, AllRunAtOnce) {
  const Played played = play(answering(), R"({"clients": [
      {"name": "a", "count": 20, "steps": [{"sleep": "1s"}, {"exchange": {"send": "x", "expect": "GOT:x"}}]},
      {"name": "b", "count": 30, "steps": [{"sleep": "1s"}, {"exchange": {"send": "y", "expect": "GOT:y"}}]}]})");
  EXPECT_THAT(played, passed());
  EXPECT_EQ(played.passed, 50U);
  EXPECT_LT(played.elapsed, seconds(2));
}

TEST(Clients, FailOneByOne) {
  const Played played = play(saying("1\n"), steps(R"({"expect": "${client.index}"})", R"("count": 3,)"));
  EXPECT_EQ(played.passed, 1U);
  EXPECT_EQ(played.failed, 2U);
}

TEST(Clients, ThatFailAlikeAreFolded) {
  const Played played = play(saying("no\n"), steps(R"({"expect": "yes"})", R"("count": 10,)"));
  EXPECT_EQ(played.failed, 10U);
  EXPECT_THAT(played.failures, HasSubstr("10 of 10 clients failed this step the same way: \"g\" "));
}

TEST(Clients, StartAfterTheirTime) {
  const Played played = play(answering(), steps(R"({"exchange": {"send": "x", "expect": "GOT:x"}})",
                                                R"("start_after": "3s",)", R"("defaults": {"client_timeout": "1s"},)"));
  EXPECT_THAT(played, passed()) << "the client's time begins when it starts";
  EXPECT_GE(played.elapsed, seconds(3));
}

TEST(Clients, EndAtTheirTimeout) {
  const Played played = play(
      saying("a\n"), steps(R"({"expect": "a"}, {"sleep": "10s"})", "", R"("defaults": {"client_timeout": "2s"},)"));
  EXPECT_THAT(played, failed_with("error: sleep timed out: client_timeout 2s"));
  EXPECT_THAT(played.failures, HasSubstr("/clients/0/steps/1/sleep"));
}

TEST(Clients, TellWhatTheyWaitedForWhenTheirTimeIsOver) {
  const Played played = play(saying("a"), steps(R"({"expect": {"equals": "abc", "timeout": "10s"}})", "",
                                                R"("defaults": {"client_timeout": "2s"},)"));
  EXPECT_THAT(played, failed_with("error: expect timed out: client_timeout 2s"));
  EXPECT_THAT(played.failures,
              AllOf(HasSubstr("expected  \"abc\""), HasSubstr("received  \"a\", which is no whole frame"),
                    HasSubstr("after 2s of 10s; 1 bytes unread")));
}

TEST(Clients, ThatAreStoppedHaveNotFailed) {
  const Played played =
      play(answering(), steps(R"({"sleep": "1h"})", R"("count": 4,)", R"("defaults": {"client_timeout": "2h"},)"),
           {.stop_after = seconds(1)});
  EXPECT_EQ(played.interrupted, 4U);
  EXPECT_EQ(played.failed, 0U);
  EXPECT_EQ(played.failures, "");
  EXPECT_LT(played.elapsed, seconds(2));
}

TEST(Clients, ThatTheRunsDeadlineCutsShortTellWhereTheyWere) {
  const Played played =
      play(saying(""),
           steps(R"({"expect": {"equals": "a", "timeout": "1h"}})", "", R"("defaults": {"client_timeout": "2h"},)"),
           {.stop_after = seconds(1), .stop_is_deadline = true});
  EXPECT_EQ(played.interrupted, 1U);
  EXPECT_EQ(played.failed, 0U);
  EXPECT_THAT(played.failures, AllOf(HasSubstr("error: expect cut short: --timeout 5m"), HasSubstr("expected  \"a\"")));
}

TEST(Clients, CanBeStoppedWherever) {
  const std::string text = R"({"clients": [
      {"name": "a", "iterations": 1000, "connection": "per_iteration",
       "steps": [{"exchange": {"send": "x", "expect": "GOT:x"}}, {"barrier": {"parties": 2}}]},
      {"name": "b", "iterations": 1000,
       "steps": [{"exchange": {"send": "y", "expect": "GOT:y"}}, {"barrier": {"parties": 2}}, {"sleep": "1ms"}]}]})";
  for (int step = 0; step < 200; ++step) {
    const Played played = play(answering(), text, {.stop_after = step * std::chrono::microseconds(37)});
    EXPECT_EQ(played.interrupted, 2U) << step;
    EXPECT_EQ(played.failures, "") << step;
  }
}

TEST(Clients, DrawTheSameForTheSameSeed) {
  const std::string text = steps(R"({"send": "${random:12}"}, {"send": "${uuid}"})", R"("count": 2,)");
  std::vector<std::string> first;
  std::vector<std::string> again;
  std::vector<std::string> other;
  EXPECT_THAT(play(recording(first), text, {.seed = 7}), passed());
  EXPECT_THAT(play(recording(again), text, {.seed = 7}), passed());
  EXPECT_THAT(play(recording(other), text, {.seed = 8}), passed());
  ASSERT_THAT(first, SizeIs(2));
  EXPECT_EQ(first, again);
  EXPECT_NE(first[0], first[1]) << "each client draws its own";
  EXPECT_NE(first, other);
}

TEST(Clients, DrawTheSameOnEveryMachine) {
  std::vector<std::string> received;
  EXPECT_THAT(play(recording(received), steps(R"({"send": "${random:12}"})"), {.seed = 42}), passed());
  EXPECT_THAT(received, ElementsAre("7bw60vc3bcn1\n|end of stream"));
}

TEST(Send, SendsWhatTheStepSays) {
  std::vector<std::string> received;
  const std::string text =
      steps(R"({"send": "a"}, {"send": {"text": "b", "eol": "none"}}, {"send": {"text": "", "eol": "crlf"}},
                                    {"send": "$${x} ${client.name}"})");
  EXPECT_THAT(play(recording(received), text), passed());
  EXPECT_THAT(received, ElementsAre("a\nb\r\n${x} g\n|end of stream"));
}

TEST(Send, AddsNoEndToRawBytes) {
  std::vector<std::string> received;
  EXPECT_THAT(play(recording(received), steps(R"({"send": "a"}, {"send": "b"})", R"("framing": "raw",)")), passed());
  EXPECT_THAT(received, ElementsAre("ab|end of stream"));
}

TEST(Send, FillsInTheTimeOfDay) {
  std::vector<std::string> received;
  EXPECT_THAT(play(recording(received), steps(R"({"send": "${now_ms}"}, {"sleep": "1s"}, {"send": "${now_ms}"})")),
              passed());
  ASSERT_THAT(received, SizeIs(1));
  const std::size_t end = received[0].find('\n');
  EXPECT_EQ(std::stoull(received[0].substr(end + 1)) - std::stoull(received[0]), 1000U);
}

TEST(Send, FailsWhenThePeerIsGone) {
  const Played played =
      play(resetting_after(2), steps(R"({"send": "a"}, {"sleep": "1s"}, {"send": "b"}, {"send": "c"})"));
  EXPECT_THAT(played, failed_with("error: send failed: E"));
  EXPECT_THAT(played.failures, HasSubstr("peer gone"));
}

TEST(Send, NeverStopsReading) {
  // Far more than fits into any buffer on the way, answered as it comes.
  const std::string text = steps(R"({"repeat": {"times": 200, "steps": [{"send": "${random:10000}"}]}},
                                    {"repeat": {"times": 200, "steps": [{"expect": {"matches": "^GOT:[0-9a-z]+$"}}]}})",
                                 "", R"("defaults": {"max_buffer": "4MiB"},)");
  EXPECT_THAT(play(answering(), text), passed());
}

TEST(Exchange, PointsToThePartThatFailed) {
  const Played mismatch = play(saying("x\n"), steps(R"({"exchange": {"send": "a", "expect": "GOT:a"}})"));
  EXPECT_THAT(mismatch, failed_with("/clients/0/steps/0/exchange/expect\n"));
  const Played timeout =
      play(saying(""), steps(R"({"exchange": {"send": "a", "expect": {"equals": "b", "timeout": "1s"}}})"));
  EXPECT_THAT(timeout, failed_with("/clients/0/steps/0/exchange/expect\n"));
  const Played gone = play(resetting_after(2), steps(R"({"send": "x"}, {"sleep": "1s"},
                                                      {"exchange": {"send": "a", "expect": "GOT:a"}})"));
  EXPECT_THAT(gone, failed_with("/clients/0/steps/2/exchange/"));
}

TEST(Shutdown, LetsTheAnswersComeToTheirEnd) {
  EXPECT_THAT(play(answering(), steps(R"({"send": "a\nb"}, {"shutdown": {}}, {"expect": "GOT:a"}, {"expect": "GOT:b"},
                                         {"expect_close": {}})")),
              passed());
}

TEST(Shutdown, TimesOutWhenThePeerDoesNotRead) {
  const std::string text =
      steps(R"({"send": "${random:50000}"}, {"shutdown": {}})", "", R"("defaults": {"timeout": "2s"},)");
  EXPECT_THAT(play(ignoring(), text, {.conditions = {.receive_buffer = 1000, .send_buffer = 1000}}),
              failed_with("error: shutdown timed out: timeout 2s"));
}

TEST(Sleep, TakesItsTime) {
  const Played played = play(answering(), steps(R"({"sleep": "1500ms"})"));
  EXPECT_THAT(played, passed());
  EXPECT_GE(played.elapsed, milliseconds(1500));
  EXPECT_LT(played.elapsed, milliseconds(1600));
}

TEST(Sleep, DrawsBetweenItsBounds) {
  const Played played = play(answering(), steps(R"({"sleep": {"min": "1s", "max": "2s"}})", R"("count": 50,)"));
  EXPECT_THAT(played, passed());
  EXPECT_GE(played.elapsed, milliseconds(1500)) << "the longest of fifty";
  EXPECT_LT(played.elapsed, milliseconds(2100));
}

TEST(Sleep, DrawsWithItsMean) {
  const Played played = play(
      answering(),
      steps(R"({"repeat": {"times": 400, "steps": [{"sleep": {"mean": "100ms", "distribution": "exponential"}}]}})"));
  EXPECT_THAT(played, passed());
  EXPECT_GT(played.elapsed, seconds(32));
  EXPECT_LT(played.elapsed, seconds(48));
}

TEST(Repeat, CountsFromZeroAndGivesTheOuterCountBack) {
  std::vector<std::string> received;
  const std::string text = steps(R"({"repeat": {"times": 2, "steps": [
      {"send": "outer ${iteration}"},
      {"repeat": {"times": 2, "steps": [{"send": "inner ${iteration}"}]}},
      {"send": "outer ${iteration}"}]}})");
  EXPECT_THAT(play(recording(received), text), passed());
  EXPECT_THAT(received,
              ElementsAre("outer 0\ninner 0\ninner 1\nouter 0\n" "outer 1\ninner 0\ninner 1\nouter 1\n|end of stream"));
}

TEST(Repeat, GoesOnForItsTime) {
  const Played played = play(answering(), steps(R"({"repeat": {"for": "1s", "steps": [{"sleep": "300ms"}]}})"));
  EXPECT_THAT(played, passed());
  EXPECT_GE(played.elapsed, milliseconds(1200)) << "what has begun is ended";
  EXPECT_LT(played.elapsed, milliseconds(1300));
}

TEST(Repeat, EndsThoughItsStepsNeverWait) {
  EXPECT_THAT(play(answering(), steps(R"({"repeat": {"for": "20ms", "steps": [{"barrier": {"parties": 1}}]}})")),
              passed());
}

TEST(Repeat, ThatNeverWaitsIsStillEndedByADeadline) {
  EXPECT_THAT(play(answering(), steps(R"({"repeat": {"times": 1000000000, "steps": [{"barrier": {"parties": 1}}]}})",
                                      "", R"("defaults": {"client_timeout": "20ms"},)")),
              failed_with("error: barrier timed out: client_timeout 20ms"));
}

TEST(Repeat, EndsAtTheFirstFailure) {
  const Played played = play(saying("a\nb\n"), steps(R"({"repeat": {"times": 5, "steps": [{"expect": "a"}]}})"));
  EXPECT_THAT(played, failed_with("; iteration 1;"));
  EXPECT_EQ(played.frames, 1U);
}

TEST(Barrier, OpensWhenAllClientsOfTheFileAreThere) {
  const Played played = play(answering(), R"({"clients": [
      {"name": "early", "count": 5, "steps": [{"barrier": {"name": "start"}}, {"log": "through"}]},
      {"name": "late", "steps": [{"sleep": "2s"}, {"log": "coming"}, {"barrier": {"name": "start"}}]}]})");
  EXPECT_THAT(played, passed());
  ASSERT_THAT(played.log, SizeIs(6));
  EXPECT_EQ(played.log.front(), "late 0: coming") << "nobody was through before";
}

TEST(Barrier, OpensAgainAndAgain) {
  // Nobody begins a round before the others have ended the one before it.
  const Played played = play(answering(), steps(R"({"repeat": {"times": 50, "steps": [
      {"barrier": {"name": "b", "parties": 3}}, {"sleep": {"min": "0s", "max": "9ms"}}, {"log": "${iteration}"}]}})",
                                                R"("count": 3,)"));
  EXPECT_THAT(played, passed());
  ASSERT_THAT(played.log, SizeIs(150));
  for (std::size_t i = 0; i < played.log.size(); ++i) {
    EXPECT_THAT(played.log[i], testing::EndsWith(": " + std::to_string(i / 3)));
  }
}

TEST(Barrier, TimesOutAndTellsHowManyCame) {
  const Played played = play(answering(), R"({"clients": [
      {"name": "waiting", "count": 2, "steps": [{"barrier": {"parties": 5, "timeout": "1s"}}]},
      {"name": "elsewhere", "count": 3, "steps": [{"sleep": "3s"}, {"barrier": {"parties": 5, "timeout": "1s"}}]}]})");
  EXPECT_EQ(played.failed, 5U);
  EXPECT_THAT(played.failures,
              AllOf(HasSubstr("error: barrier timed out: timeout 1s"), HasSubstr("2 of 5 clients had come")));
}

TEST(Barrier, BreaksForThoseWhoWaitWhenAPartyFails) {
  const Played played = play(saying("x\n"), R"({"clients": [
      {"name": "liar", "steps": [{"sleep": "1s"}, {"expect": "y"}, {"barrier": {}}]},
      {"name": "waiting", "count": 3, "steps": [{"expect": "x"}, {"barrier": {}}]}]})");
  EXPECT_EQ(played.failed, 4U);
  EXPECT_LT(played.elapsed, seconds(2));
  EXPECT_THAT(played.failures,
              AllOf(HasSubstr("error: barrier broken"), HasSubstr("client \"liar\" 0 has ended and will not come")));
}

TEST(Barrier, IsBrokenForThoseWhoComeLater) {
  const Played played = play(saying("x\n"), R"({"clients": [
      {"name": "liar", "steps": [{"expect": "y"}, {"barrier": {}}]},
      {"name": "late", "steps": [{"expect": "x"}, {"sleep": "1s"}, {"barrier": {}}]}]})");
  EXPECT_EQ(played.failed, 2U);
  EXPECT_THAT(played.failures, HasSubstr("error: barrier broken"));
  EXPECT_LT(played.elapsed, seconds(2));
}

TEST(Barrier, StaysWholeWhenSomebodyFailsWhoNeverComes) {
  const Played played = play(saying("x\n"), R"({"clients": [
      {"name": "liar", "steps": [{"expect": "y"}]},
      {"name": "pair", "count": 2, "steps": [{"expect": "x"}, {"sleep": "1s"}, {"barrier": {"parties": 2}}]}]})");
  EXPECT_EQ(played.failed, 1U);
  EXPECT_EQ(played.passed, 2U);
}

TEST(Seeds, ChangeTheNetworkButNotTheVerdict) {
  const std::string text = R"({"clients": [
      {"name": "a", "count": 10, "iterations": 3, "connection": "per_iteration",
       "steps": [{"exchange": {"send": "${uuid}", "expect": {"matches": "^GOT:[0-9a-f-]{36}$"}}}, {"barrier": {"name": "round"}}]},
      {"name": "b", "count": 5, "iterations": 3,
       "steps": [{"send": "1\n2\n3"}, {"barrier": {"name": "round"}},
                 {"expect": {"mode": "sequence", "frames": ["GOT:1", "GOT:2", "GOT:3"]}}]}]})";
  std::set<sched::Duration> times;
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    const Played played =
        play(answering(), text, {.seed = seed, .conditions = sched::simulated::Conditions::drawn_from(seed)});
    EXPECT_THAT(played, passed()) << "seed " << seed;
    times.insert(played.elapsed);
  }
  EXPECT_THAT(times, SizeIs(testing::Gt(90U)));
}

}  // namespace
}  // namespace client::run
