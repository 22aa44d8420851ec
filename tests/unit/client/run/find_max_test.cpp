#include "client/run/find_max.h"

#include <chrono>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "client/run/exit_code.h"
#include "tests/unit/client/run/runs.h"

namespace client::run {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using testing::Contains;
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
  for (const char* rate : {"100/s", "2500/s", "20000/s"}) {
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

TEST(FindMax, FailsWhenNoRateHolds) {
  const Found found = find(searching("10/s", "50/s", "1ns"));
  EXPECT_FALSE(found.result.load->search->held);
  EXPECT_EQ(found.result.load->search->breached, 10);
  EXPECT_EQ(judge(found.result), Verdict::breached);
}

TEST(PlannedLoad, IsAtLeastWhatASearchTakes) {
  const auto scenario = parsed(searching("100/s", "1000000/s"), "tcp://h:1");
  EXPECT_GE(planned_load(scenario), seconds(14 + 4));
  EXPECT_LE(planned_load(scenario), minutes(1));
}

}  // namespace
}  // namespace client::run
