#include "client/run/find_max.h"

#include <chrono>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "client/run/exit_code.h"
#include "client/run/load_verdict.h"
#include "tests/unit/client/run/runs.h"

namespace client::run {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;

/// What one connection can do depends on nothing but the simulated network.
std::string searching(const std::string& from, const std::string& to, const std::string& below = "2ms") {
  return fmt::format(
      R"-({{"load": {{"model": "open", "find_max": {{"from": "{}", "to": "{}", "for": "1s"}}}},
           "thresholds": [{{"metric": "response", "at": "p90", "below": "{}"}}],
           "clients": [{{"steps": [{{"exchange": {{"send": "a", "expect": "GOT:a"}}}}]}}]}})-",
      from, to, below);
}

struct Found {
  ScenarioResult result;
  std::vector<std::string> told;
};

Found find(const std::string& text) {
  const SimulatedRun run(1);
  Found found;
  auto result = find_max(parsed(text, run.url()), run.settings(), {},
                         [&](const std::string& line) { found.told.push_back(line); });
  EXPECT_TRUE(result) << describe(result.error());
  found.result = std::move(*result);
  return found;
}

TEST(FindMax, EndsBetweenTwoRatesThatAreClose) {
  const Found found = find(searching("100/s", "1000000/s"));
  const auto& search = found.result.load->search.value();
  ASSERT_TRUE(search.held && search.breached);
  EXPECT_LT(*search.breached / *search.held, 1.051);
  EXPECT_EQ(judge(found.result), Verdict::passed);
  EXPECT_EQ(found.result.load->measured.requested, search.held) << "it is the result at that rate";
  const auto exchange = std::chrono::duration<double>(found.result.load->measured.service.mean()).count();
  EXPECT_NEAR(*search.held * exchange, 1, 0.15) << "one after the other";
  EXPECT_THAT(found.told, Contains(HasSubstr("find_max: 200/s holds; response p90 below 2ms: ")));
  EXPECT_THAT(found.told, Contains(HasSubstr(" does not hold; response p90 below 2ms: ")));
}

TEST(FindMax, FindsThatNothingIsDroppedAtARateThatIsSustained) {
  for (const char* rate : {"100/s", "1000/s", "4000/s"}) {
    const Found found = find(fmt::format(
        R"-({{"load": {{"model": "open", "find_max": {{"from": "99/s", "to": "{}", "for": "1s"}}}},
             "thresholds": [{{"metric": "dropped", "below": 1}}],
             "clients": [{{"count": 10, "steps": [{{"exchange": {{"send": "a", "expect": "GOT:a"}}}}]}}]}})-",
        rate));
    EXPECT_FALSE(found.result.load->search->breached) << rate;
  }
}

TEST(FindMax, EndsAtTheHighestRateWhenThatHolds) {
  const Found found = find(searching("10/s", "50/s"));
  EXPECT_EQ(found.result.load->search->held, 50);
  EXPECT_FALSE(found.result.load->search->breached);
  EXPECT_EQ(found.told.size(), 4U) << "10, 20, 40, 50";
}

TEST(FindMax, HasOneTimeLimitForAllItsAttempts) {
  const SimulatedRun run(1, seconds(5));
  std::size_t told = 0;
  const auto result = find_max(parsed(searching("10/s", "1000000/s"), run.url()), run.settings(), {},
                               [&](const std::string&) { ++told; });
  ASSERT_TRUE(result) << describe(result.error());
  EXPECT_EQ(result->end, ScenarioResult::End::deadline);
  EXPECT_GE(told, 3U) << "of a second each";
  EXPECT_LE(told, 5U);
}

TEST(FindMax, FailsWhenNoRateHolds) {
  const Found found = find(searching("10/s", "50/s", "1ns"));
  EXPECT_FALSE(found.result.load->search->held);
  EXPECT_EQ(found.result.load->search->breached, 10);
  EXPECT_EQ(judge(found.result), Verdict::breached);
}

using enum load::RateSearch::Outcome;

/// A second's load whose generator was so late.
ScenarioResult late_by(sched::Duration lateness, bool holds) {
  ScenarioResult result;
  result.planned = result.passed = result.connected = 1;
  load::Measurements measured;
  measured.elapsed = seconds(1);
  measured.response.record(milliseconds(20), 1000);
  measured.lateness.record(lateness, 1000);
  result.load = LoadResult{.measured = std::move(measured), .thresholds = {{.text = "", .value = 0, .held = holds}}};
  return result;
}

TEST(FindMaxOutcome, IsInconclusiveWhereTheGeneratorWasTheLimit) {
  EXPECT_EQ(outcome_of(late_by(milliseconds(0), true)), holds);
  EXPECT_EQ(outcome_of(late_by(milliseconds(0), false)), does_not_hold);
  EXPECT_EQ(outcome_of(late_by(milliseconds(9), true)), inconclusive);
  EXPECT_EQ(outcome_of(late_by(milliseconds(9), false)), inconclusive) << "the server may hold it";
}

TEST(FindMaxOutcome, IsAFailureWhereSomethingFailed) {
  ScenarioResult result = late_by(milliseconds(9), true);
  Failure failure;
  failure.cause = {FailureCode::mismatch, "expect"};
  result.failures.add(failure);
  EXPECT_EQ(outcome_of(result), does_not_hold);
}

TEST(FindMaxOutcome, IsNoPassWhenNoRateIsKnownToHold) {
  ScenarioResult result = late_by(milliseconds(9), true);
  EXPECT_EQ(judge(result), Verdict::passed);
  result.load->search.emplace().inconclusive = 1000;
  EXPECT_EQ(judge(result), Verdict::breached);
  EXPECT_THAT(load_verdict(result, judge(result)), ElementsAre("no rate is known to hold"));
  EXPECT_THAT(summary_of(*result.load, {}, {}, {}),
              HasSubstr("find_max  none is known to hold; 1000/s is inconclusive\n"));
}

TEST(PlannedTime, IsAtLeastWhatASearchTakes) {
  const auto scenario = parsed(searching("100/s", "1000000/s"), "tcp://h:1");
  EXPECT_GE(planned_time(scenario), seconds(14 + 4));
  EXPECT_LE(planned_time(scenario), minutes(1));
}

TEST(PlannedTime, HasTheConnectingAndWhatIsQueuedAtTheEnd) {
  const auto planned = [](const std::string& load, const std::string& group) {
    return planned_time(parsed(
        fmt::format(R"-({{{} "clients": [{{{}, "steps": [{{"send": "a"}}]}}, {{"steps": [{{"send": "b"}}]}}]}})-", load,
                    group),
        "tcp://h:1"));
  };
  const std::string open =
      R"("load": {"model": "open", "rate": "1/s", "warmup": "2s", "duration": "30s", "grace": "3s"},)";
  EXPECT_EQ(planned(open, R"("count": 1)"), seconds(35));
  EXPECT_EQ(planned(open, R"("count": 1001, "connect_rate": "10/s")"), seconds(135));
  EXPECT_EQ(planned("", R"("count": 1001, "connect_rate": "10/s", "start_after": "5s")"), seconds(105));
  EXPECT_EQ(planned("", R"("count": 1001)"), seconds(0));
}

TEST(FindMaxOutcome, IsInconclusiveWhereNoReplyWasCompared) {
  ScenarioResult result = late_by(milliseconds(0), true);
  result.load->measured.messages = 20;
  EXPECT_EQ(judge(result), Verdict::could_not_test);
  EXPECT_EQ(outcome_of(result), inconclusive);
  result.load->measured.compared = 1;
  EXPECT_EQ(outcome_of(result), holds);
}

}  // namespace
}  // namespace client::run
