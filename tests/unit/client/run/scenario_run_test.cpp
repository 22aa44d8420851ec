#include "client/run/scenario_run.h"

#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "client/run/exit_code.h"
#include "scheduler/make_backend.h"
#include "tests/support/patience.h"
#include "tests/unit/client/run/runs.h"

namespace client::run {
namespace {

using sched::BackendKind;
using sched::Result;
using std::chrono::milliseconds;
using std::chrono::seconds;
using End = ScenarioResult::End;

constexpr auto kHello = R"({"clients": [
    {"name": "a", "count": 20, "steps": [{"exchange": {"send": "${uuid}", "expect": {"matches": "^GOT:[0-9a-f-]{36}$"}}}]},
    {"name": "b", "count": 10, "iterations": 3, "connection": "per_iteration",
     "steps": [{"exchange": {"send": "b", "expect": "GOT:b"}}, {"barrier": {"name": "round", "parties": 10}}]}]})";

TEST(ScenarioRun, CountsWhatHappened) {
  const auto result = simulate(kHello, 1);
  ASSERT_TRUE(result);
  EXPECT_EQ(result->planned, 30U);
  EXPECT_EQ(result->passed, 30U);
  EXPECT_EQ(result->failed, 0U);
  EXPECT_EQ(result->connected, 50U);
  EXPECT_EQ(result->frames, 50U);
  EXPECT_EQ(result->bytes_sent, 20U * 37 + 30U * 2);
  EXPECT_EQ(result->bytes_received, 20U * 41 + 30U * 6);
  EXPECT_GT(result->elapsed, sched::Duration::zero());
  EXPECT_EQ(result->end, End::complete);
}

TEST(ScenarioRun, RepeatsExactlyWithTheSameSeed) {
  const auto text = [](std::uint64_t seed) {
    const auto result = simulate(R"({"clients": [{"name": "g", "count": 20, "steps": [
        {"sleep": {"min": "0s", "max": "1s"}}, {"exchange": {"send": "a", "expect": "b"}}]}]})",
                                 seed);
    return fmt::format("{} {}", result->elapsed.count(),
                       result->failures.render(scenario::SourceFile("x.json", "\n"), "x", 20));
  };
  EXPECT_EQ(text(7), text(7));
  EXPECT_NE(text(7), text(8));
}

TEST(ScenarioRun, EndsAtItsTimeLimit) {
  const auto result =
      simulate(R"({"defaults": {"client_timeout": "1h"}, "clients": [{"count": 3, "steps": [{"sleep": "30m"}]}]})", 1,
               seconds(2));
  ASSERT_TRUE(result);
  EXPECT_EQ(result->end, End::deadline);
  EXPECT_EQ(result->interrupted, 3U);
  EXPECT_FALSE(result->failures.empty()) << "they tell where they were";
  EXPECT_LT(result->elapsed, seconds(3));
}

class OnTheKernel : public testing::TestWithParam<std::tuple<BackendKind, unsigned>> {
 protected:
  static BackendKind backend() { return std::get<0>(GetParam()); }
  static unsigned threads() { return std::get<1>(GetParam()); }
};

INSTANTIATE_TEST_SUITE_P(, OnTheKernel,
                         testing::Combine(testing::Values(BackendKind::epoll, BackendKind::io_uring),
                                          testing::Values(1U, 2U, 3U)),
                         [](const auto& info) {
                           return fmt::format("{}_{}",
                                              std::get<0>(info.param) == BackendKind::epoll ? "epoll" : "io_uring",
                                              std::get<1>(info.param));
                         });

TEST_P(OnTheKernel, ClientsOfAllThreadsPass) {
  const auto result = embed(backend(), threads(), kHello);
  ASSERT_TRUE(result);
  EXPECT_EQ(result->passed, 30U) << result->failures.render(scenario::SourceFile("x.json", kHello), "x", 30);
  EXPECT_EQ(result->connected, 50U);
}

TEST_P(OnTheKernel, TheServerServesUntilTheLastClientHasEnded) {
  // The second group's threads are through at once; the first one's client then meets the listeners of all threads.
  const auto result = embed(backend(), threads(), R"({"clients": [
      {"name": "long", "iterations": 60, "connection": "per_iteration",
       "steps": [{"exchange": {"send": "a", "expect": "GOT:a"}}]},
      {"name": "short", "count": 2, "steps": [{"exchange": {"send": "b", "expect": "GOT:b"}}]}]})");
  ASSERT_TRUE(result);
  EXPECT_EQ(result->passed, 3U);
  EXPECT_EQ(result->connected, 62U);
}

TEST_P(OnTheKernel, ABarrierHoldsTheClientsOfAllThreads) {
  constexpr std::size_t kClients = 12;
  std::mutex mutex;
  std::vector<std::string> rounds;
  const auto log = [&](std::string_view message, const std::string&, std::uint64_t) {
    const std::scoped_lock lock(mutex);
    rounds.emplace_back(message);
  };
  const auto result = embed(backend(), threads(), R"({"clients": [{"count": 12, "iterations": 20, "steps": [
      {"barrier": {}}, {"sleep": {"min": "0s", "max": "1ms"}}, {"log": "${iteration}"}]}]})",
                            std::chrono::minutes(5), {.show = {}, .log = log});
  ASSERT_TRUE(result);
  EXPECT_EQ(result->passed, kClients);
  ASSERT_EQ(rounds.size(), 20 * kClients);
  for (std::size_t i = 0; i < rounds.size(); ++i) {
    EXPECT_EQ(rounds[i], std::to_string(i / kClients)) << "nobody is in a round that others have not begun";
  }
}

TEST_P(OnTheKernel, AFailureReachesThoseWhoWaitOnOtherThreads) {
  const auto result = embed(backend(), threads(), R"({"defaults": {"timeout": "1h"}, "clients": [
      {"name": "liar", "steps": [{"exchange": {"send": "a", "expect": "b"}}, {"barrier": {}}]},
      {"name": "waiting", "count": 5, "steps": [{"barrier": {}}]}]})",
                            support::kPatience);
  ASSERT_TRUE(result);
  EXPECT_EQ(result->failed, 6U);
  EXPECT_EQ(result->end, End::complete);
}

TEST_P(OnTheKernel, EndsAllThreadsAtItsTimeLimit) {
  const auto result =
      embed(backend(), threads(),
            R"({"defaults": {"client_timeout": "1h"}, "clients": [{"count": 6, "steps": [{"sleep": "30m"}]}]})",
            milliseconds(50));
  ASSERT_TRUE(result);
  EXPECT_EQ(result->end, End::deadline);
  EXPECT_EQ(result->interrupted, 6U);
}

TEST(Setup, RunsBeforeTheClientsAndGivesThemItsVariables) {
  const auto result = simulate(R"-({
      "setup": [{"exchange": {"send": "17", "expect": {"matches": "GOT:(?P<token>.*)"}}}, {"sleep": "1s"}],
      "clients": [{"name": "g", "count": 10, "steps": [{"exchange": {"send": "${token}", "expect": "GOT:17"}}]}],
      "teardown": [{"exchange": {"send": "${token}", "expect": "GOT:17"}}]})-",
                               1);
  ASSERT_TRUE(result);
  EXPECT_EQ(result->passed, 10U);
  EXPECT_EQ(result->connected, 12U);
  EXPECT_GT(result->elapsed, seconds(1));
  EXPECT_TRUE(result->failures.empty());
}

TEST(Setup, ThatFailsLetsNobodyRun) {
  const auto result = simulate(R"({"setup": [{"fail": "no"}],
      "clients": [{"name": "g", "count": 3, "steps": [{"fail": "never"}]}]})",
                               1);
  ASSERT_TRUE(result);
  EXPECT_EQ(result->setup, Outcome::failed);
  EXPECT_EQ(result->not_run, 3U);
  EXPECT_EQ(result->failed, 0U);
  EXPECT_EQ(judge(*result), Verdict::failed);
  const std::string failures = result->failures.render(scenario::SourceFile("x.json", "\n"), "x", 3);
  EXPECT_THAT(failures, testing::HasSubstr("client \"setup\" 0"));
  EXPECT_THAT(failures, testing::Not(testing::HasSubstr("never")));
}

TEST(Setup, ThatSkipsSkipsTheScenario) {
  const auto result = simulate(R"({"setup": [{"skip": "no"}], "clients": [{"steps": [{"fail": "never"}]}]})", 1);
  ASSERT_TRUE(result);
  EXPECT_EQ(judge(*result), Verdict::skipped);
}

TEST(Teardown, RunsAfterTheClientsThoughTheyFailed) {
  const auto result = simulate(R"({"clients": [{"steps": [{"sleep": "1s"}, {"fail": "yes"}]}],
      "teardown": [{"fail": "too"}]})",
                               1);
  ASSERT_TRUE(result);
  EXPECT_EQ(result->failed, 1U);
  EXPECT_EQ(result->teardown, Outcome::failed);
}

TEST_P(OnTheKernel, TheSetupComesBeforeTheClientsOfAllThreads) {
  const auto result = embed(backend(), threads(), R"-({
      "setup": [{"exchange": {"send": "17", "expect": {"matches": "GOT:(?P<token>.*)"}}}],
      "clients": [{"name": "g", "count": 30, "steps": [{"exchange": {"send": "${token}", "expect": "GOT:17"}}]}],
      "teardown": [{"exchange": {"send": "${token}", "expect": "GOT:17"}}]})-");
  ASSERT_TRUE(result);
  EXPECT_EQ(result->passed, 30U);
  EXPECT_EQ(result->connected, 32U);
}

TEST(ScenarioRun, TellsThatABackendCannotBeMadeOnWhateverThread) {
  for (int failing = 0; failing < 3; ++failing) {
    RunSettings settings;
    std::atomic<int> made = 0;
    settings.threads = 3;
    settings.make_backend = [&]() -> Result<std::unique_ptr<sched::Backend>> {
      if (made++ == failing) return sched::system_error("io_uring_setup", EPERM);
      return std::move(sched::make_backend(BackendKind::epoll)->backend);
    };
    const auto result =
        run_scenario(parsed(R"({"defaults": {"client_timeout": "1h"}, "clients": [{"count": 6, "connection": "manual",
                   "steps": [{"sleep": "30m"}, {"connect": {}}]}]})",
                            "tcp://127.0.0.1:1"),
                     settings, {});
    ASSERT_FALSE(result);
    EXPECT_EQ(describe(result.error()), "io_uring_setup: EPERM (Operation not permitted)");
  }
}

TEST(ScenarioRun, ShowsItsProgress) {
  std::vector<Progress> shown;
  const auto server = prepare_simulated(parse_server_options({}).value());
  RunSettings settings;
  settings.make_backend = [] { return sched::make_simulated_backend({.seed = 1}); };
  settings.server = &server->server;
  const auto result = run_scenario(
      parsed(
          R"({"clients": [{"count": 4, "steps": [{"exchange": {"send": "a", "expect": "GOT:a"}}, {"sleep": "5500ms"}]}]})",
          server->url),
      settings, {.show = [&](const Progress& progress) { shown.push_back(progress); }, .every = seconds(1)});
  ASSERT_TRUE(result);
  ASSERT_EQ(shown.size(), 5U);
  EXPECT_EQ(shown.back().planned, 4U);
  EXPECT_EQ(shown.back().passed, 0U);
  EXPECT_EQ(shown.back().connected, 4U);
  EXPECT_EQ(shown.back().frames, 4U);
  EXPECT_GE(shown.back().elapsed, seconds(5));
}

}  // namespace
}  // namespace client::run
