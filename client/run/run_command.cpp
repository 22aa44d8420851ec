#include "client/run/run_command.h"

#include <algorithm>
#include <cstring>
#include <mutex>
#include <random>
#include <thread>
#include <utility>

#include <fmt/format.h>

#include "client/print.h"
#include "client/run/console.h"
#include "client/run/end_watch.h"
#include "client/run/exit_code.h"
#include "client/run/find_max.h"
#include "client/run/local_server.h"
#include "client/run/machine_limits.h"
#include "client/run/replay.h"
#include "client/run/reporting.h"
#include "client/run/scenario_run.h"
#include "client/run/simulation.h"
#include "client/run/spawning.h"
#include "client/run/suite.h"
#include "scheduler/make_backend.h"
#include "scheduler/threads.h"
#include "text/escape.h"
#include "text/units.h"

namespace client::run {

namespace {

using scenario::Scenario;
using sched::Result;

/// How long a server may still take to die that clients have lost.
constexpr auto kTimeToDie = std::chrono::milliseconds(200);

/// One invocation of `echo_client run`. Each step of it gives whether the next one follows; the one that gives false
/// has told why.
class Run {
 public:
  explicit Run(const RunOptions& options)
      : options_(options),
        console_(Console::detail_of(options.verbosity)),
        seed_(options.seed ? *options.seed : draw_seed()),
        threads_(options.threads != 0 ? options.threads : std::max(1U, std::thread::hardware_concurrency())),
        suite_(options, seed_),
        reporting_(options, seed_) {}

  int run();

 private:
  /// One scenario that is to be run.
  struct Planned {
    Scenario scenario;
    std::uint64_t number = 0;
    std::uint64_t repetition = 0;
  };

  static std::uint64_t draw_seed();

  // Before the run.
  bool can_report();
  bool read_server_options();
  bool load();
  bool has_descriptors();
  bool has_backend();
  bool has_ports();
  bool watch_end();
  bool prepare_server();
  bool spawn_server();

  // The run. Any thread.
  void run_all();
  void run_job();
  std::optional<Planned> take_next();
  bool prepare_local(std::unique_ptr<PreparedServer>& local);
  void run_one(const Planned& planned, const PreparedServer* local);
  RunSettings settings_of(const Planned& planned);
  void judge_result(const Planned& planned, const Result<ScenarioResult>& result, std::uint64_t seed);
  std::uint64_t seed_of(const Planned& planned) const;
  std::optional<std::uint64_t> rechunk_of(const Planned& planned) const;
  Result<std::unique_ptr<sched::Backend>> make_backend(std::uint64_t seed) const;
  bool refuse(Verdict verdict, std::string_view why);
  bool refuse_for(const Scenario& scenario, std::string_view lacking);

  // What is told.
  void judge_stop();
  void stop_server();
  std::string name_of_limit() const;
  std::string why_stopped(StopReason reason) const;
  void write_reports();
  std::string why_incomplete() const;
  void show_verdict() const;

  const RunOptions& options_;
  Console console_;
  const std::uint64_t seed_;
  const unsigned threads_;
  server::Options server_options_;
  Suite suite_;
  sched::Duration time_limit_{};  ///< of the whole run
  StopSource stop_;
  std::optional<EndWatch> watch_;  ///< until the run has ended
  std::unique_ptr<SpawnedServer> spawned_;

  std::mutex mutex_;                  ///< for what follows
  std::vector<Scenario> repetition_;  ///< the scenarios of the one that is being run, from the second on
  std::uint64_t taken_ = 0;           ///< scenarios, of all repetitions
  std::uint64_t completed_ = 0;       ///< of them
  std::uint64_t skipped_ = 0;
  bool is_ended_ = false;  ///< nothing follows what is being run
  Verdict verdict_ = Verdict::passed;
  int signal_ = 0;         ///< that ended the run
  std::string cut_short_;  ///< by what, in a sentence, if something did
  std::string refusal_;    ///< what could not be done, the last time that something could not
  Reporting reporting_;
};

std::uint64_t Run::draw_seed() {
  // Short, so that it can be typed again.
  return std::random_device()() % 1'000'000;
}

int Run::run() {
  if (!can_report() || !read_server_options() || !load()) return exit_code(verdict_, signal_);
  if (options_.list) {
    if (const auto printed = print(suite_.listing()); !printed) refuse(Verdict::unreported, printed.error());
    return exit_code(verdict_, signal_);
  }
  if (!has_descriptors() || !has_backend()) {
    write_reports();
    return exit_code(verdict_, signal_);
  }
  if (watch_end() && prepare_server() && has_ports()) run_all();
  judge_stop();
  if (verdict_ == Verdict::passed && skipped_ > 0 && skipped_ == taken_) verdict_ = Verdict::nothing_selected;
  stop_server();
  write_reports();
  show_verdict();
  return exit_code(verdict_, signal_);
}

bool Run::refuse(Verdict verdict, std::string_view why) {
  console_.complain(why);
  const std::lock_guard lock(mutex_);
  verdict_ = worse(verdict_, verdict);
  is_ended_ = true;
  refusal_ = why;
  return false;
}

bool Run::refuse_for(const Scenario& scenario, std::string_view lacking) {
  return refuse(Verdict::could_not_test, fmt::format("{}: {}", text::escape(scenario.source.path()), lacking));
}

bool Run::can_report() {
  const auto checked = reporting_.check();
  return checked || refuse(Verdict::invalid, checked.error());
}

bool Run::read_server_options() {
  auto options = parse_server_options(options_.server_options);
  if (!options) return refuse(Verdict::invalid, options.error());
  server_options_ = std::move(*options);
  return true;
}

bool Run::load() {
  verdict_ = suite_.load(console_);
  time_limit_ = options_.timeout.value_or(suite_.usual_time_limit());
  return verdict_ == Verdict::passed;
}

bool Run::has_descriptors() {
  if (options_.simulate) return true;
  for (const Scenario& scenario : suite_.scenarios()) {
    const auto excess =
        exceeds_descriptors({.clients = scenario.clients(), .threads = threads_, .local_server = options_.embedded});
    if (excess) return refuse_for(scenario, *excess);
  }
  return true;
}

/// When the targets are known. Those of a server in this process are always enough.
bool Run::has_ports() {
  if (options_.simulate || options_.embedded) return true;
  for (const Scenario& scenario : suite_.scenarios()) {
    if (const auto excess = exceeds_ports(scenario)) return refuse_for(scenario, *excess);
    if (const auto warning = nears_ports(scenario)) console_.complain("warning: " + *warning);
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

/// Before any other thread is started: they inherit the mask of signals.
bool Run::watch_end() {
  watch_.emplace(stop_, time_limit_);
  const Result<void> opened = stop_.opened() ? watch_->opened() : stop_.opened();
  return opened || refuse(Verdict::could_not_test, "cannot start: " + describe(opened.error()));
}

bool Run::prepare_server() { return options_.spawn.empty() || spawn_server(); }

bool Run::spawn_server() {
  const std::vector<transport::Url> targets = suite_.targets();
  Spawned spawned =
      spawn({.words = options_.spawn, .signs = {.targets = targets, .line = targets.empty() || suite_.lacks_targets()}},
            stop_, [this] { return make_backend(seed_); });
  spawned_ = std::move(spawned.server);
  if (const auto reason = stop_.reason()) {
    console_.complain(why_stopped(*reason) + " before the server was ready");
    return false;
  }
  if (!spawned.ready) return refuse(Verdict::could_not_test, spawned.ready.error());
  if (!spawned.ready->empty()) suite_.point_to(*spawned.ready);
  return true;
}

/// A server in this process, for the scenarios of one job.
bool Run::prepare_local(std::unique_ptr<PreparedServer>& local) {
  if (options_.simulate) local = prepare_simulated(server_options_);
  if (!options_.embedded) return true;
  auto prepared = prepare_embedded(server_options_, threads_);
  if (!prepared) return refuse(Verdict::could_not_test, prepared.error());
  local = std::move(*prepared);
  return true;
}

// --- Running

void Run::run_all() {
  // Each has a descriptor table of its own, in which no other's connection is kept open.
  const Result<void> ran = sched::run_on_threads(options_.jobs, [this](unsigned) { run_job(); });
  if (ran) return;
  refuse(Verdict::could_not_test, fmt::format("cannot start {} jobs: {}", options_.jobs, describe(ran.error())));
}

/// Runs one scenario after the other until none is left.
void Run::run_job() {
  std::unique_ptr<PreparedServer> local;
  if (!prepare_local(local)) return;
  while (std::optional<Planned> planned = take_next()) {
    if (local) point_to(planned->scenario, local->url);
    run_one(*planned, local.get());
  }
}

std::optional<Run::Planned> Run::take_next() {
  const std::lock_guard lock(mutex_);
  const std::size_t count = suite_.scenarios().size();
  const std::uint64_t repetition = taken_ / count;
  const std::size_t index = taken_ % count;
  if (is_ended_ || stop_.reason() || repetition == options_.repeat) return std::nullopt;
  const std::uint64_t number = taken_++;
  if (repetition == 0) return Planned{.scenario = suite_.scenarios()[index], .number = number};
  if (index == 0) repetition_ = suite_.repetition(repetition);
  return Planned{.scenario = repetition_[index], .number = number, .repetition = repetition};
}

void Run::run_one(const Planned& planned, const PreparedServer* local) {
  RunSettings settings = settings_of(planned);
  if (local != nullptr) settings.server = &local->server;
  console_.announce(planned.scenario, settings.seed);
  Watcher watcher = console_.watch(planned.scenario.name, options_.jobs == 1);
  // Its clock is not that of those who watch.
  if (options_.simulate) watcher.show = nullptr;
  const auto tell = [this](const std::string& line) { console_.say_from(Console::Detail::normal, line); };
  const Result<ScenarioResult> result = run_or_search(planned.scenario, settings, watcher, tell);
  if (!result) refuse(Verdict::could_not_test, describe(result.error()));
  judge_result(planned, result, settings.seed);
}

RunSettings Run::settings_of(const Planned& planned) {
  RunSettings settings;
  settings.seed = seed_of(planned);
  settings.rechunk = rechunk_of(planned);
  settings.make_backend = [this, seed = settings.seed] { return make_backend(seed); };
  settings.threads = threads_;
  settings.spin = options_.spin;
  settings.stop = &stop_;
  settings.stop_limit_name = name_of_limit();
  settings.time_limit = sched::Duration::max();
  if (!options_.simulate) return settings;
  // The whole run is limited by the time that people wait for it, and each simulation in its own.
  settings.is_simulated = true;
  settings.time_limit =
      std::max(Suite::usual_time_limit(planned.scenario), options_.timeout.value_or(sched::Duration::zero()));
  settings.time_limit_name = text::format_duration(settings.time_limit) + " of simulated time";
  return settings;
}

void Run::judge_result(const Planned& planned, const Result<ScenarioResult>& outcome, std::uint64_t seed) {
  const std::lock_guard lock(mutex_);
  const std::string command = replay_command(options_, planned.scenario, seed, rechunk_of(planned));
  reporting_.add({planned.scenario, planned.number, planned.repetition, seed, command}, outcome);
  if (!outcome) return;
  const ScenarioResult& result = *outcome;
  console_.show(planned.scenario, result, command);
  const Verdict verdict = judge(result);
  if (verdict == Verdict::skipped) ++skipped_;
  verdict_ = worse(verdict_, verdict);
  if (result.end == ScenarioResult::End::complete) ++completed_;
  if (result.end == ScenarioResult::End::deadline) cut_short_ = result.ended_by + " passed";
  const bool is_good = verdict == Verdict::passed || verdict == Verdict::skipped;
  is_ended_ = is_ended_ || (options_.fail_fast && !is_good);
}

std::uint64_t Run::seed_of(const Planned& planned) const {
  const bool is_its_own = planned.scenario.seed && !options_.seed;
  return (is_its_own ? *planned.scenario.seed : seed_) + planned.repetition;
}

std::optional<std::uint64_t> Run::rechunk_of(const Planned& planned) const {
  return options_.rechunk ? std::optional(*options_.rechunk + planned.repetition) : std::nullopt;
}

Result<std::unique_ptr<sched::Backend>> Run::make_backend(std::uint64_t seed) const {
  if (options_.simulate) return make_simulated_network(seed);
  Result<sched::ChosenBackend> chosen = sched::make_backend(options_.backend);
  if (!chosen) return std::unexpected(chosen.error());
  return std::move(chosen->backend);
}

// --- What is told beside the results

std::string Run::name_of_limit() const { return "--timeout " + text::format_duration(time_limit_); }

std::string Run::why_stopped(StopReason reason) const {
  if (reason.signal == 0) return name_of_limit() + " passed";
  return fmt::format("interrupted by SIG{}", ::sigabbrev_np(reason.signal));
}

/// What has stopped the run concerns nobody who was done by then, also when it came between two scenarios.
void Run::judge_stop() {
  const std::optional<StopReason> reason = stop_.reason();
  const std::uint64_t planned = suite_.scenarios().size() * options_.repeat;
  if (!reason || completed_ == planned || (is_ended_ && completed_ == taken_)) return;
  verdict_ = worse(verdict_, reason->signal != 0 ? Verdict::interrupted : Verdict::deadline);
  signal_ = reason->signal;
  cut_short_ = why_stopped(*reason);
}

/// Stops the server, and shows what it wrote where that may explain something.
void Run::stop_server() {
  if (!spawned_) return;
  if (verdict_ == Verdict::failed || verdict_ == Verdict::could_not_test) spawned_->let_end(kTimeToDie);
  spawned_->stop();
  const auto fault = spawned_->fault();
  if (fault && taken_ > 0) refuse(Verdict::could_not_test, *fault);
  const auto detail = verdict_ == Verdict::passed ? Console::Detail::very_verbose : Console::Detail::quiet;
  const std::string written = ends_of_outputs(*spawned_);
  if (!written.empty()) console_.say_from(detail, written);
}

void Run::write_reports() {
  reporting_.finish(suite_.scenarios(), verdict_, why_incomplete());
  std::vector<std::string> errors = reporting_.write_files();
  // Who reads from a stream may be slow: from then on a signal ends the process at once.
  if (reporting_.has_streams()) watch_.reset();
  for (std::string& error : reporting_.write_streams()) errors.push_back(std::move(error));
  for (const std::string& error : errors) refuse(Verdict::unreported, error);
}

/// Empty when all that was planned has been run to its end.
std::string Run::why_incomplete() const {
  if (!cut_short_.empty() && stop_.reason()) return cut_short_;
  if (!refusal_.empty()) return refusal_;
  return taken_ < suite_.scenarios().size() * options_.repeat ? "ended by --fail-fast" : "";
}

void Run::show_verdict() const {
  std::string why;
  if (verdict_ == Verdict::deadline || verdict_ == Verdict::interrupted) why = cut_short_;
  if (verdict_ == Verdict::could_not_test) why = "could not test";
  if (verdict_ == Verdict::nothing_selected) why = "all were skipped";
  if (verdict_ == Verdict::unreported) why = "a report could not be written";
  console_.show_verdict(verdict_ == Verdict::passed, suite_.scenarios().size() * options_.repeat, why);
}

}  // namespace

int run(const RunOptions& options) { return Run(options).run(); }

}  // namespace client::run
