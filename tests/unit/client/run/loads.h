#pragma once

#include <string>
#include <string_view>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/unit/client/run/runs.h"

// Scenarios under load in simulated time, where latencies and rates are exact.

namespace client::run {

/// One group that takes these steps under this load; `group` and `more` are further keys of the group and of the file.
inline std::string loaded_steps(std::string_view load, std::string_view steps,
                                std::string_view group = R"("count": 10)", std::string_view more = R"("x-": 0)") {
  return fmt::format(R"-({{"load": {{{}}}, {}, "clients": [{{{}, "steps": [{}]}}]}})-", load, more, group, steps);
}

/// Clients that exchange one line.
inline std::string loaded(std::string_view load, std::string_view group = R"("count": 10)",
                          std::string_view more = R"("x-": 0)") {
  return loaded_steps(load, R"({"exchange": {"send": "${iteration}", "expect": "GOT:${iteration}"}})", group, more);
}

/// What comes of it where nobody listens.
inline ScenarioResult run_load_alone(const std::string& text) {
  const SimulatedRun run(1);
  RunSettings settings = run.settings();
  settings.server = nullptr;
  auto result = run_scenario(parsed(text, run.url()), settings, {});
  EXPECT_TRUE(result) << describe(result.error());
  return std::move(*result);
}

/// What comes of it.
inline ScenarioResult run_load(const std::string& text, std::uint64_t seed = 1,
                               sched::Duration time_limit = std::chrono::minutes(5)) {
  auto result = simulate(text, seed, time_limit);
  EXPECT_TRUE(result) << describe(result.error());
  EXPECT_TRUE(result->load);
  return std::move(*result);
}

}  // namespace client::run
