#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "client/run/context.h"
#include "client/run/load_result.h"
#include "client/run/outcome.h"
#include "client/run/stop_source.h"
#include "client/scenario/model.h"
#include "scheduler/backend.h"
#include "scheduler/listener.h"
#include "server/limits.h"
#include "server/options.h"

// Running one scenario: its clients on one or several schedulers, perhaps with a server beside them.

namespace client::run {

/// A server inside this process.
struct LocalServer {
  server::Options options;
  server::ConnectionLimits* limits = nullptr;  ///< outlives the run

  /// A thread's listeners, made on that thread when its scheduler is there.
  std::function<sched::Result<std::vector<sched::Listener>>(unsigned thread)> listeners;
};

/// How a scenario is run, the same for all of an invocation.
struct RunSettings {
  std::function<sched::Result<std::unique_ptr<sched::Backend>>()> make_backend;
  unsigned threads = 1;
  sched::Duration spin{};
  std::uint64_t seed = 0;
  std::optional<std::uint64_t> rechunk = {};             ///< what is sent is cut into pieces, drawn from this seed
  sched::Duration time_limit = std::chrono::minutes(5);  ///< by its own clock: it is ended when it has lasted so long
  std::string time_limit_name;                           ///< for a person: "5m of simulated time"
  const LocalServer* server = nullptr;                   ///< null: none
  const StopSource* stop = nullptr;                      ///< what ends it from outside; null: nothing
  std::string stop_limit_name = {};                      ///< and for whose time, for a person: "--timeout 5m"
  bool is_simulated = false;                             ///< it cannot wait for `stop`, but looks at it all the time
};

/// What came of it.
struct ScenarioResult {
  enum class End : std::uint8_t { complete, signal, deadline };

  std::uint64_t planned = 0;  ///< clients; each of them is in one of the next five
  std::uint64_t passed = 0;
  std::uint64_t failed = 0;
  std::uint64_t skipped = 0;
  std::uint64_t interrupted = 0;
  std::uint64_t not_run = 0;       ///< the setup had not passed, or the run had ended
  std::uint64_t unreached = 0;     ///< of those that failed: they could not connect
  std::uint64_t connected = 0;     ///< connections
  sched::Duration connected_in{};  ///< from the start until the last of them stood
  std::uint64_t frames = 0;
  std::uint64_t bytes_sent = 0;
  std::uint64_t bytes_received = 0;
  std::chrono::milliseconds started{};  ///< since 1970
  sched::Duration elapsed{};
  Outcome setup = Outcome::passed;
  Outcome teardown = Outcome::passed;
  FailureLog failures;
  FailureLog warmup_failures;      ///< of iterations that were to start in the warm-up of a load: they judge nothing
  std::optional<LoadResult> load;  ///< when the scenario has one
  End end = End::complete;
  std::string ended_by;  ///< when `end` is not complete, for a person: "SIGINT", "--timeout 5m"

  /// Among how many clients a failure is counted, as FailureLog::render has it.
  std::uint64_t failing() const { return load ? 0 : planned; }
};

/// How far a run is, for those who watch it.
struct Progress {
  std::uint64_t planned = 0;
  std::uint64_t passed = 0;
  std::uint64_t failed = 0;
  std::uint64_t connected = 0;
  std::uint64_t frames = 0;
  sched::Duration elapsed{};
  std::optional<LoadProgress> load = {};  ///< once a load has begun
};

/// Who watches, and how often. On a simulated backend nobody does.
struct Watcher {
  std::function<void(const Progress&)> show;
  sched::Duration every = std::chrono::seconds(10);
  LogHandler log = {};
};

/// Runs all clients of `scenario` at once and returns when they and the local server have ended. The teardown is run
/// whenever the setup has reached the server, however the run ends (teardown.h).
/// Errors: the backend or the local server could not be made.
sched::Result<ScenarioResult> run_scenario(const scenario::Scenario& scenario, const RunSettings& settings,
                                           const Watcher& watcher);

}  // namespace client::run
