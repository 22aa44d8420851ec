#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "client/run/local_server.h"
#include "client/run/scenario_run.h"
#include "client/scenario/load.h"
#include "scheduler/backends/simulated.h"
#include "scheduler/make_backend.h"

// Whole runs of scenarios with a server beside the clients.

namespace client::run {

inline scenario::Scenario parsed(const std::string& text, const std::string& url) {
  scenario::LoadOptions options;
  options.target = url;
  auto scenario = scenario::parse("x.json", text, options);
  EXPECT_TRUE(scenario) << render(scenario.error().front());
  return std::move(*scenario);
}

/// What a run on a simulated network needs, with a server.
class SimulatedRun {
 public:
  explicit SimulatedRun(std::uint64_t seed, sched::Duration time_limit = std::chrono::minutes(5),
                        const std::vector<std::string>& server_options = {})
      : server_(prepare_simulated(parse_server_options(server_options).value())) {
    settings_.make_backend = [seed] { return sched::make_simulated_backend({.seed = seed}); };
    settings_.seed = seed;
    settings_.time_limit = time_limit;
    settings_.time_limit_name = "--timeout 1s";
    settings_.server = &server_->server;
  }

  const RunSettings& settings() const { return settings_; }
  /// The run ends when this says so.
  void end_at(const StopSource& stop) {
    settings_.stop = &stop;
    settings_.stop_limit_name = "--timeout 9s";
    settings_.is_simulated = true;
  }
  const std::string& url() const { return server_->url; }

 private:
  std::unique_ptr<PreparedServer> server_;
  RunSettings settings_;
};

/// One run on a simulated network, with a server.
inline sched::Result<ScenarioResult> simulate(const std::string& text, std::uint64_t seed,
                                              sched::Duration time_limit = std::chrono::minutes(5)) {
  const SimulatedRun run(seed, time_limit);
  return run_scenario(parsed(text, run.url()), run.settings(), {});
}

/// One run on the kernel, with a server on the same schedulers.
inline sched::Result<ScenarioResult> embed(sched::BackendKind backend, unsigned threads, const std::string& text,
                                           sched::Duration time_limit = std::chrono::minutes(5),
                                           const Watcher& watcher = {}) {
  const auto server = prepare_embedded(parse_server_options({}).value(), threads);
  if (!server) ADD_FAILURE() << server.error();
  RunSettings settings;
  settings.make_backend = [backend]() -> sched::Result<std::unique_ptr<sched::Backend>> {
    auto chosen = sched::make_backend(backend);
    if (!chosen) return std::unexpected(chosen.error());
    return std::move(chosen->backend);
  };
  settings.threads = threads;
  settings.time_limit = time_limit;
  settings.server = &(*server)->server;
  return run_scenario(parsed(text, (*server)->url), settings, watcher);
}

}  // namespace client::run
