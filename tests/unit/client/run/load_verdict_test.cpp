// What a load comes to, and what is said of it.

#include "client/run/load_verdict.h"

#include <chrono>
#include <string>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/client/run/loads.h"

namespace client::run {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::HasSubstr;
using testing::Not;

/// A hundred iterations in the warm-up, and a hundred after it, of which those fail that `pattern` does not match.
ScenarioResult warm_up(const std::string& pattern, const std::string& way, const std::string& thresholds = "[]") {
  const std::string exchange = R"({"exchange": {"send": "${iteration}", "expect": {"matches": ")" + pattern + R"("}}})";
  return run_load(loaded_steps(R"("model": "open", "rate": "100/s", "warmup": "1s", "duration": "1s")", exchange + way,
                               R"("count": 3)", thresholds == "[]" ? R"("x-": 0)" : "\"thresholds\": " + thresholds));
}

std::string told(const ScenarioResult& result) {
  return fmt::format("{}", fmt::join(load_verdict(result, judge(result)), ", "));
}

/// As one of several exchanges that may be under way, or by steps one after the other.
class WarmUp : public testing::TestWithParam<const char*> {};
INSTANTIATE_TEST_SUITE_P(, WarmUp, testing::Values("", R"(, {"set": {"x": "1"}})"));

TEST_P(WarmUp, JudgesNothing) {
  const ScenarioResult result = warm_up("GOT:1[0-9][0-9]$", GetParam());
  EXPECT_EQ(judge(result), Verdict::passed);
  EXPECT_EQ(result.load->measured.warmup_errors, 100U);
  EXPECT_EQ(result.load->measured.errors, 0U);
  EXPECT_EQ(result.load->measured.response.count(), 100U);
  EXPECT_TRUE(result.failures.empty());
  EXPECT_THAT(errors_by_kind(result.warmup_failures), "expect mismatch 100") << "they are shown";
  EXPECT_EQ(told(result), "3 of 3 clients passed, 100 errors in the warm-up alone");
}

TEST_P(WarmUp, BreachesNoThreshold) {
  const ScenarioResult result = warm_up("GOT:1[0-9][0-9]$", GetParam(), R"([{"metric": "errors", "below": 0.001}])");
  EXPECT_EQ(judge(result), Verdict::passed);
}

TEST_P(WarmUp, ExcusesNothingThatComesLater) {
  const ScenarioResult result = warm_up("GOT:[0-9]?[0-9]$", GetParam());
  EXPECT_EQ(judge(result), Verdict::failed);
  EXPECT_EQ(result.load->measured.warmup_errors, 0U);
  EXPECT_TRUE(result.warmup_failures.empty());
  EXPECT_EQ(told(result), "100 errors");
}

TEST(LoadVerdict, DoesNotPassWhenNothingWasMeasured) {
  const ScenarioResult result = run_load(
      loaded_steps(R"("warmup": "1s", "duration": "1s")", R"({"expect": {"equals": "never", "timeout": "3s"}})"));
  EXPECT_EQ(result.load->measured.planned(), 0U) << "those of the warm-up had not ended";
  EXPECT_EQ(judge(result), Verdict::could_not_test);
  EXPECT_EQ(told(result), "nothing was measured, 0 errors");
}

TEST(LoadVerdict, IsSkippedWhereAllIterationsAre) {
  const ScenarioResult all = run_load(loaded_steps(R"("model": "open", "rate": "10/s", "duration": "1s")",
                                                   R"({"skip": "no"}, {"exchange": {"send": "a", "expect": "b"}})"));
  EXPECT_EQ(judge(all), Verdict::skipped);
  EXPECT_EQ(all.load->measured.response.count(), 0U);
}

TEST(LoadVerdict, DoesNotPassWhenNoReplyWasCompared) {
  const ScenarioResult result = run_load(loaded_steps(R"("model": "open", "rate": "10/s", "duration": "1s",
                                                         "verify": "0.0001%")",
                                                      R"({"exchange": {"send": "a", "expect": "b"}})"));
  EXPECT_EQ(result.load->measured.messages, 10U);
  EXPECT_EQ(judge(result), Verdict::could_not_test);
  EXPECT_EQ(told(result), "no reply was compared, 0 errors");
}

TEST(LoadVerdict, CountsWhatFailed) {
  const ScenarioResult result = run_load(loaded_steps(
      R"("model": "open", "rate": "10/s", "duration": "1s")", R"({"exchange": {"send": "a", "expect": "GOT:b"}})",
      R"("count": 1)", R"("thresholds": [{"metric": "response", "at": "p99", "below": "1s"}])"));
  EXPECT_EQ(judge(result), Verdict::failed);
  EXPECT_EQ(told(result), "10 errors, 1 of 1 threshold breached");
}

TEST(LoadVerdict, CountsTheThresholdsThatDoNotHold) {
  const ScenarioResult result = run_load(loaded(R"("duration": "100ms")", R"("count": 1)",
                                                R"("thresholds": [{"metric": "response", "at": "p99", "below": "1ns"},
                                        {"metric": "response", "at": "max", "below": "1h"},
                                        {"metric": "errors", "below": 1}])"));
  EXPECT_EQ(judge(result), Verdict::breached);
  EXPECT_EQ(told(result), "1 of 3 thresholds breached");
  EXPECT_THAT(
      summary_of(*result.load, {}, {}, {}),
      testing::ContainsRegex("threshold response p99 below 1ns: .*  BREACHED\n.*response max below 1h: [^B]*\n"));
}

TEST(LoadVerdict, LeavesErrorsToTheThresholdsOnThem) {
  const ScenarioResult result = run_load(loaded_steps(
      R"("model": "open", "rate": "10/s", "duration": "1s")", R"({"exchange": {"send": "a", "expect": "GOT:b"}})",
      R"("count": 1)", R"("thresholds": [{"metric": "errors", "at": "count", "below": 5}])"));
  EXPECT_EQ(judge(result), Verdict::breached);
  EXPECT_EQ(told(result), "1 of 1 threshold breached");
}

TEST(LoadVerdict, TellsThatNobodyWasReached) {
  const ScenarioResult result = run_load_alone(loaded(R"("duration": "1s")", R"("count": 4)"));
  EXPECT_EQ(judge(result), Verdict::could_not_test);
  EXPECT_EQ(told(result), "nobody was reached, 4 errors");
}

TEST(LoadVerdict, IsNoPassOfALoadThatCouldNotBegin) {
  // The teardown reaches the server, and errors are allowed.
  const SimulatedRun run(1);
  const auto scenario =
      scenario::parse("x.json",
                      R"({"load": {"duration": "1s"}, "teardown": [{"exchange": {"send": "a", "expect": "GOT:a"}}],
          "thresholds": [{"metric": "errors", "at": "count", "at_most": 5}],
          "clients": [{"target": "tcp://127.0.0.1:9", "steps": [{"exchange": {"send": "a", "expect": "GOT:a"}}]}]})",
                      {});
  ASSERT_TRUE(scenario);
  const auto result = run_scenario(*scenario, run.settings(), {});
  ASSERT_TRUE(result);
  EXPECT_EQ(result->connected, 1U);
  EXPECT_EQ(judge(*result), Verdict::could_not_test);
  EXPECT_EQ(told(*result), "nobody was reached, 1 error");
}

TEST(LoadVerdict, TellsThatTheSetupFailed) {
  const ScenarioResult result = run_load(loaded(R"("duration": "1s")", R"("count": 1)",
                                                R"("setup": [{"exchange": {"send": "a", "expect": "GOT:b"}}],
                         "thresholds": [{"metric": "response", "at": "p99", "below": "1s"}])"));
  EXPECT_EQ(judge(result), Verdict::failed);
  EXPECT_EQ(told(result), "") << "no part of the load did";
}

TEST(LoadVerdict, IsThatOfTheDeadlineWhenTheRunsTimeIsUp) {
  // Some wait for a reply then, and none has failed.
  for (const char* thresholds : {R"("x-": 0)", R"("thresholds": [{"metric": "dropped", "below": 1},
                                                  {"metric": "response", "at": "p99", "below": "1ns"}])"}) {
    const ScenarioResult result =
        run_load(loaded(R"("model": "open", "rate": "100000/s", "duration": "20s")", R"("count": 5)", thresholds), 1,
                 seconds(1));
    EXPECT_EQ(judge(result), Verdict::deadline);
    EXPECT_EQ(told(result), "0 errors");
    EXPECT_EQ(errors_by_kind(result.failures), "") << "to be cut short is none";
    EXPECT_THAT(summary_of(*result.load, {}, {}, {}), Not(HasSubstr("BREACHED")));
  }
}

TEST(LoadVerdict, FailsAtTheDeadlineWhereSomethingHadFailedBefore) {
  const ScenarioResult result = run_load(
      loaded_steps(R"("duration": "20s")", R"({"exchange": {"send": "a", "expect": "GOT:b"}})"), 1, seconds(1));
  EXPECT_EQ(judge(result), Verdict::failed);
  EXPECT_THAT(told(result), HasSubstr(" errors"));
  EXPECT_THAT(told(result), Not(HasSubstr("0 of")));
}

TEST(Summary, ShowsRatesOfBytesAsTheyAre) {
  LoadResult result;
  result.measured.elapsed = seconds(10);
  result.measured.bytes_sent = 4;
  result.measured.bytes_received = 10;
  result.measured.messages = 3;
  result.measured.verified = 1;
  result.measured.threads = {{.usage = {.cpu = sched::Duration(5), .waited = {}}}};
  const std::string text = summary_of(result, {}, {}, {});
  EXPECT_THAT(text, HasSubstr("3 messages, 1 of them compared; 4 B sent, 0.4 B/s; 10 B received, 1 B/s\n"));
  EXPECT_THAT(text, HasSubstr("; 2ns of CPU a message"));
}

TEST(LoadVerdict, CountsWhatComesAfterTheLastIteration) {
  const ScenarioResult result =
      run_load(loaded_steps(R"("model": "open", "rate": "1/s", "duration": "1s")",
                            R"({"send": "a\nb"}, {"expect": "GOT:a"}, {"sleep": "1s"})", R"("count": 1)"));
  EXPECT_EQ(judge(result), Verdict::failed);
  EXPECT_EQ(result.load->measured.errors, 1U);
  EXPECT_EQ(told(result), "1 error");
}

TEST(Errors, AreToldAlsoWhereTheyHaveNoFailureOfTheirOwn) {
  FailureLog failures;
  Failure mismatch;
  mismatch.cause = {FailureCode::mismatch, "expect"};
  failures.add(mismatch);
  EXPECT_EQ(errors_by_kind(failures, 1), "expect mismatch 1");
  EXPECT_EQ(errors_by_kind(failures, 3), "expect mismatch 1, under way with those 2");
  for (const char* place : {"/setup/0/expect", "/teardown/0/expect"}) {
    mismatch.place.pointer = place;
    FailureLog beside_the_load;
    beside_the_load.add(mismatch);
    EXPECT_EQ(errors_by_kind(beside_the_load, 0), "") << "it is in no iteration";
  }
}

TEST(SkippedLoad, HasWhatWasExchangedAndJudgesNoThreshold) {
  const ScenarioResult result = run_load(
      loaded_steps(R"("duration": "100ms")", R"({"exchange": {"send": "a", "expect": "GOT:a"}}, {"skip": "no"})",
                   R"("count": 1)", R"("thresholds": [{"metric": "messages", "below": 1}])"));
  EXPECT_EQ(judge(result), Verdict::skipped);
  EXPECT_GT(result.load->measured.messages, 10U);
  EXPECT_FALSE(result.load->is_judged());
  EXPECT_THAT(summary_of(*result.load, {}, {}, {}), HasSubstr(" not judged\n"));
}

TEST(LoadVerdict, DoesNotSayThatClientsPassedWhereAThresholdAllowsErrors) {
  const ScenarioResult result =
      run_load(loaded_steps(R"("model": "open", "rate": "100/s", "duration": "1s")",
                            R"({"exchange": {"send": "${iteration}", "expect": {"matches": "[^9]$"}}})",
                            R"("count": 3)", R"("thresholds": [{"metric": "errors", "below": 0.5}])"));
  EXPECT_EQ(judge(result), Verdict::passed);
  EXPECT_EQ(told(result), "3 clients, 10 errors that a threshold allows");
}

TEST(Rates, AreThoseOfTheTimeAskedFor) {
  const ScenarioResult result =
      run_load(loaded(R"("model": "open", "rate": "100/s", "duration": "200ms")", R"("count": 2)",
                      R"("thresholds": [{"metric": "messages", "at": "rate", "at_least": "100/s"}])"));
  EXPECT_EQ(result.load->measured.elapsed, milliseconds(200));
  EXPECT_EQ(judge(result), Verdict::passed);
}

}  // namespace
}  // namespace client::run
