#include <chrono>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/client/run/play.h"

// Steps that wait for frames: expect in all its modes, expect_close, expect_silence.

namespace client::run {
namespace {

using std::chrono::milliseconds;
using testing::AllOf;
using testing::HasSubstr;

TEST(Expect, PassesWhenTheNextFrameHolds) {
  const Played played = play(answering(), steps(R"({"send": "Hello"}, {"expect": "GOT:Hello"})"));
  EXPECT_THAT(played, passed());
  EXPECT_EQ(played.frames, 1U);
  EXPECT_EQ(played.bytes_sent, 6U);
  EXPECT_EQ(played.bytes_received, 10U);
}

TEST(Expect, FailsAtTheFirstFrameThatDiffers) {
  const Played played = play(saying("GOT:HellO\nGOT:Hello\n"), steps(R"({"send": "Hello"}, {"expect": "GOT:Hello"})"));
  EXPECT_EQ(played.failures,
            "error: expect failed: equals                       scenario \"x\", client \"g\" 0, tcp 127.0.0.1:25000\n"
            "  --> x.json:1:70  /clients/0/steps/1/expect\n"
            " 1 | { \"clients\": [{\"name\": \"g\",  \"steps\": [{\"send\": \"Hello\"}, {\"expect\": \"GOT:Hello\"}]}]}\n"
            "   |                                                                      ^^^^^^^^^^^\n"
            "   |   expected  \"GOT:Hello\"\n"
            "   |   received  \"GOT:HellO\"      first difference at byte 8 (6f, received 4f)\n"
            "   |   after 26.9us of 5s; 10 bytes unread; peer open; seed 1\n");
}

TEST(Expect, NamesThePredicateThatDoesNotHoldAndPointsToIt) {
  const Played played = play(saying("GOT:Hello\n"), steps(R"({"expect": {"contains": "Hell", "matches": "^H"}})"));
  EXPECT_THAT(played, failed_with("error: expect failed: matches"));
  EXPECT_THAT(played.failures, HasSubstr("/clients/0/steps/0/expect/matches"));
  EXPECT_THAT(played.failures, HasSubstr("expected  matches \"^H\""));
}

TEST(Expect, ComparesWhatTheFrameIsWhenTheScenarioRuns) {
  const std::string text = steps(
      R"({"exchange": {"send": "${client.name} ${client.index} ${iteration}",
                       "expect": "GOT:g ${client.index} ${iteration}"}})",
      R"("count": 3, "iterations": 4,)");
  const Played played = play(answering(), text);
  EXPECT_THAT(played, passed());
  EXPECT_EQ(played.frames, 12U);
}

TEST(Expect, TakesALineThatComesInPieces) {
  EXPECT_THAT(play(saying_slowly({"GO", "T:", "a", "\nGOT:", "b\n"}, milliseconds(10)),
                   steps(R"({"expect": "GOT:a"}, {"expect": "GOT:b"})")),
              passed());
}

TEST(Expect, TakesWhatIsLeftAtTheEndOfTheStreamAsAFrame) {
  EXPECT_THAT(play(saying_and_closing("one\ntwo"), steps(R"({"expect": "one"}, {"expect": "two"})")), passed());
}

TEST(Expect, GivesTheCarriageReturnToTheFrameUnlessTheEndIsCrlf) {
  EXPECT_THAT(play(saying("a\r\n"), steps(R"({"expect": "a\r"})")), passed());
  EXPECT_THAT(play(saying("a\nb\r\n"), steps(R"({"expect": "a\nb"})", R"("eol": "crlf",)")), passed());
}

TEST(Expect, TakesTheWholeStreamAsOneFrameWithoutAnEnd) {
  EXPECT_THAT(play(saying_and_closing("a\nb\n"), steps(R"({"expect": "a\nb\n"})", R"("eol": "none",)")), passed());
}

TEST(Expect, TimesOutAndTellsWhatCameAndWhatWasWanted) {
  const Played played = play(saying("GOT:He"), steps(R"({"expect": {"equals": "GOT:Hello", "timeout": "250ms"}})"));
  EXPECT_THAT(played, failed_with("error: expect timed out: timeout 250ms"));
  EXPECT_THAT(played.failures, HasSubstr("|   expected  \"GOT:Hello\"\n"));
  EXPECT_THAT(played.failures, HasSubstr("|   received  \"GOT:He\", which is no whole frame\n"));
  EXPECT_THAT(played.failures, HasSubstr("|   after 250ms of 250ms; 6 bytes unread; peer open; seed 1\n"));
}

TEST(Expect, TellsThatNothingCame) {
  EXPECT_THAT(play(saying(""), steps(R"({"expect": "a"})")), failed_with("received  nothing\n"));
}

TEST(Expect, CallsAnEndOfTheStreamClosed) {
  const Played played = play(saying_and_closing(""), steps(R"({"expect": "a"})"));
  EXPECT_THAT(played, failed_with("error: expect failed: closed"));
  EXPECT_THAT(played.failures, HasSubstr("peer closed"));
}

TEST(Expect, NamesTheErrorOfAConnectionThatWasReset) {
  const Played played = play(resetting_after(2, "GOT:"), steps(R"({"send": "a"}, {"expect": "GOT:a"})"));
  EXPECT_THAT(played, failed_with("error: expect failed: ECONNRESET"));
  EXPECT_THAT(played.failures, AllOf(HasSubstr("received  \"GOT:\", which is no whole frame"), HasSubstr("peer gone")));
}

TEST(Expect, TellsTheIterationThatFailed) {
  const Played played =
      play(saying("0\n1\nx\n"), steps(R"({"repeat": {"times": 3, "steps": [{"expect": "${iteration}"}]}})"));
  EXPECT_THAT(played, failed_with("of 5s; iteration 2; 0 bytes unread"));
}

TEST(ExpectCount, RepeatsTheExpect) {
  EXPECT_THAT(play(saying("a\na\na\n"), steps(R"({"expect": {"equals": "a", "count": 3}})")), passed());
  EXPECT_THAT(play(saying("a\na\nb\n"), steps(R"({"expect": {"equals": "a", "count": 3}})")),
              failed_with("expect failed: equals"));
}

TEST(ExpectUntil, SkipsFramesUpToTheOneThatHolds) {
  const Played played = play(saying("a\nb\nc\nd\n"), steps(R"({"expect": {"mode": "until", "equals": "c"}},
                                                             {"expect": "d"})"));
  EXPECT_THAT(played, passed());
  EXPECT_EQ(played.frames, 2U) << "what is skipped was not expected";
}

TEST(ExpectUntil, TellsWhatItSkipped) {
  const Played played = play(saying("a\nb\nc\nd\ne\nf\ng\n"), steps(R"({"expect": {"mode": "until", "equals": "x"}})"));
  EXPECT_THAT(played, failed_with(R"(skipped   "a", "b", "c", "d", "e" and 2 more)"));
  EXPECT_THAT(play(saying("a\n"), steps(R"({"expect": {"mode": "until", "equals": "x"}})")),
              failed_with("skipped   \"a\"\n"));
}

TEST(ExpectSequence, TakesTheFramesInTheirOrder) {
  constexpr auto kSteps = R"({"expect": {"mode": "sequence", "frames": ["a", {"contains": "b"}, "c"]}})";
  EXPECT_THAT(play(saying("a\nxbx\nc\n"), steps(kSteps)), passed());
  const Played played = play(saying("a\nc\nb\n"), steps(kSteps));
  EXPECT_THAT(played, failed_with("expect failed: contains"));
  EXPECT_THAT(played.failures, HasSubstr("/expect/frames/1"));
}

TEST(ExpectAnyOrder, MatchesEachFrameWithAnotherPattern) {
  constexpr auto kSteps = R"({"expect": {"mode": "any_order", "frames": ["a", "a", {"matches": "^[bc]$"}]}})";
  EXPECT_THAT(play(saying("a\nb\na\n"), steps(kSteps)), passed());
  const Played played = play(saying("a\na\na\n"), steps(kSteps));
  EXPECT_THAT(played, failed_with("expect failed: it is none of any_order"));
  EXPECT_THAT(played.failures, HasSubstr("|   expected  matches \"^[bc]$\"\n   |   received  \"a\"\n"));
}

TEST(ExpectAnyOrder, TellsAllThatIsMissingWhenItTimesOut) {
  const Played played = play(saying("b\n"), steps(R"({"expect": {"mode": "any_order", "frames": ["a", "b", "c"]}})"));
  EXPECT_THAT(played, failed_with("|   expected  \"a\"\n   |   expected  \"c\"\n   |   received  nothing\n"));
}

TEST(ExpectOptional, PassesWhenNothingComes) {
  const Played played = play(saying(""), steps(R"({"expect": {"equals": "a", "optional": true, "timeout": "1s"}})"));
  EXPECT_THAT(played, passed());
  EXPECT_GE(played.elapsed, std::chrono::seconds(1));
}

TEST(ExpectNotBefore, FailsAFrameThatComesSooner) {
  constexpr auto kSteps = R"({"expect": {"equals": "a", "not_before": "100ms"}})";
  EXPECT_THAT(play(saying_slowly({"a\n"}, milliseconds(150)), steps(kSteps)), passed());
  const Played played = play(saying_slowly({"a\n"}, milliseconds(50)), steps(kSteps));
  EXPECT_THAT(played, failed_with("expect failed: too soon"));
  EXPECT_THAT(played.failures, AllOf(HasSubstr("expected  not before 100ms"), HasSubstr("received  \"a\" after 5")));
}

TEST(ExpectNotBefore, LetsSkippedFramesComeSooner) {
  EXPECT_THAT(play(saying_slowly({"tick\n", "tick\n", "a\n"}, milliseconds(60)),
                   steps(R"({"expect": {"mode": "until", "equals": "a", "not_before": "150ms"}})")),
              passed());
}

TEST(ExpectRaw, TakesExactlyAsManyBytesAsAnEqualsHas) {
  EXPECT_THAT(play(saying("abcdef"), steps(R"({"expect": "abc"}, {"expect": "def"})", R"("framing": "raw",)")),
              passed());
}

TEST(ExpectRaw, ConsumesThroughTheFirstOccurrence) {
  EXPECT_THAT(play(saying("login: password: "), steps(R"({"expect": {"contains": "login: "}},
                                                         {"expect": {"matches": "word. "}})",
                                                      R"("framing": "raw",)")),
              passed());
}

TEST(ExpectRaw, FailsAsSoonAsTheBytesDiffer) {
  const Played played = play(saying("abX"), steps(R"({"expect": "abcdef"})", R"("framing": "raw",)"));
  EXPECT_THAT(played, failed_with("expect failed: equals"));
  EXPECT_THAT(played.failures, HasSubstr("received  \"abX\"      first difference at byte 2 (63, received 58)"));
}

TEST(ExpectRaw, ShowsOnlyTheBytesThatAreCompared) {
  const Played played = play(saying("abX and what follows"), steps(R"({"expect": "abc"})", R"("framing": "raw",)"));
  EXPECT_THAT(played, failed_with("received  \"abX\"      first difference"));
}

TEST(ExpectRaw, TimesOutOnAPrefix) {
  EXPECT_THAT(play(saying("abc"), steps(R"({"expect": "abcdef"})", R"("framing": "raw",)")),
              failed_with("expect timed out: timeout 5s"));
}

TEST(ExpectClose, PassesAtAFin) {
  EXPECT_THAT(play(saying_and_closing("a\n"), steps(R"({"expect": "a"}, {"expect_close": {}})")), passed());
}

TEST(ExpectClose, TellsAFinFromAReset) {
  constexpr auto kReset = R"({"send": "a"}, {"expect_close": {"how": "reset"}})";
  constexpr auto kFin = R"({"send": "a"}, {"expect_close": {"how": "fin"}})";
  constexpr auto kAny = R"({"send": "a"}, {"expect_close": {"how": "any"}})";
  EXPECT_THAT(play(resetting_after(2), steps(kReset)), passed());
  EXPECT_THAT(play(resetting_after(2), steps(kAny)), passed());
  EXPECT_THAT(play(saying_and_closing(""), steps(kAny)), passed());
  EXPECT_THAT(play(resetting_after(2), steps(kFin)), failed_with("expect_close failed: reset, not closed"));
  EXPECT_THAT(play(saying_and_closing(""), steps(kReset)), failed_with("expect_close failed: closed, not reset"));
}

TEST(ExpectClose, TimesOutWhenThePeerStays) {
  const Played played = play(saying("a\n"), steps(R"({"expect_close": {"timeout": "1s"}})"));
  EXPECT_THAT(played, failed_with("expect_close timed out: timeout 1s"));
  EXPECT_THAT(played.failures, AllOf(HasSubstr("expected  a FIN"), HasSubstr(R"(received  "a\n")")));
}

TEST(ExpectClose, LeavesFramesThatCameBeforeUnread) {
  EXPECT_THAT(play(saying_and_closing("a\n"), steps(R"({"expect_close": {}})")),
              failed_with("unread bytes at the end"));
}

TEST(ExpectSilence, PassesWhenNothingHappens) {
  const Played played = play(saying(""), steps(R"({"expect_silence": {"for": "300ms"}})"));
  EXPECT_THAT(played, passed());
  EXPECT_GE(played.elapsed, milliseconds(300));
}

TEST(ExpectSilence, FailsOnWhatIsUnreadAndOnWhatArrives) {
  constexpr auto kSteps = R"({"expect": "a"}, {"expect_silence": {"for": "300ms"}})";
  EXPECT_THAT(play(saying("a\nb\n"), steps(kSteps)), failed_with("expect_silence failed: not silent"));
  const Played played = play(saying_slowly({"a\n", "b"}, milliseconds(100)), steps(kSteps));
  EXPECT_THAT(played, failed_with("expect_silence failed: not silent"));
  EXPECT_THAT(played.failures, AllOf(HasSubstr("expected  nothing for 300ms"), HasSubstr("received  \"b\"")));
}

TEST(ExpectSilence, FailsWhenThePeerCloses) {
  EXPECT_THAT(play(saying_and_closing(""), steps(R"({"expect_silence": {"for": "300ms"}})")),
              failed_with("expect_silence failed: closed"));
}

TEST(MaxBuffer, BoundsWhatIsUnread) {
  const Played played =
      play(saying(std::string(5000, 'x')), steps(R"({"expect": "a"})", "", R"("defaults": {"max_buffer": "4KiB"},)"));
  EXPECT_THAT(played, failed_with("error: max_buffer exceeded"));
  EXPECT_THAT(played.failures, HasSubstr("limit     4 KiB may be unread: raise max_buffer"));
}

TEST(MaxBuffer, HoldsInStepsThatDoNotRead) {
  EXPECT_THAT(play(saying(std::string(5000, 'x')), steps(R"({"sleep": "1s"}, {"send": "a"})", R"("allow_extra": true,)",
                                                         R"("defaults": {"max_buffer": "4KiB"},)")),
              failed_with("/clients/0/steps/0/sleep"));
}

TEST(MaxBuffer, TakesExactlyAsMuch) {
  EXPECT_THAT(play(saying(std::string(4095, 'x') + "\n"), steps(R"({"sleep": "1s"}, {"expect": {"contains": "x"}})", "",
                                                                R"("defaults": {"max_buffer": "4KiB"},)")),
              passed());
}

TEST(UnreadFrames, FailAClientAtItsEnd) {
  const Played played = play(saying("a\nb\n"), steps(R"({"expect": "a"})"));
  EXPECT_THAT(played, failed_with("error: unread bytes at the end"));
  EXPECT_THAT(played.failures, AllOf(HasSubstr(R"(received  "b\n")"), HasSubstr("allow_extra")));
}

TEST(UnreadFrames, AreLeftAloneWhereTheGroupAllowsThem) {
  EXPECT_THAT(play(saying("a\nb\n"), steps(R"({"expect": "a"})", R"("allow_extra": true,)")), passed());
}

// --- lines that end with CR LF

constexpr auto kHelp = R"(|   help      the lines end with \r\n: with "eol": "crlf" this would match)";

TEST(Expect, SaysThatLinesEndWithCrLf) {
  for (const char* expect :
       {R"("+PONG")", R"({"one_of": ["+PONG", "-ERR"]})", R"({"matches": "G$"})",
        R"({"mode": "sequence", "frames": ["+PONG", "x"]})", R"({"mode": "any_order", "frames": ["x", "+PONG"]})",
        R"({"mode": "until", "equals": "+PONG", "timeout": "1s"})"}) {
    EXPECT_THAT(play(saying("+PONG\r\n"), steps(std::string(R"({"expect": )") + expect + "}")), failed_with(kHelp))
        << expect;
  }
}

TEST(Expect, SaysNothingOfCrLfWhereMoreIsWrong) {
  for (const char* expect : {R"("+PING")", R"({"mode": "any_order", "frames": ["x", "+PING"]})",
                             R"({"mode": "until", "equals": "+PING", "timeout": "1s"})"}) {
    const Played played = play(saying("+PONG\r\n"), steps(std::string(R"({"expect": )") + expect + "}"));
    EXPECT_EQ(played.failed, 1U);
    EXPECT_THAT(played.failures, testing::Not(HasSubstr("crlf"))) << expect;
  }
}

TEST(ExpectRaw, TakesNothingThatIsMetBeforeAByteHasCome) {
  for (const char* expect :
       {R"("matches": "${v}")", R"("starts_with": "${v}")", R"("equals": "${v}", "count": 1000000000)"}) {
    const std::string scenario = std::string(R"({"set": {"v": ""}}, {"expect": {"framing": "raw", )") + expect + "}}";
    const Played played = play(ignoring(), steps(scenario));
    EXPECT_THAT(played.causes, testing::ElementsAre("expand bad_value")) << expect;
  }
}

}  // namespace
}  // namespace client::run
