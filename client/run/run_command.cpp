#include "client/run/run_command.h"

#include <fnmatch.h>
#include <signal.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <random>
#include <thread>

#include <fmt/format.h>

#include "client/run/console.h"
#include "client/run/exit_code.h"
#include "client/run/local_server.h"
#include "client/run/machine_limits.h"
#include "client/run/scenario_run.h"
#include "client/run/spawned_server.h"
#include "client/scenario/load.h"
#include "scheduler/backends/simulated.h"
#include "scheduler/make_backend.h"
#include "scheduler/signals.h"
#include "text/escape.h"

namespace client::run {

namespace {

using scenario::Scenario;
using sched::Result;

constexpr auto kSpawnTimeout = std::chrono::seconds(10);

Console::Detail detail_of(int verbosity) {
  if (verbosity < 0) return Console::Detail::quiet;
  return verbosity == 0 ? Console::Detail::normal : Console::Detail::verbose;
}

/// One invocation of `echo_client run`.
class Run {
 public:
  explicit Run(const RunOptions& options)
      : options_(options), console_(detail_of(options.verbosity)), seed_(options.seed ? *options.seed : draw_seed()) {}

  int run();

 private:
  static std::uint64_t draw_seed();

  bool load_all();
  void select();
  bool fits_machine();
  bool prepare_server();
  bool run_one(const Scenario& scenario);
  Result<std::unique_ptr<sched::Backend>> make_backend(std::uint64_t seed);
  bool refuse(Verdict verdict, const std::string& why);
  int finish();

  const RunOptions& options_;
  Console console_;
  const std::uint64_t seed_;
  unsigned threads_ = 1;
  std::vector<Scenario> scenarios_;
  std::unique_ptr<SpawnedServer> spawned_;
  std::unique_ptr<PreparedServer> local_;
  std::optional<sched::Signals> signals_;
  sched::Duration used_{};
  Verdict verdict_ = Verdict::passed;
  int signal_ = 0;
};

std::uint64_t Run::draw_seed() {
  // Short, so that it can be typed again.
  return std::random_device()() % 1'000'000;
}

bool Run::refuse(Verdict verdict, const std::string& why) {
  console_.say("echo_client: " + why);
  verdict_ = worse(verdict_, verdict);
  return false;
}

bool Run::load_all() {
  std::vector<std::string> paths;
  for (const auto& path : options_.paths) paths.push_back(path.string());
  const auto files = scenario::find_scenarios(paths);
  if (!files) return refuse(Verdict::invalid, files.error());
  scenario::LoadOptions load_options;
  load_options.variables = options_.variables;
  load_options.seed = seed_;
  if (options_.target) load_options.target = to_string(*options_.target);
  load_options.environment = [](const std::string& name) -> std::optional<std::string> {
    const char* value = std::getenv(name.c_str());
    return value == nullptr ? std::nullopt : std::optional<std::string>(value);
  };
  std::size_t errors = 0;
  for (const std::string& file : *files) {
    auto loaded = scenario::load(file, load_options);
    if (loaded) {
      scenarios_.push_back(std::move(*loaded));
      continue;
    }
    for (const scenario::Diagnostic& diagnostic : loaded.error()) console_.say(render(diagnostic));
    errors += loaded.error().size();
  }
  if (errors == 0) return true;
  return refuse(Verdict::invalid,
                fmt::format("{} error{} in the scenarios: nothing was run", errors, errors == 1 ? "" : "s"));
}

void Run::select() {
  std::erase_if(scenarios_, [this](const Scenario& scenario) {
    return ::fnmatch(options_.only.c_str(), scenario.name.c_str(), 0) != 0;
  });
}

bool Run::fits_machine() {
  for (const Scenario& scenario : scenarios_) {
    if (options_.simulate) continue;
    const Need need{.clients = scenario.clients(), .threads = threads_, .local_server = options_.embedded};
    std::optional<std::string> excess = exceeds_descriptors(need);
    if (!excess) excess = exceeds_ports(scenario);
    if (excess) {
      return refuse(Verdict::could_not_test, fmt::format("{}: {}", text::escape(scenario.source.path()), *excess));
    }
  }
  return true;
}

/// Starts or binds the server that was asked for, and points the scenarios to it.
bool Run::prepare_server() {
  std::string url;
  if (!options_.spawn.empty()) {
    auto started = SpawnedServer::start(options_.spawn);
    if (!started) return refuse(Verdict::could_not_test, started.error());
    spawned_ = std::move(*started);
    const auto ready = spawned_->wait_until_ready(kSpawnTimeout);
    if (!ready) return refuse(Verdict::could_not_test, ready.error());
    url = *ready;
  } else if (options_.embedded || options_.simulate) {
    auto prepared = options_.simulate ? prepare_simulated(options_.server_options)
                                      : prepare_embedded(options_.server_options, threads_);
    if (!prepared) return refuse(Verdict::could_not_test, prepared.error());
    local_ = std::move(*prepared);
    url = local_->url;
  }
  if (url.empty()) return true;
  for (Scenario& scenario : scenarios_) {
    for (scenario::Group& group : scenario.groups) group.target.url = scenario::Template(url);
  }
  return true;
}

Result<std::unique_ptr<sched::Backend>> Run::make_backend(std::uint64_t seed) {
  if (options_.simulate) return std::make_unique<sched::SimulatedBackend>(sched::SimulatedOptions{.seed = seed});
  Result<sched::ChosenBackend> chosen = sched::make_backend(options_.backend);
  if (!chosen) return std::unexpected(chosen.error());
  return std::move(chosen->backend);
}

bool Run::run_one(const Scenario& scenario) {
  const std::uint64_t seed = scenario.seed && !options_.seed ? *scenario.seed : seed_;
  RunSettings settings;
  settings.make_backend = [this, seed] { return make_backend(seed); };
  settings.threads = threads_;
  settings.spin = options_.spin;
  settings.seed = seed;
  settings.time_limit = options_.timeout - used_;
  if (local_) settings.server = &local_->server;
  settings.signals = signals_ ? &*signals_ : nullptr;
  console_.detail(fmt::format("{}: {} clients, seed {}", text::escape(scenario.name), scenario.clients(), seed));
  const Watcher watcher = options_.simulate ? Watcher{} : console_.watch(scenario.name);
  const Result<ScenarioResult> result = run_scenario(scenario, settings, watcher);
  if (!result) return refuse(Verdict::could_not_test, describe(result.error()));
  console_.show(scenario, *result);
  used_ += result->elapsed;
  signal_ = result->signal;
  verdict_ = worse(verdict_, judge(*result));
  return result->end == ScenarioResult::End::complete;
}

int Run::run() {
  threads_ = options_.threads != 0 ? options_.threads : std::max(1U, std::thread::hardware_concurrency());
  if (!load_all()) return exit_code(verdict_, signal_);
  select();
  if (scenarios_.empty()) {
    refuse(Verdict::nothing_selected, "no scenario has a name that --only " + text::quote(options_.only) + " selects");
    return exit_code(verdict_, signal_);
  }
  if (!fits_machine()) return exit_code(verdict_, signal_);
  // Before any thread is started: they inherit the mask.
  if (!options_.simulate) signals_.emplace(std::initializer_list<int>{SIGINT, SIGTERM});
  if (prepare_server()) {
    for (const Scenario& scenario : scenarios_) {
      if (!run_one(scenario)) break;
    }
  }
  return finish();
}

int Run::finish() {
  if (verdict_ != Verdict::passed && spawned_) {
    const std::string log = spawned_->log_tail();
    if (!log.empty()) console_.say("the end of the server's log:\n" + log);
  }
  std::string why;
  if (verdict_ == Verdict::deadline) why = "the run's deadline passed";
  if (verdict_ == Verdict::interrupted) why = "interrupted";
  if (verdict_ == Verdict::could_not_test) why = "could not test";
  console_.show_verdict(verdict_ == Verdict::passed, why);
  return exit_code(verdict_, signal_);
}

}  // namespace

int run(const RunOptions& options) { return Run(options).run(); }

}  // namespace client::run
