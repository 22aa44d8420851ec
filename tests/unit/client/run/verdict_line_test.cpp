#include "client/run/verdict_line.h"

#include <chrono>
#include <string>

#include <gtest/gtest.h>

namespace client::run {
namespace {

using End = ScenarioResult::End;

scenario::Scenario asserting() {
  scenario::Scenario scenario;
  scenario.groups.emplace_back().steps = {
      {.action = scenario::ExpectSilence{}, .keyword = "expect_silence", .place = {}}};
  return scenario;
}

ScenarioResult result(std::uint64_t passed, std::uint64_t failed = 0) {
  ScenarioResult result;
  result.planned = 50;
  result.passed = passed;
  result.failed = failed;
  result.connected = 50;
  result.frames = 1;
  result.elapsed = std::chrono::milliseconds(12);
  return result;
}

/// What comes before the numbers, which are the same everywhere.
std::string beginning(const ScenarioResult& of) {
  const std::string line = verdict_line(asserting(), of);
  const std::string end = ", 1 reply matched, 0 B sent, 0 B received, 12ms";
  EXPECT_TRUE(line.ends_with(end)) << line;
  return line.substr(0, line.size() - end.size());
}

TEST(VerdictLine, SaysHowManyPassed) { EXPECT_EQ(beginning(result(50)), "50 of 50 clients passed"); }

TEST(VerdictLine, BeginsWithWhatFailed) {
  EXPECT_EQ(beginning(result(47, 3)), "3 of 50 clients failed, 47 passed");
  EXPECT_EQ(beginning(result(0, 50)), "50 of 50 clients failed");
}

TEST(VerdictLine, TellsOfSetupAndTeardown) {
  ScenarioResult of_setup = result(0);
  of_setup.setup = Outcome::failed;
  of_setup.not_run = 50;
  EXPECT_EQ(beginning(of_setup), "the setup failed, 50 of 50 clients not run");
  of_setup.setup = Outcome::unreached;
  of_setup.teardown = Outcome::failed;
  EXPECT_EQ(beginning(of_setup), "the setup could not connect, the teardown failed, 50 of 50 clients not run");
  ScenarioResult of_teardown = result(50);
  of_teardown.teardown = Outcome::failed;
  EXPECT_EQ(beginning(of_teardown), "the teardown failed, 50 of 50 clients passed");
}

TEST(VerdictLine, TellsThatNobodyWasReached) {
  ScenarioResult unreached = result(0, 50);
  unreached.unreached = 50;
  unreached.connected = 0;
  EXPECT_EQ(beginning(unreached), "50 of 50 clients could not connect");
  unreached.unreached = 49;
  EXPECT_EQ(beginning(unreached), "50 of 50 clients failed") << "one of them otherwise";
}

TEST(VerdictLine, TellsWhatCutItShort) {
  ScenarioResult cut_short = result(20);
  cut_short.interrupted = 28;
  cut_short.not_run = 2;
  cut_short.end = End::signal;
  cut_short.ended_by = "SIGHUP";
  EXPECT_EQ(beginning(cut_short), "interrupted by SIGHUP, 28 of 50 clients cut short, 2 not run, 20 passed");
  cut_short.end = End::deadline;
  cut_short.ended_by = "--timeout 1s";
  cut_short.teardown = Outcome::interrupted;
  EXPECT_EQ(beginning(cut_short),
            "cut short by --timeout 1s, the teardown was cut short, 28 of 50 clients cut short, 2 not run, 20 passed");
}

TEST(VerdictLine, TellsOfThoseThatWereSkipped) {
  ScenarioResult skipped = result(49);
  skipped.skipped = 1;
  EXPECT_EQ(beginning(skipped), "49 of 50 clients passed, 1 skipped");
  skipped = result(0);
  skipped.skipped = 50;
  EXPECT_EQ(beginning(skipped), "50 of 50 clients skipped");
}

TEST(VerdictLine, TellsThatNothingWasAsserted) {
  scenario::Scenario scenario = asserting();
  scenario.groups.front().steps = {{.action = scenario::Close{}, .keyword = "close", .place = {}}};
  constexpr const char* kNothing = "(nothing was asserted but that it connects)";
  EXPECT_TRUE(verdict_line(scenario, result(50)).ends_with(kNothing));
  EXPECT_FALSE(verdict_line(scenario, result(49, 1)).ends_with(kNothing)) << "there is something else to tell";
}

}  // namespace
}  // namespace client::run
