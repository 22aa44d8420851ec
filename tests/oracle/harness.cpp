#include "tests/oracle/harness.h"

#include <utility>

#include "client/run/exit_code.h"
#include "client/run/scenario_run.h"
#include "client/scenario/load.h"
#include "scheduler/backends/epoll.h"
#include "scheduler/backends/io_uring.h"
#include "tests/oracle/played_backend.h"
#include "tests/oracle/real_server.h"
#include "tests/oracle/retelling.h"

namespace oracle {

namespace {

using client::run::RunSettings;
using client::run::ScenarioResult;
using client::run::Verdict;
using sched::simulated::Conditions;

/// Whatever they are, no verdict depends on them; but a connection's window is not so small that it takes long to send.
Conditions conditions_of(const Case& drawn) {
  Conditions conditions;
  if (drawn.is_rough) {
    conditions = Conditions::drawn_from(drawn.seed);
    conditions.receive_buffer = std::max(conditions.receive_buffer, 8192U);
    conditions.send_buffer = std::max(conditions.send_buffer, 8192U);
  }
  conditions.shortest_latency = std::chrono::microseconds(10);
  conditions.longest_latency = std::chrono::microseconds(40);
  return conditions;
}

const char* name_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::passed:
      return "passed";
    case Verdict::skipped:
      return "skipped";
    case Verdict::failed:
      return "failed";
    case Verdict::could_not_test:
      return "could_not_test";
    case Verdict::breached:
      return "breached";
    case Verdict::deadline:
      return "deadline";
    default:
      return "another";
  }
}

Told told_by(const ScenarioResult& result) {
  Told told{.planned = result.planned,
            .passed = result.passed,
            .failed = result.failed,
            .unreached = result.unreached,
            .skipped = result.skipped,
            .connected = result.connected,
            .failures = {},
            .verdict = "",
            .exit_code = 0,
            .error = ""};
  for (const client::run::FailureLog::Alike* alike : result.failures.all()) {
    const client::run::Failure& failure = alike->kept.front();
    told.failures[{step_of(failure.place.pointer), std::string(name_of(failure.cause.code))}] += alike->count;
  }
  const Verdict verdict = client::run::judge(result);
  told.verdict = name_of(verdict);
  told.exit_code = client::run::exit_code(verdict, 0);
  return told;
}

Told told_nothing(std::string why) {
  Told told;
  told.error = std::move(why);
  return told;
}

auto parsed(const Json& scenario, std::uint64_t seed) {
  client::scenario::LoadOptions options;
  options.seed = seed;
  return client::scenario::parse("case.json", scenario.dump(), options);
}

Told run(const Case& drawn, const Json& told, RunSettings settings) {
  const auto scenario = parsed(told, drawn.seed);
  if (!scenario) return told_nothing("the scenario is invalid: " + render(scenario.error().front()));
  settings.seed = drawn.seed;
  settings.rechunk = drawn.rechunk;
  settings.time_limit_name = "--timeout 5m";
  const auto result = client::run::run_scenario(*scenario, settings, {});
  if (!result) return told_nothing("the scenario could not be run");
  return told_by(*result);
}

}  // namespace

bool is_readable(const Case& drawn) { return parsed(drawn.scenario, drawn.seed).has_value(); }

Told run(const Case& drawn) {
  RunSettings settings;
  settings.make_backend = [&]() -> sched::Result<std::unique_ptr<sched::Backend>> {
    return std::make_unique<PlayedBackend>(
        sched::SimulatedOptions{.seed = drawn.seed, .conditions = conditions_of(drawn), .when_stuck = nullptr},
        drawn.server);
  };
  return run(drawn, drawn.scenario, std::move(settings));
}

Told run(const Case& drawn, const RealRun& how) {
  const RealServer server(drawn.server, how.slowness);
  RunSettings settings;
  settings.make_backend = [&] {
    return how.backend == "epoll" ? sched::make_epoll_backend() : sched::make_io_uring_backend();
  };
  settings.threads = how.threads;
  return run(drawn, retold(drawn.scenario, server.ports(), how.slowness), std::move(settings));
}

}  // namespace oracle
