#include <chrono>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/client/run/play.h"

namespace client::run {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

TEST(Retry, RunsItsStepsUntilTheyPass) {
  const Played played = play(saying_slowly({"no\n", "no\n", "yes\n"}, milliseconds(900)),
                             steps(R"({"retry": {"until": [{"expect": "yes"}], "times": 3, "every": "1s"}})"));
  EXPECT_THAT(played, passed());
  EXPECT_GE(played.elapsed, seconds(2));
}

TEST(Retry, TellsTheLastFailureAndHowOftenItTried) {
  const Played played = play(saying_slowly({"no\n", "not\n", "never\nunread"}, milliseconds(1100)),
                             steps(R"({"retry": {"until": [{"expect": "yes"}], "times": 3, "every": "1s"}})"));
  EXPECT_THAT(played, failed_with("error: expect failed: equals"));
  EXPECT_THAT(played.failures, AllOf(HasSubstr("received  \"never\""), Not(HasSubstr("received  \"no\"")),
                                     HasSubstr("retried   3 attempts in 3.3s\n"), HasSubstr("/retry/until/0/expect")));
}

TEST(Retry, EndsAtItsTimeout) {
  const Played played = play(
      ignoring(), steps(R"({"retry": {"until": [{"expect": {"equals": "a", "timeout": "2s"}}], "timeout": "5s"}})"));
  EXPECT_THAT(played, failed_with("error: expect timed out: timeout 2s"));
  EXPECT_THAT(played.failures, HasSubstr("retried   3 attempts in 5s, until the timeout of the retry\n"));
  EXPECT_THAT(play(ignoring(), steps(R"({"retry": {"until": [{"expect": "a"}], "timeout": "1s"}})")),
              failed_with("error: retry timed out: timeout 1s"));
}

TEST(Retry, ConnectsAnewWhereAnAttemptHasConnected) {
  const Played played = play(
      saying("no\n"),
      steps(R"({"retry": {"until": [{"connect": {}}, {"expect": "yes"}], "times": 4}})", R"("connection": "manual",)"));
  EXPECT_EQ(played.connected, 4U);
  EXPECT_THAT(played, failed_with("error: expect failed: equals"));
}

TEST(Retry, OfAConnectThatNeverStandsIsOutOfReach) {
  const Played played =
      play(nobody(), steps(R"({"retry": {"until": [{"connect": {}}], "times": 2}})", R"("connection": "manual",)"));
  EXPECT_EQ(played.unreached, 1U);
  EXPECT_THAT(played, failed_with("connect failed: ECONNREFUSED"));
}

TEST(Retry, MayHoldOthers) {
  const Played played =
      play(saying_slowly({"1\n", "2\n", "3\n", "4\n"}, milliseconds(150)), steps(R"({"retry": {"times": 2, "until": [
      {"retry": {"times": 2, "until": [{"expect": "5"}]}}]}})"));
  EXPECT_THAT(played, failed_with("received  \"4\""));
  EXPECT_THAT(played.failures, HasSubstr("retried   2 attempts in 200ms\n"));
}

TEST(Retry, PutsAsideWhatARetryInsideItTells) {
  EXPECT_THAT(play(saying_slowly({"1\n", "2\n", "3\n"}, milliseconds(150)), steps(R"({"retry": {"times": 2, "until": [
      {"retry": {"times": 2, "until": [{"expect": "3"}]}}]}})")),
              passed());
}

TEST(Retry, EndsWhenTheClientIsSkipped) {
  const Played played = play(ignoring(), steps(R"({"retry": {"until": [{"skip": "no use"}], "times": 5}})"));
  EXPECT_EQ(played.skipped, 1U);
  EXPECT_LT(played.elapsed, milliseconds(100));
}

TEST(Retry, IsCutShortWithItsClient) {
  const Played played =
      play(ignoring(), steps(R"({"retry": {"until": [{"expect": "a"}], "times": 5}})"), {.stop_after = seconds(1)});
  EXPECT_EQ(played.interrupted, 1U);
  EXPECT_EQ(played.failures, "");
}

TEST(Retry, IsNoFailureWhereTheRunEnds) {
  const std::string retry =
      R"({"retry": {"timeout": "1m", "until": [{"exchange": {"send": "a", "expect": "b"}}], "every": ")";
  for (const char* every : {"10s", "1ns"}) {
    const std::string scenario = steps(retry + every + R"("}})");
    const Played late = play(answering(), scenario, {.stop_after = seconds(1), .stop_is_deadline = true});
    EXPECT_EQ(late.failed, 0U) << every;
    EXPECT_THAT(late.causes, testing::ElementsAre(testing::EndsWith(" deadline"))) << every;
    const Played stopped = play(answering(), scenario, {.stop_after = seconds(1)});
    EXPECT_EQ(stopped.failed, 0U) << every;
    EXPECT_THAT(stopped.causes, testing::IsEmpty()) << every;
  }
}

TEST(Retry, ForgetsThatAnAttemptWasSentTooMuch) {
  const std::string scenario = R"({"defaults": {"max_buffer": 10}, "clients": [{"name": "g", "steps": [
      {"retry": {"until": [{"sleep": "500ms"}, {"expect": "yes"}], "times": 2, "every": "10ms"}}]}]})";
  EXPECT_THAT(play(saying_slowly({std::string(100, 'x') + "\n", "yes\n"}, milliseconds(700)), scenario), passed());
}

}  // namespace
}  // namespace client::run
