#include <chrono>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "scheduler/sleep.h"
#include "tests/unit/client/run/play.h"

// The rules of matching (docs/scenarios.md): what passes, what fails, and as what.

namespace client::run {
namespace {

using std::chrono::milliseconds;
using testing::ElementsAre;
using testing::HasSubstr;

// --- optional

TEST(OptionalExpect, LeavesAnotherFrameToTheNextStep) {
  EXPECT_THAT(play(saying("b\n"), steps(R"({"expect": {"equals": "a", "optional": true}}, {"expect": "b"})")),
              passed());
  EXPECT_THAT(play(saying("a\nb\n"), steps(R"({"expect": {"equals": "a", "optional": true}}, {"expect": "b"})")),
              passed());
}

TEST(OptionalExpect, PassesWhenNothingComesInTime) {
  const Played played = play(saying_slowly({"b\n"}, milliseconds(100)),
                             steps(R"({"expect": {"equals": "a", "optional": true, "timeout": "50ms"}},
                                      {"expect": "b"})"));
  EXPECT_THAT(played, passed());
}

TEST(OptionalExpect, PassesAtThePeersEndAndLeavesItToTheNextStep) {
  EXPECT_THAT(
      play(saying_and_closing(""), steps(R"({"expect": {"equals": "a", "optional": true}}, {"expect_close": {}})")),
      passed());
  const std::string rest = steps(R"({"expect": {"equals": "a", "optional": true}}, {"expect": "rest"},
                                     {"expect_close": {}})");
  EXPECT_THAT(play(saying_and_closing("rest"), rest), passed());
}

TEST(OptionalExpect, IsAllOfAListOrNothing) {
  const auto list = [](std::string_view mode) {
    return steps(R"({"expect": {"mode": ")" + std::string(mode) +
                 R"(", "frames": ["a", "b"], "optional": true, "timeout": "1s"}}, {"expect": "c"})");
  };
  for (const std::string_view mode : {"sequence", "any_order"}) {
    EXPECT_THAT(play(saying("a\nb\nc\n"), list(mode)), passed()) << mode;
    EXPECT_THAT(play(saying("c\n"), list(mode)), passed()) << mode;
    EXPECT_THAT(play(saying("a\nc\n"), list(mode)).causes, ElementsAre("expect mismatch")) << mode;
    EXPECT_THAT(play(saying("a\n"), list(mode)).causes, ElementsAre("expect timeout")) << mode;
    EXPECT_THAT(play(saying_and_closing("a\n"), list(mode)).causes, ElementsAre("expect closed")) << mode;
  }
}

TEST(OptionalExpect, IsAllOfACountOrNothing) {
  const std::string twice = steps(R"({"expect": {"equals": "a", "count": 2, "optional": true}}, {"expect": "c"})");
  EXPECT_THAT(play(saying("a\na\nc\n"), twice), passed());
  EXPECT_THAT(play(saying("c\n"), twice), passed());
  EXPECT_THAT(play(saying("a\nc\n"), twice).causes, ElementsAre("expect mismatch"));
}

TEST(OptionalExpect, TakesRawBytesOrLeavesThem) {
  const std::string raw = steps(R"({"expect": {"equals": "ab", "optional": true, "timeout": "50ms", "framing": "raw"}},
               {"expect": {"equals": "ac", "framing": "raw"}})");
  EXPECT_THAT(play(saying("ac"), raw), passed());
  EXPECT_THAT(play(saying("abac"), raw), passed());
  EXPECT_THAT(play(saying_slowly({"a", "c"}, milliseconds(40)), raw), passed()) << "its beginning is no match";
}

TEST(OptionalExpect, FailsWhatIsTooSoonAndWhatIsTooMuch) {
  EXPECT_THAT(play(saying("a\n"), steps(R"({"expect": {"equals": "a", "optional": true, "not_before": "1s"}})")).causes,
              ElementsAre("expect too_soon"));
  EXPECT_THAT(play(saying(std::string(100, 'a')),
                   steps(R"({"expect": {"equals": "a", "optional": true}})", "", R"("defaults": {"max_buffer": 10},)"))
                  .causes,
              ElementsAre("receive overflow"));
}

// --- Ends

TEST(Until, IsTruncatedByARestThatDoesNotMatch) {
  constexpr auto kTwice = R"({"expect": {"mode": "until", "equals": "b", "count": 2}})";
  EXPECT_THAT(play(saying_and_closing("a\nb\nc"), steps(kTwice)).causes, ElementsAre("expect truncated"));
  EXPECT_THAT(play(saying_and_closing("a\nb"), steps(kTwice)).causes, ElementsAre("expect closed")) << "it has matched";
}

// --- Lists

TEST(AnyOrder, FindsTheWayThatThereIs) {
  const std::string text = steps(R"({"expect": {"mode": "any_order", "frames": [{"contains": "a"}, "ab"]}})");
  EXPECT_THAT(play(saying("ab\nxa\n"), text), passed());
  EXPECT_THAT(play(saying("xa\nab\n"), text), passed());
  EXPECT_THAT(play(saying("xa\nya\n"), text).causes, ElementsAre("expect mismatch"));
}

TEST(AnyOrder, CapturesWhatTheFramesCameToBe) {
  const std::string text = steps(
      R"-({"expect": {"mode": "any_order", "frames": [{"matches": "(?P<any>.+)"}, {"matches": "n(?P<number>.)"}]}},
                {"assert": {"of": "${any} ${number}", "equals": "x 7"}})-");
  EXPECT_THAT(play(saying("n7\nx\n"), text), passed());
}

TEST(Capture, IsOfTheLastFrameThatMatched) {
  const auto list = [](std::string_view mode) {
    return steps(R"({"expect": {"mode": ")" + std::string(mode) +
                 R"(", "frames": ["a", "b1"], "capture": {"n": {"matches": "[0-9]"}}}},
                    {"assert": {"of": "${n}", "equals": "1"}})");
  };
  EXPECT_THAT(play(saying("a\nb1\n"), list("sequence")), passed());
  EXPECT_THAT(play(saying("a\nb1\n"), list("any_order")), passed());
  EXPECT_THAT(play(saying("1\n2\n"), steps(R"({"expect": {"matches": ".", "count": 2, "capture": "n"}},
                                              {"assert": {"of": "${n}", "equals": "2"}})")),
              passed());
}

TEST(Capture, FailsBeforeAFrameHasMatched) {
  EXPECT_THAT(play(saying("a\n"), steps(R"({"capture": {"n": {}}}, {"expect": "a"})")).causes,
              ElementsAre("capture no_match"));
}

TEST(Capture, IsNotDoneOfWhatDidNotCome) {
  const std::string text = steps(R"({"expect": {"equals": "a", "optional": true, "timeout": "10ms", "capture": "n"}},
                                     {"log": "${n}"})");
  EXPECT_THAT(play(saying(""), text).causes, ElementsAre("expand no_value"));
}

TEST(Capture, OfAGroupThatTookNoPartIsNone) {
  const std::string group = steps(R"({"expect": {"matches": "a(?P<n>[0-9])?", "count": 2}}, {"log": "${n}"})");
  EXPECT_THAT(play(saying("a1\na2\n"), group), passed());
  EXPECT_THAT(play(saying("a1\na\n"), group).causes, ElementsAre("expand no_value")) << "nor is it the one before";
  const std::string branches =
      steps(R"-({"expect": {"any": [{"matches": "a(?P<n>.)"}, {"matches": "b(?P<n>.)"}]}}, {"send": "${n}"})-");
  EXPECT_THAT(play(saying("b1\n"), branches), passed());
  const std::string step = steps(R"({"expect": {"matches": "x"}}, {"capture": {"n": {"matches": "(a)|x"}}})");
  EXPECT_THAT(play(saying("x\n"), step).causes, ElementsAre("capture no_match"));
}

TEST(Expect, TakesAnyFrameWhereItSaysOnlyWhatOneIs) {
  EXPECT_THAT(play(saying("abcd\nefgh"), steps(R"({"expect": {"framing": {"fixed": 5}}}, {"expect": {"capture": "n",
                                                  "framing": {"fixed": 4}}},
                                                  {"assert": {"of": "${n}", "equals": "efgh"}})")),
              passed());
  EXPECT_THAT(play(saying_and_closing(""), steps(R"({"expect": {"capture": "n"}})")).failures,
              HasSubstr("expected  any frame"));
}

// --- Values

TEST(BadValue, FailsTheStepAndIsNoMismatch) {
  const auto causes = [](std::string_view value, std::string_view expect) {
    const std::string text =
        steps(R"({"set": {"v": ")" + std::string(value) + R"("}}, {"expect": )" + std::string(expect) + "}");
    return play(saying("+OK\n"), text).causes;
  };
  const auto is_bad = ElementsAre("expand bad_value");
  EXPECT_THAT(causes("(", R"({"matches": "^${v}"})"), is_bad);
  EXPECT_THAT(causes("(", R"({"starts_with": "+", "not": {"matches": "${v}"}})"), is_bad);
  EXPECT_THAT(causes("(", R"({"starts_with": "-", "matches": "${v}"})"), is_bad);
  EXPECT_THAT(causes("(", R"({"any": [{"equals": "+OK"}, {"matches": "${v}"}]})"), is_bad);
  EXPECT_THAT(causes("(", R"({"mode": "until", "matches": "${v}"})"), is_bad);
  EXPECT_THAT(causes("(", R"({"matches": "${v}", "framing": "raw"})"), is_bad);
  EXPECT_THAT(causes("K$", R"({"matches": "${v}", "framing": "raw"})"), is_bad);
  EXPECT_THAT(causes("x{1001}", R"({"matches": "${v}", "framing": "raw"})"), is_bad);
  EXPECT_THAT(causes("(", R"({"mode": "any_order", "frames": ["+OK", {"matches": "${v}"}]})"), is_bad);
  EXPECT_THAT(causes("(", R"({"mode": "sequence", "frames": ["+OK", {"matches": "${v}"}]})"), is_bad);
  EXPECT_THAT(causes("(", R"({"matches": "${v}", "optional": true})"), is_bad);
  EXPECT_THAT(causes("three", R"({"length": "${v}"})"), is_bad);
  EXPECT_THAT(causes("-3", R"({"not": {"length": "${v}"}})"), is_bad);
  EXPECT_THAT(causes("x", R"({"not": {"less": "${v}"}})"), is_bad);
  EXPECT_THAT(causes("3", R"({"length": "${v}"})"), ElementsAre());
  EXPECT_THAT(causes("3.0", R"({"length": "${v}"})"), ElementsAre());
}

TEST(BadValue, IsShownWithItsPlace) {
  const Played played = play(saying("a\n"), steps(R"({"set": {"v": "("}}, {"expect": {"not": {"matches": "${v}"}}})"));
  EXPECT_THAT(played.failures, HasSubstr("error: bad value: matches"));
  EXPECT_THAT(played.failures, HasSubstr("/clients/0/steps/1/expect/not/matches"));
  EXPECT_THAT(played.failures, HasSubstr("value     \"(\""));
  EXPECT_THAT(played.failures, HasSubstr("problem   bad regular expression"));
}

TEST(BadValue, FailsAnAssertToo) {
  EXPECT_THAT(
      play(saying(""), steps(R"({"set": {"v": "["}}, {"assert": {"of": "x", "not": {"matches": "${v}"}}})")).causes,
      ElementsAre("expand bad_value"));
}

TEST(BadValue, IsNotKnownBeforeTheRunWhereAStepSetsIt) {
  EXPECT_THAT(play(saying("b\n"), steps(R"({"set": {"set": "abc"}}, {"expect": {"matches": "^[${set}]$"}})")),
              passed());
}

// --- What is unread

TEST(Close, FailsWhatIsUnread) {
  const std::string text = steps(R"({"expect": "a"}, {"sleep": "10ms"}, {"close": {}})");
  EXPECT_THAT(play(saying("a\nb\n"), text).causes, ElementsAre("close unread"));
  EXPECT_THAT(play(saying("a\nb"), text).causes, ElementsAre("close unread")) << "an unfinished frame, too";
  EXPECT_THAT(play(saying("a\n"), text), passed());
  EXPECT_THAT(play(saying("a\nb\n"), steps(R"({"expect": "a"}, {"close": {}})", R"("allow_extra": true,)")), passed());
  EXPECT_THAT(play(saying("a\nb\n"), steps(R"({"expect": "a"}, {"sleep": "10ms"}, {"reset": {}})")), passed());
}

TEST(Exchange, BeginsWithNothingUnread) {
  const auto text = [](std::string_view more) {
    return steps(R"({"sleep": "10ms"}, {"exchange": {"send": "x", "expect": "ok")" + std::string(more) + "}}",
                 R"("allow_extra": true,)");
  };
  EXPECT_THAT(play(saying("ok\n"), text("")).causes, ElementsAre("exchange unread"));
  EXPECT_THAT(play(saying("ok\n"), text(R"(, "fresh": false)")), passed());
}

TEST(ExpectClose, PassesWithFramesUnreadThatCanBeExpectedAfterwards) {
  EXPECT_THAT(play(saying_and_closing("a\nb"), steps(R"({"expect_close": {}}, {"expect": "a"}, {"expect": "b"})")),
              passed());
}

// --- retry

/// Answers two lines for each, of which the last says how many there have been.
sched::Task<> count_lines(sched::Stream stream) {
  for (int number = 1;; ++number) {
    if (!co_await stream.receive()) co_return;
    const std::string text = "line\n" + std::to_string(number) + "\n";
    if (!co_await stream.send(std::as_bytes(std::span(text)))) co_return;
  }
}

TEST(Retry, BeginsEachAttemptWithNothingUnread) {
  const auto text = [](std::string_view number, std::string_view more) {
    return steps(R"({"retry": {"times": 5, "every": "10ms", "until": [{"send": "x"}, {"expect": ")" +
                 std::string(number) + R"("}])" + std::string(more) + "}}");
  };
  const auto third = [](std::string_view more) {
    return steps(R"({"retry": {"times": 5, "every": "10ms", "until": [{"send": "x"}, {"expect": "line"},
                                {"expect": "3"}])" +
                 std::string(more) + "}}");
  };
  EXPECT_THAT(play(count_lines, third("")), passed());
  EXPECT_THAT(play(count_lines, third(R"(, "reconnect": true)")).causes, ElementsAre("expect mismatch"))
      << "each connection counts from one";
  EXPECT_EQ(play(count_lines, third(R"(, "reconnect": true)")).connected, 5U);
  EXPECT_THAT(play(count_lines, text("line", "")).causes, ElementsAre("end unread"));
}

}  // namespace
}  // namespace client::run
