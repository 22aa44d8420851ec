#include "client/run/reporting.h"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "client/scenario/load.h"
#include "tests/support/temporary_directory.h"

namespace client::run {
namespace {

using End = ScenarioResult::End;
using std::chrono::milliseconds;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr std::uint64_t kSeed = 7;

scenario::Scenario scenario_named(const std::string& name, const std::string& more = "") {
  return *scenario::parse(
      "a/" + name + ".json",
      R"({"name": ")" + name + R"(", )" + more + R"("clients": [{"count": 3, "steps": [{"send": "a"}]}]})", {});
}

ScenarioResult all_passed() {
  ScenarioResult result;
  result.planned = result.passed = result.connected = 3;
  result.started = milliseconds(5);
  result.elapsed = milliseconds(10);
  return result;
}

ScenarioResult one_failed() {
  ScenarioResult result = all_passed();
  result.passed = 2;
  result.failed = 1;
  result.failures.add({.cause = {FailureCode::reset, "send", ECONNRESET},
                       .title = "send failed: ECONNRESET",
                       .place = {.line = 1, .column = 60, .length = 3, .pointer = "/clients/0/steps/0/send"},
                       .notes = {"a note"},
                       .group = "group0",
                       .client = 2,
                       .endpoint = "tcp 127.0.0.1:1"});
  return result;
}

/// Nothing is collected that nobody asked for.
RunOptions with_a_report() {
  RunOptions options;
  options.reports = {{report::Format::json, "-"}};
  return options;
}

class ReportingTest : public testing::Test {
 protected:
  /// What comes of running the first of the planned scenarios with this result.
  const report::Report& report_of(const sched::Result<ScenarioResult>& result, Verdict verdict, const char* why = "") {
    reporting_.add({planned_.front(), 0, 0, kSeed, "again"}, result);
    reporting_.finish(planned_, verdict, why);
    return reporting_.report();
  }

  RunOptions options_ = with_a_report();
  Reporting reporting_{options_, kSeed};
  std::vector<scenario::Scenario> planned_{scenario_named("one", R"("tags": ["t"], )")};
};

TEST_F(ReportingTest, HasWhatCameOfAScenario) {
  const report::Report& report = report_of(all_passed(), Verdict::passed);
  EXPECT_EQ(report.verdict, report::Verdict::passed);
  EXPECT_FALSE(report.is_incomplete);
  ASSERT_EQ(report.scenarios.size(), 1U);
  const report::Scenario& entry = report.scenarios.front();
  EXPECT_EQ(entry.name, "one");
  EXPECT_EQ(entry.path, "a/one.json");
  EXPECT_THAT(entry.tags, ElementsAre("t"));
  EXPECT_EQ(entry.verdict, report::Verdict::passed);
  EXPECT_EQ(entry.started, milliseconds(5));
  EXPECT_EQ(entry.elapsed, milliseconds(10));
  EXPECT_EQ(entry.planned, 3U);
  EXPECT_EQ(entry.passed, 3U);
  EXPECT_EQ(entry.not_run, 0U);
}

TEST_F(ReportingTest, HasWhatIsKnownOfAFailure) {
  const report::Failure& failure = report_of(one_failed(), Verdict::failed).scenarios.front().failures.at(0);
  EXPECT_EQ(failure.code, "reset");
  EXPECT_EQ(failure.phase, "send");
  EXPECT_EQ(failure.errno_name, "ECONNRESET");
  EXPECT_EQ(failure.title, "send failed: ECONNRESET");
  EXPECT_EQ(failure.line, 1U);
  EXPECT_EQ(failure.column, 60U);
  EXPECT_EQ(failure.pointer, "/clients/0/steps/0/send");
  EXPECT_EQ(failure.count, 1U);
  EXPECT_EQ(failure.clients.at(0).index, 2U);
  EXPECT_THAT(failure.clients.at(0).notes, ElementsAre("a note"));
  EXPECT_THAT(failure.text, HasSubstr("--> a/one.json:1:60"));
}

TEST_F(ReportingTest, HasACodeForAThresholdThatFailedTheScenario) {
  ScenarioResult result = all_passed();
  result.load.emplace().measured.response.record(milliseconds(20));
  result.load->thresholds = {{.text = "response p99 below 10ms", .value = 0.02, .shown = "20ms"},
                             {.text = "connect max below 1s", .value = {}, .shown = "no sample"},
                             {.text = "errors share below 1", .value = 0, .shown = "0%", .held = true}};
  const report::Scenario& entry = report_of(result, Verdict::breached).scenarios.front();
  EXPECT_EQ(entry.reason, "breached: response p99 below 10ms: 20ms; connect max below 1s: no sample");
  EXPECT_EQ(entry.load->thresholds.at(0).code, "breached");
  EXPECT_EQ(entry.load->thresholds.at(1).code, "no_sample");
  EXPECT_EQ(entry.load->thresholds.at(2).code, "");
}

TEST_F(ReportingTest, JudgesNoThresholdOfWhatWasCutShort) {
  ScenarioResult result = all_passed();
  result.end = End::deadline;
  result.load.emplace().is_cut_short = true;
  result.load->thresholds = {{.text = "dropped count below 1", .value = 9, .shown = "9"}};
  const report::Scenario& entry = report_of(result, Verdict::deadline, "--timeout 1s passed").scenarios.front();
  EXPECT_EQ(entry.load->thresholds.at(0).code, "");
  EXPECT_EQ(entry.reason, "--timeout 1s passed");
}

TEST_F(ReportingTest, TellsWhatWasNotRunAndWhy) {
  planned_.push_back(scenario_named("two", R"("seed": 9, )"));
  ScenarioResult cut = all_passed();
  cut.end = End::signal;
  const report::Report& report = report_of(cut, Verdict::interrupted, "interrupted by SIGINT");
  EXPECT_TRUE(report.is_incomplete);
  EXPECT_EQ(report.reason, "interrupted by SIGINT");
  ASSERT_EQ(report.scenarios.size(), 2U);
  EXPECT_EQ(report.scenarios[0].verdict, report::Verdict::interrupted);
  EXPECT_EQ(report.scenarios[0].reason, "interrupted by SIGINT");
  EXPECT_EQ(report.scenarios[1].verdict, report::Verdict::not_run);
  EXPECT_EQ(report.scenarios[1].reason, "interrupted by SIGINT");
  EXPECT_EQ(report.scenarios[1].seed, 9U);
  EXPECT_EQ(report.scenarios[1].not_run, 3U);
}

TEST_F(ReportingTest, TellsThatNothingCouldBeTested) {
  reporting_.finish(planned_, Verdict::could_not_test, "no descriptors");
  EXPECT_EQ(reporting_.report().scenarios.at(0).verdict, report::Verdict::could_not_test);
  EXPECT_EQ(reporting_.report().scenarios.at(0).reason, "no descriptors");
}

TEST_F(ReportingTest, TellsWhyAScenarioCouldNotBeRun) {
  const report::Report& report =
      report_of(sched::system_error("epoll_create1", EMFILE), Verdict::could_not_test, "epoll_create1: EMFILE");
  EXPECT_EQ(report.scenarios.at(0).verdict, report::Verdict::could_not_test);
  EXPECT_THAT(report.scenarios.at(0).reason, HasSubstr("EMFILE"));
  EXPECT_FALSE(report.scenarios.at(0).started);
}

TEST_F(ReportingTest, HasTheCommandThatRunsAScenarioAgain) {
  planned_.push_back(scenario_named("two"));
  const report::Report& report = report_of(all_passed(), Verdict::interrupted, "interrupted by SIGINT");
  EXPECT_EQ(report.scenarios.at(0).command, "again");
  EXPECT_EQ(report.scenarios.at(1).command, "echo_client run --seed 7 a/two.json");
}

TEST_F(ReportingTest, IsInTheOrderOfThePlanAndOfTheRepetitionsThatBegan) {
  planned_.push_back(scenario_named("two"));
  for (const std::uint64_t number : {2U, 1U, 0U}) {
    reporting_.add({planned_[number % 2], number, number / 2, kSeed + number / 2, "again"}, all_passed());
  }
  reporting_.finish(planned_, Verdict::failed, "ended by --fail-fast");
  std::vector<std::string> told;
  for (const report::Scenario& entry : reporting_.report().scenarios) {
    told.push_back(entry.name + std::to_string(entry.repetition) + " " + std::to_string(entry.seed) + " " +
                   name_of(entry.verdict));
  }
  EXPECT_THAT(told, ElementsAre("one0 7 passed", "two0 7 passed", "one1 8 passed", "two1 8 not_run"));
}

TEST_F(ReportingTest, WritesEachReportOrTellsWhyNot) {
  const support::TemporaryDirectory folder;
  options_.reports = {{report::Format::json, folder / "a"}, {report::Format::tap, folder / "missing/b"}};
  EXPECT_THAT(reporting_.check().error(), HasSubstr("missing/b"));
  EXPECT_THAT(reporting_.write_files(), ElementsAre(HasSubstr("missing/b")));
  EXPECT_THAT(support::read_file(folder / "a"), HasSubstr("\"version\": 1"));
  EXPECT_FALSE(reporting_.has_streams());
}

TEST_F(ReportingTest, WritesToStreamsApart) {
  options_.reports = {{report::Format::json, "/dev/full"}};
  EXPECT_TRUE(reporting_.has_streams());
  EXPECT_THAT(reporting_.write_files(), IsEmpty());
  EXPECT_THAT(reporting_.write_streams(), ElementsAre(HasSubstr("ENOSPC")));
}

}  // namespace
}  // namespace client::run
