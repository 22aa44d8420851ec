// What is set up is torn down, however a run ends.

#include "client/run/teardown.h"

#include <chrono>
#include <csignal>
#include <mutex>
#include <string>
#include <tuple>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "client/run/exit_code.h"
#include "client/run/stop_source.h"
#include "tests/unit/client/run/runs.h"

namespace client::run {
namespace {

using std::chrono::seconds;
using testing::ElementsAre;
using testing::HasSubstr;
using End = ScenarioResult::End;

/// What came of a run, and what its clients said meanwhile.
struct Told {
  ScenarioResult result;
  std::vector<std::string> said;
};

/// Runs it on a simulated network, and stops it for `reason` when a client says "stop".
Told run_and_stop(const std::string& text, StopReason reason) {
  SimulatedRun run(1);
  StopSource stop;
  run.end_at(stop);
  Told told;
  Watcher watcher;
  watcher.log = [&](std::string_view message, const std::string&, std::uint64_t) {
    told.said.emplace_back(message);
    if (message == "stop") stop.stop(reason);
  };
  auto result = run_scenario(parsed(text, run.url()), run.settings(), watcher);
  EXPECT_TRUE(result);
  told.result = std::move(*result);
  return told;
}

Told run_whole(const std::string& text) { return run_and_stop(text, {}); }

std::string failures_of(const ScenarioResult& result) {
  return result.failures.render(scenario::SourceFile("x.json", "\n"), "x", result.planned);
}

TEST(Teardown, RunsAfterASetupThatFailed) {
  const Told told = run_whole(R"({
      "setup": [{"exchange": {"send": "create", "expect": "GOT:create"}}, {"log": "created"}, {"fail": "no"}],
      "clients": [{"count": 3, "steps": [{"log": "never"}]}], "teardown": [{"log": "dropped"}]})");
  EXPECT_THAT(told.said, ElementsAre("created", "dropped"));
  EXPECT_EQ(told.result.setup, Outcome::failed);
  EXPECT_EQ(told.result.teardown, Outcome::passed);
  EXPECT_EQ(told.result.not_run, 3U);
  EXPECT_EQ(judge(told.result), Verdict::failed);
}

TEST(Teardown, RunsAfterASetupThatSkipsTheScenario) {
  const Told told = run_whole(R"({"setup": [{"skip": "no"}], "clients": [{"steps": [{"log": "never"}]}],
      "teardown": [{"log": "dropped"}]})");
  EXPECT_EQ(told.said.back(), "dropped");
  EXPECT_EQ(judge(told.result), Verdict::skipped);
}

TEST(Teardown, DoesNotRunWhereTheSetupReachedNobody) {
  const auto result = run_scenario(parsed(R"({"setup": [{"log": "a"}], "clients": [{"steps": [{"log": "b"}]}],
                                              "teardown": [{"log": "c"}]})",
                                          "tcp://127.0.0.1:1"),
                                   SimulatedRun(1).settings(), {});
  ASSERT_TRUE(result);
  EXPECT_EQ(result->failures.all().size(), 1U) << "there is nothing to undo, and nobody to tell";
  EXPECT_EQ(judge(*result), Verdict::could_not_test);
}

TEST(Teardown, RunsAfterClientsThatFailed) {
  const Told told = run_whole(R"({"clients": [{"steps": [{"fail": "no"}]}], "teardown": [{"log": "dropped"}]})");
  EXPECT_THAT(told.said, ElementsAre("dropped"));
}

class TeardownAfterAStop : public testing::TestWithParam<StopReason> {};
INSTANTIATE_TEST_SUITE_P(, TeardownAfterAStop, testing::Values(StopReason{.signal = SIGINT}, StopReason{}),
                         [](const auto& info) { return info.param.signal == 0 ? "OfTime" : "BySignal"; });

TEST_P(TeardownAfterAStop, RunsWhenClientsWereCutShort) {
  const Told told = run_and_stop(R"({"setup": [{"log": "created"}],
      "clients": [{"steps": [{"log": "stop"}, {"sleep": "20s"}, {"log": "never"}]}],
      "teardown": [{"sleep": "3s"}, {"exchange": {"send": "a", "expect": "GOT:a"}}, {"log": "dropped"}]})",
                                 GetParam());
  EXPECT_THAT(told.said, ElementsAre("created", "stop", "dropped"));
  EXPECT_EQ(told.result.end, GetParam().signal == 0 ? End::deadline : End::signal);
  EXPECT_EQ(told.result.ended_by, GetParam().signal == 0 ? "--timeout 9s" : "SIGINT");
  EXPECT_EQ(told.result.interrupted, 1U);
  EXPECT_EQ(told.result.teardown, Outcome::passed);
  EXPECT_LT(told.result.elapsed, seconds(4));
}

TEST_P(TeardownAfterAStop, RunsWhenTheSetupWasCutShort) {
  const Told told = run_and_stop(R"({"setup": [{"log": "stop"}, {"sleep": "20s"}],
      "clients": [{"steps": [{"log": "never"}]}], "teardown": [{"log": "dropped"}]})",
                                 GetParam());
  EXPECT_THAT(told.said, ElementsAre("stop", "dropped"));
  EXPECT_EQ(told.result.setup, Outcome::interrupted);
}

TEST_P(TeardownAfterAStop, GoesOnWhenItIsUnderWay) {
  const Told told = run_and_stop(R"({"clients": [{"steps": [{"log": "work"}]}],
      "teardown": [{"log": "stop"}, {"sleep": "3s"}, {"log": "dropped"}]})",
                                 GetParam());
  EXPECT_THAT(told.said, ElementsAre("work", "stop", "dropped"));
  EXPECT_EQ(told.result.teardown, Outcome::passed);
}

TEST_P(TeardownAfterAStop, HasATimeOfItsOwn) {
  for (const char* text : {R"({"clients": [{"steps": [{"log": "stop"}, {"sleep": "50s"}]}],
                               "teardown": [{"sleep": "50s"}, {"log": "never"}]})",
                           R"({"clients": [{"steps": [{"log": "work"}]}],
                               "teardown": [{"log": "stop"}, {"sleep": "50s"}, {"log": "never"}]})"}) {
    const Told told = run_and_stop(text, GetParam());
    EXPECT_NE(told.said.back(), "never");
    EXPECT_EQ(told.result.teardown, Outcome::interrupted);
    EXPECT_GT(told.result.elapsed, seconds(10));
    EXPECT_LT(told.result.elapsed, seconds(11));
    EXPECT_THAT(failures_of(told.result), HasSubstr("sleep cut short: 10s for a teardown when the run is cut short"));
  }
}

TEST(Teardown, KeepsTheTimesOfItsFile) {
  const Told told = run_and_stop(R"({"defaults": {"client_timeout": "2s"},
      "clients": [{"steps": [{"log": "stop"}, {"sleep": "1s"}]}], "teardown": [{"sleep": "50s"}]})",
                                 {.signal = SIGINT});
  EXPECT_EQ(told.result.teardown, Outcome::failed);
  EXPECT_LT(told.result.elapsed, seconds(3));
}

TEST(Teardown, DoesNotRunWhenTheRunHadEndedBeforeItBegan) {
  SimulatedRun run(1);
  StopSource stop;
  stop.stop({.signal = SIGTERM});
  run.end_at(stop);
  const auto result = run_scenario(parsed(R"({"setup": [{"fail": "never"}], "clients": [{"steps": [{"fail": "never"}]}],
                                              "teardown": [{"fail": "never"}]})",
                                          run.url()),
                                   run.settings(), {});
  ASSERT_TRUE(result);
  EXPECT_TRUE(result->failures.empty());
  EXPECT_EQ(result->not_run, 1U);
  EXPECT_EQ(judge(*result), Verdict::interrupted);
}

TEST(Teardown, RunsOnceWhenSeveralThreadsAreCutShort) {
  for (const auto backend : {sched::BackendKind::epoll, sched::BackendKind::io_uring}) {
    StopSource stop;
    std::mutex mutex;
    std::vector<std::string> said;
    RunSettings settings;
    settings.make_backend = [backend] { return std::move(sched::make_backend(backend)->backend); };
    settings.threads = 3;
    settings.stop = &stop;
    Watcher watcher;
    watcher.log = [&](std::string_view message, const std::string&, std::uint64_t) {
      const std::scoped_lock lock(mutex);
      said.emplace_back(message);
      if (said.size() == 6) stop.stop({.signal = SIGTERM});
    };
    const auto server = prepare_embedded(parse_server_options({}).value(), 3);
    ASSERT_TRUE(server);
    settings.server = &(*server)->server;
    const auto result = run_scenario(parsed(R"({"clients": [{"count": 6, "steps": [{"log": "work"}, {"sleep": "50s"}]}],
        "teardown": [{"exchange": {"send": "a", "expect": "GOT:a"}}, {"log": "dropped"}]})",
                                            (*server)->url),
                                     settings, watcher);
    ASSERT_TRUE(result);
    EXPECT_EQ(result->interrupted, 6U);
    EXPECT_EQ(result->end, End::signal);
    EXPECT_EQ(said.size(), 7U);
    EXPECT_EQ(said.back(), "dropped");
  }
}

}  // namespace
}  // namespace client::run
