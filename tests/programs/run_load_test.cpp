// Load, as a user puts it on a server, and whether what is told of it can be believed.

#include <signal.h>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/programs/run.h"
#include "tests/support/process.h"
#include "tests/support/server_process.h"

namespace programs {
namespace {

using nlohmann::json;
using support::Exit;
using support::Finished;
using support::Process;
using support::ServerProcess;
using support::Stream;
using testing::HasSubstr;
using testing::Not;

/// Others that have the first processor most of the time.
class Hogs {
 public:
  Hogs() {
    for (int i = 0; i < 4; ++i) {
      hogs_.push_back(std::make_unique<Process>(
          support::Command{.arguments = {"taskset", "-c", "0", "bash", "-c", "while :; do :; done"}}));
    }
  }

 private:
  std::vector<std::unique_ptr<Process>> hogs_;
};

class RunLoad : public RunOnBackend {
 protected:
  /// An open load with these keys and thresholds, on so many connections that none waits for another one.
  void write_open(const std::string& load, const std::string& thresholds) const {
    write("open.json", fmt::format(R"({{
  "load": {{ "model": "open", {} }},
  "thresholds": [ {} ],
  "clients": [
    {{ "count": 600, "steps": [ {{ "exchange": {{ "send": "${{iteration}}", "expect": "GOT:${{iteration}}" }} }} ] }}
  ]
}}
)",
                                   load, thresholds));
  }

  /// The words that run it against `server`, with a report on standard output.
  std::vector<std::string> words(const ServerProcess& server) const {
    return on_backend({"--target", server.url(), "--report", "json=-", "open.json"});
  }

  static json scenario_of(const std::string& report) { return json::parse(report)["scenarios"][0]; }
};
INSTANTIATE_TEST_SUITE_P(, RunLoad, testing::Values("epoll", "io_uring"),
                         [](const auto& backend) { return std::string(backend.param); });

TEST_P(RunLoad, ShowsHowLongAServerThatStoppedLetUsersWait) {
  constexpr double kSeconds = 3;
  ServerProcess server;
  write_open(R"("rate": "500/s", "duration": "3s")", R"({ "metric": "response", "at": "p99", "below": "500ms" })");
  Process client(command(words(server)));
  client.read_until(Stream::error, "open: 1");
  ::kill(server.process().pid(), SIGSTOP);
  const auto stopped = std::chrono::steady_clock::now();
  client.read_until(Stream::error, "open: 2");
  const std::chrono::duration<double> length = std::chrono::steady_clock::now() - stopped;
  ::kill(server.process().pid(), SIGCONT);
  EXPECT_EQ(client.wait(), Exit::code(4)) << client.written(Stream::error);
  const json scenario = scenario_of(client.written(Stream::output));
  // What came while it was stopped waited for the rest of that time; 1 % of all waited longer than this.
  const double expected = length.count() - 0.01 * kSeconds;
  EXPECT_NEAR(scenario["metrics"]["response"]["p99_s"].get<double>(), expected, 0.05 * expected);
  EXPECT_EQ(scenario["metrics"]["response"]["count"].get<int>() + scenario["metrics"]["dropped"]["count"].get<int>(),
            1500);
  EXPECT_FALSE(scenario["load"]["thresholds"][0]["held"]);
}

TEST_P(RunLoad, ShowsARateThatCannotBeReachedAsDropped) {
  const ServerProcess server;
  write_open(R"("rate": "1000000/s", "duration": "500ms", "max_in_flight": 100)",
             R"({ "metric": "dropped", "below": 1 }, { "metric": "errors", "below": 0.001 })");
  const Finished finished = run(words(server));
  EXPECT_EQ(finished.exit, Exit::code(4)) << finished.error;
  const json scenario = scenario_of(finished.output);
  EXPECT_GT(scenario["metrics"]["dropped"]["count"], 100'000);
  EXPECT_EQ(scenario["load"]["requested_per_s"], 1e6);
  EXPECT_LT(scenario["load"]["achieved_per_s"], 9e5);
  EXPECT_THAT(finished.error, HasSubstr("threshold dropped count below 1: "));
  EXPECT_THAT(scenario["reason"], HasSubstr("breached: dropped count below 1: "));
}

TEST_P(RunLoad, SaysThatTheGeneratorWasTheLimit) {
  const ServerProcess server;
  write_open(R"("rate": "2000/s", "duration": "1s")", R"({ "metric": "errors", "below": 0.001 })");
  const Hogs others;
  const Finished slowed = support::run(through({"taskset", "-c", "0"}, words(server)));
  EXPECT_EQ(slowed.exit, Exit::code(0)) << slowed.error;
  EXPECT_THAT(slowed.error, HasSubstr("client-bound"));
  EXPECT_FALSE(scenario_of(slowed.output)["load"]["client_bound"].get<std::string>().empty());
}

TEST_P(RunLoad, TakesNoRateThatTheGeneratorWasTooSlowForAsOneThatHolds) {
  const ServerProcess server;
  write_open(R"("find_max": { "from": "2000/s", "to": "4000/s", "for": "1s" })",
             R"({ "metric": "errors", "below": 0.001 })");
  const Hogs others;
  const Finished slowed = support::run(through({"taskset", "-c", "0"}, words(server)));
  EXPECT_EQ(slowed.exit, Exit::code(4)) << slowed.error;
  EXPECT_THAT(slowed.error, HasSubstr("find_max: 2000/s is inconclusive: "));
  EXPECT_THAT(slowed.error, HasSubstr("FAIL open: no rate is known to hold, "));
  const json scenario = scenario_of(slowed.output);
  EXPECT_EQ(scenario["load"]["find_max"], json::parse(R"({ "inconclusive_per_s": 2000.0 })"));
  EXPECT_THAT(scenario["reason"], testing::StartsWith("inconclusive: "));
}

TEST_P(RunLoad, EndsAtTheDeadlineOfTheRun) {
  const ServerProcess server;
  write_open(R"("rate": "100/s", "duration": "50s")", R"({ "metric": "dropped", "below": 1 })");
  std::vector<std::string> deadline = words(server);
  deadline.insert(deadline.begin(), {"--timeout", "1s"});
  const Finished finished = run(deadline);
  EXPECT_EQ(finished.exit, Exit::code(6)) << finished.error;
  EXPECT_THAT(finished.error, HasSubstr("FAIL open: cut short by --timeout 1s, 0 errors, "));
  EXPECT_THAT(finished.error, Not(HasSubstr("BREACHED")));
  const json scenario = scenario_of(finished.output);
  EXPECT_EQ(scenario["verdict"], "deadline");
  EXPECT_FALSE(scenario["load"]["thresholds"][0].contains("code"));
}

TEST_P(RunLoad, KeepsWhatWasMeasuredWhenItIsInterrupted) {
  const ServerProcess server;
  write_open(R"("rate": "100/s", "duration": "50s")", R"({ "metric": "response", "at": "p50", "below": "1h" })");
  Process client(command(words(server)));
  client.read_until(Stream::error, "open: 2");
  client.signal(SIGINT);
  EXPECT_EQ(client.wait(), Exit::code(130));
  const json report = json::parse(client.written(Stream::output));
  EXPECT_EQ(report["incomplete"], true);
  const json scenario = report["scenarios"][0];
  EXPECT_GE(scenario["metrics"]["response"]["count"], 150);
  EXPECT_NEAR(scenario["load"]["achieved_per_s"].get<double>(), 100, 10);
  EXPECT_THAT(client.written(Stream::error), HasSubstr("  response "));
}

class Bench : public Run {
 protected:
  Finished bench(std::vector<std::string> words) const {
    words.insert(words.begin(), {support::program_path("echo_client"), "bench"});
    return support::run({.arguments = std::move(words), .working_directory = folder_.path()});
  }
};

TEST_F(Bench, MeasuresAServer) {
  const ServerProcess server;
  const Finished finished = bench({"--duration", "300ms", "--warmup", "100ms", "--depth", "4", server.url()});
  EXPECT_EQ(finished.exit, Exit::code(0)) << finished.error;
  EXPECT_THAT(finished.error, HasSubstr("ok   bench: 10 of 10 clients passed"));
  EXPECT_THAT(finished.error, HasSubstr("  load      closed, "));
  EXPECT_THAT(finished.error, HasSubstr("  errors    0; 0 dropped; 0 lost; 0 reordered; 0 duplicated; 0 cut short\n"));
  EXPECT_EQ(finished.output, "");
}

TEST_F(Bench, FindsAServerThatAnswersWrongly) {
  const ServerProcess server({"--prefix", "got:", "tcp://127.0.0.1:0"});
  const Finished finished = bench({"--duration", "200ms", "--warmup", "0s", server.url()});
  EXPECT_EQ(finished.exit, Exit::code(1));
  EXPECT_THAT(finished.error, testing::ContainsRegex("\nFAIL bench: [1-9][0-9]* errors, 0 replies matched"));
  EXPECT_THAT(finished.error, HasSubstr("first difference at byte 0"));
  EXPECT_THAT(finished.error, HasSubstr(" iterations failed this step the same way.\n"));
  EXPECT_THAT(finished.error, Not(HasSubstr("again: ")));
}

TEST_F(Bench, EndsAtOnceWhenThereIsNoServer) {
  const Finished finished = bench({"--duration", "1h", "tcp://127.0.0.1:1"});
  EXPECT_EQ(finished.exit, Exit::code(3)) << finished.error;
  EXPECT_THAT(finished.error, HasSubstr("connect failed: ECONNREFUSED"));
  EXPECT_THAT(finished.error, HasSubstr("\nFAIL bench: nobody was reached, 10 errors, "));
}

TEST_F(Bench, WritesALogThatTheToolsOfHdrHistogramRead) {
  const ServerProcess server;
  const Finished finished = bench({"--duration", "200ms", "--warmup", "0s", "--report", "hdr=-", server.url()});
  EXPECT_EQ(finished.exit, Exit::code(0)) << finished.error;
  EXPECT_THAT(finished.output, testing::StartsWith("#[Histogram log format version 1.3]\n"));
  for (const char* tag : {"response", "service", "exchange", "connect"}) {
    // The interval is what was measured, which is longer where the machine has more to do.
    const std::string line = fmt::format("\nTag=bench\\.{},0\\.000,(0\\.[2-9]|[1-9])", tag);
    EXPECT_THAT(finished.output, testing::ContainsRegex(line));
  }
}

}  // namespace
}  // namespace programs
