#include "client/run/run_command.h"

#include <fnmatch.h>
#include <signal.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
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
#include "scheduler/cancel_scope.h"
#include "scheduler/make_backend.h"
#include "scheduler/scheduler.h"
#include "scheduler/scope.h"
#include "scheduler/signals.h"
#include "text/escape.h"
#include "text/units.h"

namespace client::run {

namespace {

using scenario::Scenario;
using sched::Result;

constexpr auto kTimeToBeReady = std::chrono::seconds(10);

Console::Detail detail_of(int verbosity) {
  if (verbosity < 0) return Console::Detail::quiet;
  if (verbosity == 0) return Console::Detail::normal;
  return verbosity == 1 ? Console::Detail::verbose : Console::Detail::very_verbose;
}

/// One invocation of `echo_client run`. Each step of it gives whether the next one follows; the one that gives false
/// has told why.
class Run {
 public:
  explicit Run(const RunOptions& options)
      : options_(options),
        console_(detail_of(options.verbosity)),
        seed_(options.seed ? *options.seed : draw_seed()),
        threads_(options.threads != 0 ? options.threads : std::max(1U, std::thread::hardware_concurrency())) {}

  int run();

 private:
  static std::uint64_t draw_seed();

  bool read_server_options();
  bool load();
  bool select();
  bool has_descriptors();
  bool has_backend();
  bool prepare_server();
  bool has_ports();
  bool spawn_server();
  sched::Task<SpawnedServer::Ready> wait_for_server();
  sched::Task<void> cancel_at_signal(sched::CancelScope& scope);
  void point_to(const std::string& url);
  void run_all();
  ScenarioResult::End run_one(const Scenario& scenario);
  Result<std::unique_ptr<sched::Backend>> make_backend(std::uint64_t seed) const;
  bool refuse(Verdict verdict, std::string_view why);
  bool refuse_for(const Scenario& scenario, std::string_view lacking);
  void announce(const Scenario& scenario, std::uint64_t seed) const;
  void show_server();
  void show_verdict() const;

  const RunOptions& options_;
  Console console_;
  const std::uint64_t seed_;
  const unsigned threads_;
  server::Options server_options_;
  std::vector<Scenario> scenarios_;
  std::unique_ptr<SpawnedServer> spawned_;
  std::unique_ptr<PreparedServer> local_;
  std::optional<sched::Signals> signals_;  ///< none in a simulation
  sched::Duration used_{};
  Verdict verdict_ = Verdict::passed;
  int signal_ = 0;
};

std::uint64_t Run::draw_seed() {
  // Short, so that it can be typed again.
  return std::random_device()() % 1'000'000;
}

int Run::run() {
  const bool is_planned = read_server_options() && load() && select() && has_descriptors() && has_backend();
  if (!is_planned) return exit_code(verdict_, signal_);
  // Before any thread is started: they inherit the mask.
  if (!options_.simulate) signals_.emplace(std::initializer_list<int>{SIGINT, SIGTERM});
  if (prepare_server() && has_ports()) run_all();
  show_server();
  show_verdict();
  return exit_code(verdict_, signal_);
}

bool Run::refuse(Verdict verdict, std::string_view why) {
  console_.say(fmt::format("echo_client: {}", why));
  verdict_ = worse(verdict_, verdict);
  return false;
}

bool Run::refuse_for(const Scenario& scenario, std::string_view lacking) {
  return refuse(Verdict::could_not_test, fmt::format("{}: {}", text::escape(scenario.source.path()), lacking));
}

bool Run::read_server_options() {
  auto options = parse_server_options(options_.server_options);
  if (!options) return refuse(Verdict::invalid, options.error());
  server_options_ = std::move(*options);
  return true;
}

bool Run::load() {
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
                fmt::format("{} in the scenarios: nothing was run", counted(errors, "error", "errors")));
}

bool Run::select() {
  if (scenarios_.empty()) return refuse(Verdict::nothing_selected, "there is no scenario: no file *.json is there");
  std::erase_if(scenarios_, [this](const Scenario& scenario) {
    return ::fnmatch(options_.only.c_str(), scenario.name.c_str(), 0) != 0;
  });
  if (!scenarios_.empty()) return true;
  return refuse(Verdict::nothing_selected,
                fmt::format("no scenario has a name that --only {} selects", text::quote(options_.only)));
}

bool Run::has_descriptors() {
  if (options_.simulate) return true;
  for (const Scenario& scenario : scenarios_) {
    const auto excess =
        exceeds_descriptors({.clients = scenario.clients(), .threads = threads_, .local_server = options_.embedded});
    if (excess) return refuse_for(scenario, *excess);
  }
  return true;
}

/// When the targets are known.
bool Run::has_ports() {
  if (options_.simulate) return true;
  for (const Scenario& scenario : scenarios_) {
    if (const auto excess = exceeds_ports(scenario)) return refuse_for(scenario, *excess);
  }
  return true;
}

bool Run::has_backend() {
  if (options_.simulate) return true;
  const Result<sched::ChosenBackend> chosen = sched::make_backend(options_.backend);
  if (!chosen) return refuse(Verdict::could_not_test, describe(chosen.error()));
  if (!chosen->reason.empty()) console_.say_from(Console::Detail::verbose, chosen->reason);
  return true;
}

// --- The server, when it is ours

bool Run::prepare_server() {
  if (!options_.spawn.empty()) return spawn_server();
  if (!options_.embedded && !options_.simulate) return true;
  if (options_.simulate) {
    local_ = prepare_simulated(server_options_);
  } else {
    auto prepared = prepare_embedded(server_options_, threads_);
    if (!prepared) return refuse(Verdict::could_not_test, prepared.error());
    local_ = std::move(*prepared);
  }
  point_to(local_->url);
  return true;
}

bool Run::spawn_server() {
  auto started = SpawnedServer::start(options_.spawn);
  if (!started) return refuse(Verdict::could_not_test, started.error());
  spawned_ = std::move(*started);
  auto backend = make_backend(seed_);
  if (!backend) return refuse(Verdict::could_not_test, describe(backend.error()));
  sched::Scheduler scheduler(std::move(*backend));
  const SpawnedServer::Ready ready = scheduler.run(wait_for_server());
  if (signal_ != 0) return refuse(Verdict::interrupted, "interrupted before the server was ready");
  if (!ready) return refuse(Verdict::could_not_test, ready.error());
  point_to(*ready);
  return true;
}

sched::Task<SpawnedServer::Ready> Run::wait_for_server() {
  sched::CancelScope until_signal;
  sched::Scope watching;
  watching.spawn(cancel_at_signal(until_signal));
  SpawnedServer::Ready ready = co_await spawned_->wait_until_ready(options_.target, kTimeToBeReady);
  watching.cancel();
  [[maybe_unused]] const Result<void> joined = co_await watching.join();
  co_return ready;
}

sched::Task<void> Run::cancel_at_signal(sched::CancelScope& scope) {
  const Result<int> signal = co_await signals_->next();
  if (!signal) co_return;
  signal_ = *signal;
  scope.cancel();
}

/// The targets in the files are replaced, as by --target.
void Run::point_to(const std::string& url) {
  for (Scenario& scenario : scenarios_) scenario::point_to(scenario, url);
}

// --- Running

void Run::run_all() {
  for (const Scenario& scenario : scenarios_) {
    if (run_one(scenario) != ScenarioResult::End::complete) return;
  }
}

ScenarioResult::End Run::run_one(const Scenario& scenario) {
  const std::uint64_t seed = scenario.seed && !options_.seed ? *scenario.seed : seed_;
  RunSettings settings;
  settings.make_backend = [this, seed] { return make_backend(seed); };
  settings.threads = threads_;
  settings.spin = options_.spin;
  settings.seed = seed;
  settings.time_limit = options_.timeout - used_;
  settings.time_limit_name = "--timeout " + text::format_duration(options_.timeout);
  if (local_) settings.server = &local_->server;
  if (signals_) settings.signals = &*signals_;
  announce(scenario, seed);
  const Watcher watcher = options_.simulate ? Watcher{} : console_.watch(scenario.name);
  const Result<ScenarioResult> result = run_scenario(scenario, settings, watcher);
  if (!result) {
    refuse(Verdict::could_not_test, describe(result.error()));
    return ScenarioResult::End::complete;
  }
  console_.show(scenario, *result);
  used_ += result->elapsed;
  signal_ = result->signal;
  verdict_ = worse(verdict_, judge(*result));
  return result->end;
}

Result<std::unique_ptr<sched::Backend>> Run::make_backend(std::uint64_t seed) const {
  if (options_.simulate) return std::make_unique<sched::SimulatedBackend>(sched::SimulatedOptions{.seed = seed});
  Result<sched::ChosenBackend> chosen = sched::make_backend(options_.backend);
  if (!chosen) return std::unexpected(chosen.error());
  return std::move(chosen->backend);
}

// --- What is told beside the results

void Run::announce(const Scenario& scenario, std::uint64_t seed) const {
  using enum Console::Detail;
  console_.say_from(verbose, fmt::format("{}: {}, seed {}", text::escape(scenario.name),
                                         counted(scenario.clients(), "client", "clients"), seed));
  for (const scenario::Group& group : scenario.groups) {
    console_.say_from(
        very_verbose,
        fmt::format("  {}: {} to {}", text::escape(group.name), counted(group.count, "client", "clients"),
                    group.target.url.is_constant() ? text::escape(group.target.url.constant()) : "several targets"));
  }
}

/// Stops the server, and shows what it wrote where that may explain something.
void Run::show_server() {
  if (!spawned_) return;
  spawned_->stop();
  const auto detail = verdict_ == Verdict::passed ? Console::Detail::very_verbose : Console::Detail::quiet;
  if (const auto how = spawned_->how_it_ended()) {
    console_.say_from(detail, fmt::format("the server had ended by itself: {}", *how));
  }
  const std::string log = spawned_->log_tail();
  if (!log.empty()) console_.say_from(detail, "the end of the server's log:\n" + log.substr(0, log.size() - 1));
}

void Run::show_verdict() const {
  std::string why;
  if (verdict_ == Verdict::deadline) why = "--timeout " + text::format_duration(options_.timeout) + " passed";
  if (verdict_ == Verdict::interrupted) why = fmt::format("interrupted by SIG{}", ::sigabbrev_np(signal_));
  if (verdict_ == Verdict::could_not_test) why = "could not test";
  console_.show_verdict(verdict_ == Verdict::passed, scenarios_.size(), why);
}

}  // namespace

int run(const RunOptions& options) { return Run(options).run(); }

}  // namespace client::run
