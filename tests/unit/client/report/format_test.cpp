#include "client/report/format.h"

#include <string>

#include <gtest/gtest.h>

#include "tests/unit/client/report/sample.h"

namespace client::report {
namespace {

using std::chrono::milliseconds;

TEST(Visible, LeavesTextAsItIs) {
  EXPECT_EQ(visible("a\tb\nc \"\\ ä € 😀"), "a\tb\nc \"\\ ä € 😀");
  EXPECT_EQ(visible(""), "");
}

TEST(Visible, ShowsWhatIsNoText) {
  EXPECT_EQ(visible(std::string_view("\0\x1b\r\x7f", 4)), R"(\x00\x1b\x0d\x7f)");
  EXPECT_EQ(visible("\xff" "a\xc3"), R"(\xffa\xc3)");
  EXPECT_EQ(visible("\xc2\x85"), R"(\u{0085})") << "a control of C1";
  EXPECT_EQ(visible("\xef\xbf\xbe\xef\xbf\xbf"), R"(\u{fffe}\u{ffff})");
  EXPECT_EQ(visible("\xed\xa0\x80"), R"(\xed\xa0\x80)") << "a surrogate";
}

TEST(Title, TellsWhichTimeItIs) {
  Scenario scenario = sample_passed();
  EXPECT_EQ(title(scenario), "good");
  scenario.repetition = 2;
  EXPECT_EQ(title(scenario), "good (repetition 2)");
}

TEST(Summary, IsTheFirstFailure) {
  Scenario scenario = sample_failed();
  EXPECT_EQ(summary(scenario), "expect failed: equals");
  scenario.failures.resize(3, sample_failure());
  EXPECT_EQ(summary(scenario), "expect failed: equals, and 2 more");
}

TEST(Summary, IsTheReasonOrTheVerdictWhereNothingFailed) {
  EXPECT_EQ(summary(sample_scenario("a", Verdict::not_run, "no time")), "no time");
  EXPECT_EQ(summary(sample_scenario("a", Verdict::could_not_test)), "could_not_test");
}

TEST(Report, SumsUpItsScenarios) {
  const Report report = sample_report();
  EXPECT_EQ(elapsed(report), milliseconds(1750));
  EXPECT_EQ(started(report), milliseconds(1'700'000'000'123));
  EXPECT_FALSE(started(Report{}));
}

TEST(FormatTime, IsThatOfRfc3339) {
  EXPECT_EQ(format_time(milliseconds(1'700'000'000'007)), "2023-11-14T22:13:20.007Z");
  EXPECT_EQ(format_time(milliseconds(0)), "1970-01-01T00:00:00.000Z");
}

TEST(Summary, IsOfTheThresholdThatFailedIt) {
  Scenario scenario = load_report().scenarios.front();
  scenario.failures = {sample_failure()};
  EXPECT_EQ(code(scenario), "no_sample");
  EXPECT_EQ(summary(scenario), "breached: connect max below 1s: no sample");
  scenario.reason = "";
  EXPECT_EQ(code(scenario), "mismatch") << "the failure is what weighs";
  EXPECT_EQ(summary(scenario), "expect failed: equals");
}

}  // namespace
}  // namespace client::report
