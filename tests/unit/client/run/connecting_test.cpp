#include <chrono>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/client/run/play.h"

// How clients connect and close.

namespace client::run {
namespace {

using std::chrono::milliseconds;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

constexpr auto kManual = R"("connection": "manual",)";

TEST(Connecting, TellsWhatWasTriedAndTheErrorByName) {
  const Played played = play(nobody(), steps(R"({"send": "a"})"));
  EXPECT_THAT(played, failed_with("error: connect failed: ECONNREFUSED"));
  EXPECT_THAT(played.failures,
              AllOf(HasSubstr("scenario \"x\", client \"g\" 0, tcp 127.0.0.1:25000\n"),
                    HasSubstr("|   tried     tcp 127.0.0.1:25000; connect: ECONNREFUSED (Connection refused)\n"),
                    HasSubstr("|   tried     tcp [::1]:25000; connect: ECONNREFUSED (Connection refused)\n"),
                    HasSubstr(" of 10s; seed 1\n")));
  EXPECT_EQ(played.unreached, 1U);
}

TEST(Connecting, PointsToTheTarget) {
  EXPECT_THAT(play(nobody(), steps(R"({"send": "a"})", R"("target": "tcp://localhost:1",)")),
              failed_with("/clients/0/target"));
}

TEST(Connecting, TakesItsTurnFromWhenTheGroupStarts) {
  const Played played = play(answering(), steps(R"({"exchange": {"send": "a", "expect": "GOT:a"}})",
                                                R"("count": 5, "connect_rate": "1/s", "start_after": "3s",)",
                                                R"("defaults": {"client_timeout": "1s"},)"));
  EXPECT_THAT(played, passed()) << "the wait for its turn is no part of a client's time";
  EXPECT_GE(played.elapsed, std::chrono::seconds(3 + 4));
}

TEST(Connecting, UsesTheAddressThatAnswers) {
  // The target is localhost, whose first address is 127.0.0.1.
  const Played played = play(saying("b\n"), steps(R"({"expect": "a"})"), {.listens_at = "::1"});
  EXPECT_THAT(played, failed_with("expect failed: equals"));
  EXPECT_THAT(played.failures, HasSubstr("tcp [::1]:25000\n"));
}

TEST(Connecting, TellsAHostThatIsNotFound) {
  const Played played = play(nobody(), steps(R"({"send": "a"})", R"("target": "tcp://nowhere.invalid:1",)"));
  EXPECT_THAT(played, failed_with("error: connect failed: resolve"));
  EXPECT_THAT(played.failures, HasSubstr("cannot resolve \"nowhere.invalid\""));
  EXPECT_EQ(played.unreached, 1U);
}

TEST(Connecting, TellsAUrlThatIsBadOnceItIsFilledIn) {
  EXPECT_THAT(play(nobody(), steps(R"({"send": "a"})", R"("target": "tcp://localhost:x${client.index}",)")),
              failed_with("error: connect failed: bad URL"));
}

TEST(ConnectStep, TriesAgain) {
  const Played played = play(nobody(), steps(R"({"connect": {"retry": {"times": 4, "every": "200ms"}}})", kManual));
  EXPECT_THAT(played, failed_with("error: connect failed: ECONNREFUSED"));
  EXPECT_THAT(played.failures, HasSubstr("retries   4, every 200ms"));
  EXPECT_GE(played.elapsed, milliseconds(800));
  EXPECT_LT(played.elapsed, milliseconds(1000));
}

TEST(ConnectStep, TriesAgainUntilItIsConnected) {
  const std::string text =
      steps(R"({"connect": {"retry": {"times": 9, "every": "200ms"}}}, {"exchange": {"send": "a", "expect": "GOT:a"}})",
            kManual);
  const Played played = play(answering(), text, {.listens_after = milliseconds(500)});
  EXPECT_THAT(played, passed());
  EXPECT_EQ(played.connected, 1U);
  EXPECT_GE(played.elapsed, milliseconds(600)) << "the third attempt after the first";
  EXPECT_LT(played.elapsed, milliseconds(800)) << "and no more of them";
}

TEST(ConnectStep, EndsItsAttemptsAtItsTimeout) {
  const Played played =
      play(nobody(), steps(R"({"connect": {"timeout": "1s", "retry": {"times": 1000, "every": "100ms"}}})", kManual));
  EXPECT_THAT(played, failed_with("error: connect timed out: timeout 1s"));
  EXPECT_EQ(played.unreached, 1U);
}

TEST(ConnectStep, PassesWhenItFailsAsExpected) {
  EXPECT_THAT(play(nobody(), steps(R"({"connect": {"expect_error": "refused"}})", kManual)), passed());
  EXPECT_THAT(play(nobody(), steps(R"({"connect": {"expect_error": "resolve"}})",
                                   R"("connection": "manual", "target": "tcp://nowhere.invalid:1",)")),
              passed());
  EXPECT_THAT(play(nobody(), steps(R"({"connect": {"expect_error": "timeout", "timeout": "300ms",
                                                   "retry": {"times": 9, "every": "100ms"}}})",
                                   kManual)),
              passed());
  EXPECT_THAT(play(nobody(), steps(R"({"connect": {"expect_error": "refused"}})",
                                   R"("connection": "manual", "target": "unix:/run/none.sock",)")),
              passed());
}

TEST(ConnectStep, FailsWhenItIsConnectedThoughAnErrorWasExpected) {
  const Played played = play(answering(), steps(R"({"connect": {"expect_error": "refused"}})", kManual));
  EXPECT_THAT(played, failed_with("error: connect did not fail as expected"));
  EXPECT_THAT(played.failures, HasSubstr("|   expected  refused\n   |   received  a connection\n"));
}

TEST(ConnectStep, FailsWhenItFailsOtherwise) {
  const Played played = play(nobody(), steps(R"({"connect": {"expect_error": "reset"}})", kManual));
  EXPECT_THAT(played, failed_with("error: connect did not fail as expected"));
  EXPECT_THAT(played.failures, AllOf(HasSubstr("expected  reset"), HasSubstr("ECONNREFUSED")));
  EXPECT_EQ(played.unreached, 0U) << "an assertion has failed, not the contact";
}

TEST(ConnectStep, FailsWhenThereIsAConnection) {
  EXPECT_THAT(play(answering(), steps(R"({"repeat": {"times": 2, "steps": [{"connect": {}}]}})", kManual)),
              failed_with("error: connect failed: already connected"));
}

TEST(ConnectStep, ConnectsAnewAfterAClose) {
  const Played played =
      play(answering(), steps(R"({"connect": {}}, {"exchange": {"send": "a", "expect": "GOT:a"}}, {"close": {}},
                                                   {"connect": {}}, {"exchange": {"send": "b", "expect": "GOT:b"}})",
                              kManual));
  EXPECT_THAT(played, passed());
  EXPECT_EQ(played.connected, 2U);
}

TEST(Unconnected, StepsThatNeedAConnectionSaySo) {
  for (const char* step : {R"({"send": "a"})", R"({"expect": "a"})", R"({"exchange": {"send": "a", "expect": "a"}})",
                           R"({"expect_close": {}})", R"({"expect_silence": {"for": "1s"}})", R"({"shutdown": {}})",
                           R"({"close": {}})", R"({"reset": {}})"}) {
    const Played played = play(answering(), steps(std::string(step) + R"(, {"connect": {}})", kManual));
    EXPECT_THAT(played, failed_with(" failed: not connected")) << step;
    EXPECT_EQ(played.unreached, 0U);
  }
}

TEST(ConnectionMode, PerClientKeepsOneConnectionForAllIterations) {
  const Played played =
      play(answering(), steps(R"({"exchange": {"send": "a", "expect": "GOT:a"}})", R"("iterations": 5,)"));
  EXPECT_THAT(played, passed());
  EXPECT_EQ(played.connected, 1U);
}

TEST(ConnectionMode, PerIterationConnectsAnewEachTime) {
  const Played played = play(answering(), steps(R"({"exchange": {"send": "a", "expect": "GOT:a"}})",
                                                R"("iterations": 5, "connection": "per_iteration",)"));
  EXPECT_THAT(played, passed());
  EXPECT_EQ(played.connected, 5U);
}

TEST(ConnectionMode, PerIterationLooksForUnreadFramesEachTime) {
  const Played played =
      play(saying("a\nb\n"), steps(R"({"expect": "a"})", R"("iterations": 5, "connection": "per_iteration",)"));
  EXPECT_THAT(played, failed_with("unread bytes at the end"));
  EXPECT_THAT(played.failures, HasSubstr("; iteration 0;"));
}

TEST(ConnectionMode, ManualKeepsItsConnectionOverIterations) {
  const Played kept = play(answering(), steps(R"({"connect": {}})", R"("iterations": 3, "connection": "manual",)"));
  EXPECT_THAT(kept, failed_with("error: connect failed: already connected"));
  EXPECT_THAT(kept.failures, HasSubstr("; iteration 1;"));
  const Played closed =
      play(answering(), steps(R"({"connect": {}}, {"close": {}})", R"("iterations": 3, "connection": "manual",)"));
  EXPECT_THAT(closed, passed());
  EXPECT_EQ(closed.connected, 3U);
}

TEST(Ending, SendsWhatIsUnsentBeforeItCloses) {
  std::vector<std::string> received;
  const std::string text = steps(R"({"send": "${random:60000}"}, {"send": "last"})");
  EXPECT_THAT(play(recording(received), text), passed());
  ASSERT_THAT(received, SizeIs(1));
  EXPECT_EQ(received[0].size(), std::string("\nlast\n|end of stream").size() + 60000);
  EXPECT_THAT(received[0], testing::EndsWith("\nlast\n|end of stream"));
}

TEST(Ending, CloseAndShutdownEndTheStreamInOrder) {
  std::vector<std::string> received;
  EXPECT_THAT(play(recording(received), steps(R"({"send": "a"}, {"close": {}})")), passed());
  EXPECT_THAT(play(recording(received), steps(R"({"send": "b"}, {"shutdown": {}}, {"expect_close": {}})")), passed());
  EXPECT_THAT(received, ElementsAre("a\n|end of stream", "b\n|end of stream"));
}

TEST(Ending, ResetIsSeenAsAReset) {
  std::vector<std::string> received;
  EXPECT_THAT(play(recording(received), steps(R"({"send": "a"}, {"sleep": "100ms"}, {"reset": {}})")), passed());
  EXPECT_THAT(received, ElementsAre("a\n|ECONNRESET"));
}

TEST(Ending, LeavesNobodyWaitingForAPeerThatDoesNotRead) {
  const std::string text =
      steps(R"({"send": "${random:60000}"}, {"send": "${random:60000}"})", "", R"("defaults": {"timeout": "2s"},)");
  const PlayOptions narrow{.conditions = {.receive_buffer = 1000, .send_buffer = 1000}};
  const Played played = play(ignoring(), text, narrow);
  EXPECT_THAT(played, failed_with(" timed out: timeout 2s"));
  EXPECT_THAT(played.failures, HasSubstr("the peer reads too slowly, or not at all"));
}

/// An attempt takes from 200 to 250 ms: the knock, and the refusal.
constexpr PlayOptions kFar{.conditions = {.shortest_latency = milliseconds(100), .longest_latency = milliseconds(100)}};

TEST(Connecting, TakesATurnWhenManyConnectAtOnce) {
  // Three times as many as may be on their way at a time.
  const Played played = play(nobody(),
                             steps(R"({"connect": {"expect_error": "refused"}})",
                                   R"("count": 3000, "connection": "manual", "target": "tcp://127.0.0.1:25000",)"),
                             kFar);
  EXPECT_EQ(played.passed, 3000U);
  EXPECT_GE(played.elapsed, milliseconds(600)) << "one thousand after the other";
  EXPECT_LT(played.elapsed, milliseconds(1000));
}

TEST(Connecting, LeavesItsTurnToOthersUntilItTriesAgain) {
  const Played played = play(nobody(),
                             steps(R"({"connect": {"expect_error": "refused", "retry": {"times": 1, "every": "9s"}}})",
                                   R"("count": 2000, "connection": "manual", "target": "tcp://127.0.0.1:25000",)"),
                             kFar);
  EXPECT_EQ(played.passed, 2000U);
  EXPECT_LT(played.elapsed, std::chrono::seconds(11)) << "all of them wait together";
}

}  // namespace
}  // namespace client::run
