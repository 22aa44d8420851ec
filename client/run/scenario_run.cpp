#include "client/run/scenario_run.h"

#include <signal.h>

#include <algorithm>
#include <atomic>
#include <cstring>
#include <utility>

#include <fmt/format.h>

#include "client/run/client.h"
#include "client/run/load_watch.h"
#include "client/run/teardown.h"
#include "client/run/thread_load.h"
#include "scheduler/mailbox.h"
#include "scheduler/scheduler.h"
#include "scheduler/scope.h"
#include "scheduler/sleep.h"
#include "scheduler/threads.h"
#include "server/server.h"

namespace client::run {

namespace {

using sched::Result;
using sched::Task;

/// How often a simulated run looks whether it is to end, in simulated time.
constexpr auto kBetweenLooks = std::chrono::milliseconds(10);

/// The clients of one thread, and how other threads reach it.
struct ThreadRun {
  ThreadRun(RunContext& run, unsigned number, unsigned threads) : context(run, threads), index(number) {}

  ThreadContext context;
  const unsigned index;
  std::optional<sched::Mailbox> mailbox;  ///< none when there is one thread
  sched::Scope* clients = nullptr;
  bool is_stopped = false;
  bool has_begun = false;
  std::optional<ThreadLoad> load;  ///< none: clients work without one
  sched::Event may_start;          ///< the setup is done
  sched::Event load_may_begin;     ///< the clients of all threads are ready for it
  sched::Event clients_ended;      ///< those of all threads
  sched::Event may_end;            ///< the teardown is done, too
  Result<void> outcome;
};

/// One run. The first thread also watches for what ends it early.
class ScenarioRun {
 public:
  ScenarioRun(const scenario::Scenario& scenario, const RunSettings& settings, const Watcher& watcher);

  Result<ScenarioResult> run();

 private:
  // Any thread.
  void on_thread(ThreadRun& thread, std::function<void()> call);
  void stop_all(ScenarioResult::End why);
  void count_ended();
  void let_all(sched::Event ThreadRun::* event);

  void run_thread(ThreadRun& thread);
  Task<Result<void>> main(ThreadRun& thread);
  Task<void> run_clients(ThreadRun& thread);
  Task<void> run_load(ThreadRun& thread, std::size_t clients);
  void count_ready(sched::Instant now);
  bool nobody_was_reached() const;
  Task<void> run_client(const scenario::Group& group, std::uint64_t index, ThreadRun& thread);
  Task<void> set_up(ThreadRun& thread);
  Task<void> run_setup(ThreadContext& thread);

  Task<void> end_when_told();
  Task<void> end_at_deadline();
  Task<void> show_progress();
  void end_if_told();
  void end_early(ScenarioResult::End why, std::string name);
  Progress progress();
  ScenarioResult collect();
  load::Measurements measurements() const;
  std::vector<const ThreadLoad*> loads() const;

  const RunSettings& settings_;
  const Watcher& watcher_;
  RunContext context_;
  std::vector<std::unique_ptr<ThreadRun>> threads_;
  std::atomic<unsigned> running_;  ///< threads whose clients have not all ended
  std::atomic<unsigned> unready_;  ///< threads whose clients have not all joined the load
  // Written when `unready_` comes to zero.
  sched::Instant load_begin_{};
  bool is_out_of_reach_ = false;  ///< the load does not begin

  // The first thread's.
  LoadWatch load_watch_;
  sched::Instant started_;
  std::chrono::milliseconds time_of_day_{};  ///< then
  sched::Duration elapsed_{};
  Outcome setup_ = Outcome::passed;
  Outcome teardown_ = Outcome::passed;
  bool has_begun_ = false;  ///< the setup, or what it would precede: there may be something to tear down
  ScenarioResult::End end_ = ScenarioResult::End::complete;
  std::string ended_by_;
  sched::Event ended_early_;
};

ScenarioRun::ScenarioRun(const scenario::Scenario& scenario, const RunSettings& settings, const Watcher& watcher)
    : settings_(settings),
      watcher_(watcher),
      context_{.scenario = scenario,
               .seed = settings.seed,
               .clients = scenario.clients(),
               .deadline = {},
               .rechunk = settings.rechunk,
               .log = watcher.log,
               .values = std::vector<std::optional<std::string>>(scenario.variables.size()),
               .rendezvous = {}},
      running_(settings.threads),
      unready_(settings.threads) {
  for (unsigned index = 0; index < settings.threads; ++index) {
    ThreadRun& thread = *threads_.emplace_back(std::make_unique<ThreadRun>(context_, index, settings.threads));
    if (settings.threads > 1) thread.outcome = thread.mailbox.emplace().opened();
    if (scenario.load) {
      // Those that have no clients have no part of it.
      const auto threads = static_cast<unsigned>(std::min<std::uint64_t>(settings.threads, context_.clients));
      thread.load.emplace(*scenario.load, thread.context.counters, index, threads, settings.seed);
    }
    context_.rendezvous.on_change([this, &thread] {
      on_thread(thread, [&thread] {
        thread.context.barrier_changed.set();
        thread.context.barrier_changed.reset();
      });
    });
  }
}

Result<ScenarioResult> ScenarioRun::run() {
  Result<void> ran = sched::run_on_threads(settings_.threads, [this](unsigned i) { run_thread(*threads_[i]); });
  for (const auto& thread : threads_) ran = ran ? thread->outcome : ran;
  if (!ran) return std::unexpected(ran.error());
  return collect();
}

void ScenarioRun::run_thread(ThreadRun& thread) {
  Result<std::unique_ptr<sched::Backend>> backend = settings_.make_backend();
  if (backend && thread.outcome) {
    sched::Scheduler scheduler(std::move(*backend), {.spin = settings_.spin});
    thread.outcome = scheduler.run(main(thread));
  } else if (thread.outcome) {
    thread.outcome = std::unexpected(backend.error());
  }
  if (thread.has_begun) return;
  // The run has failed: the others need not go on, nor wait for clients that will not come.
  stop_all(ScenarioResult::End::complete);
  count_ready({});
  count_ended();
  let_all(&ThreadRun::may_start);
  let_all(&ThreadRun::may_end);
}

void ScenarioRun::on_thread(ThreadRun& thread, std::function<void()> call) {
  if (!thread.mailbox) return call();
  thread.mailbox->post(std::move(call));
}

void ScenarioRun::stop_all(ScenarioResult::End why) {
  for (const auto& thread : threads_) {
    on_thread(*thread, [&stopped = *thread, why] {
      stopped.is_stopped = true;
      stopped.context.deadline_passed = why == ScenarioResult::End::deadline;
      if (stopped.clients != nullptr) stopped.clients->cancel();
    });
  }
}

void ScenarioRun::count_ended() {
  if (running_.fetch_sub(1) == 1) let_all(&ThreadRun::clients_ended);
}

void ScenarioRun::let_all(sched::Event ThreadRun::* event) {
  for (const auto& thread : threads_) {
    on_thread(*thread, [&happened = (*thread).*event] { happened.set(); });
  }
}

Task<Result<void>> ScenarioRun::main(ThreadRun& thread) {
  const bool is_first = thread.index == 0;
  sched::Scope services(sched::Scope::OnFailure::keep_siblings);
  std::optional<server::Server> server;
  if (const LocalServer* local = settings_.server) {
    Result<std::vector<sched::Listener>> listeners = local->listeners(thread.index);
    if (!listeners) co_return std::unexpected(listeners.error());
    server.emplace(session_settings(local->options), *local->limits, server::Log());
    services.spawn(server->run(std::move(*listeners)));
  }
  thread.has_begun = true;
  if (is_first) {
    started_ = sched::now();
    time_of_day_ = std::chrono::floor<std::chrono::milliseconds>(sched::Scheduler::current().backend().time_of_day());
  }
  if (thread.mailbox) services.spawn(thread.mailbox->deliver());
  if (is_first) {
    if (settings_.stop != nullptr && !settings_.is_simulated) services.spawn(end_when_told());
    services.spawn(end_at_deadline());
    if (watcher_.show) services.spawn(show_progress());
    end_if_told();
    co_await set_up(thread);
    let_all(&ThreadRun::may_start);
  }
  [[maybe_unused]] const Result<void> started = co_await thread.may_start.wait();
  co_await run_clients(thread);
  count_ended();
  [[maybe_unused]] const Result<void> clients_ended = co_await thread.clients_ended.wait();
  if (is_first) {
    // Whatever has ended the run: what the setup has made is not to stay. So stop_all() does not cancel it.
    const bool undoes = context_.scenario.teardown && has_begun_;
    if (undoes) teardown_ = co_await tear_down(context_, thread.context, ended_early_);
    let_all(&ThreadRun::may_end);
  }
  // Its server may be what the clients of other threads are talking to.
  [[maybe_unused]] const Result<void> ended = co_await thread.may_end.wait();
  if (is_first) elapsed_ = sched::now() - started_;
  services.cancel();
  const Result<void> joined = co_await services.join();
  if (!joined && joined.error().code != sched::ErrorCode::cancelled) co_return joined;
  co_return Result<void>{};
}

Task<void> ScenarioRun::run_clients(ThreadRun& thread) {
  if (thread.is_stopped) co_return;
  sched::Scope clients(sched::Scope::OnFailure::keep_siblings);
  thread.clients = &clients;
  std::uint64_t number = 0;
  std::size_t spawned = 0;
  for (const scenario::Group& group : context_.scenario.groups) {
    for (std::uint64_t index = 0; index < group.count; ++index) {
      if (number++ % settings_.threads != thread.index) continue;
      clients.spawn(run_client(group, index, thread));
      ++spawned;
    }
  }
  if (thread.load) clients.spawn(run_load(thread, spawned));
  [[maybe_unused]] const Result<void> joined = co_await clients.join();
  thread.clients = nullptr;
}

/// The load begins at the same instant on all threads, when all clients are ready.
Task<void> ScenarioRun::run_load(ThreadRun& thread, std::size_t clients) {
  co_await thread.load->wait_for(clients);
  count_ready(sched::Scheduler::current().backend().now());
  if (!co_await thread.load_may_begin.wait()) co_return;
  if (is_out_of_reach_) co_return thread.load->end();
  co_await thread.load->run(load_begin_);
}

/// Whether all clients have tried to connect, and none did.
bool ScenarioRun::nobody_was_reached() const {
  const auto has_tried = [](const auto& group) { return group.connection == scenario::ConnectionMode::per_client; };
  const auto reached_none = [](const auto& thread) { return thread->load->connected() == 0; };
  return std::ranges::all_of(context_.scenario.groups, has_tried) && std::ranges::all_of(threads_, reached_none);
}

void ScenarioRun::count_ready(sched::Instant now) {
  if (unready_.fetch_sub(1) != 1) return;
  load_begin_ = now;
  is_out_of_reach_ = context_.scenario.load && nobody_was_reached();
  let_all(&ThreadRun::load_may_begin);
}

Task<void> ScenarioRun::run_client(const scenario::Group& group, std::uint64_t index, ThreadRun& thread) {
  Client client(group, index, thread.context);
  thread.context.counters.count(thread.load ? co_await client.run_under_load(*thread.load) : co_await client.run());
}

Task<void> ScenarioRun::set_up(ThreadRun& thread) {
  if (end_ != ScenarioResult::End::complete) co_return;
  has_begun_ = true;
  if (!context_.scenario.setup) co_return;
  setup_ = Outcome::interrupted;
  sched::Scope scope(sched::Scope::OnFailure::keep_siblings);
  thread.clients = &scope;
  scope.spawn(run_setup(thread.context));
  [[maybe_unused]] const Result<void> joined = co_await scope.join();
  thread.clients = nullptr;
  has_begun_ = setup_ != Outcome::unreached || thread.context.counters.connected > 0;
  if (setup_ != Outcome::passed) stop_all(ScenarioResult::End::complete);
}

Task<void> ScenarioRun::run_setup(ThreadContext& thread) {
  Client client(*context_.scenario.setup, 0, thread);
  setup_ = co_await client.run();
  context_.values = client.values();
}

Task<void> ScenarioRun::end_when_told() {
  if (co_await settings_.stop->wait()) end_if_told();
}

Task<void> ScenarioRun::end_at_deadline() {
  const sched::Instant deadline = sched::instant_after(started_, settings_.time_limit);
  while (settings_.is_simulated && settings_.stop != nullptr && sched::now() < deadline) {
    if (!co_await sched::sleep_until(std::min(deadline, sched::now() + kBetweenLooks))) co_return;
    end_if_told();
  }
  if (!co_await sched::sleep_until(deadline)) co_return;
  end_early(ScenarioResult::End::deadline, settings_.time_limit_name);
}

Task<void> ScenarioRun::show_progress() {
  const sched::Duration every = context_.scenario.load ? interval_of(*context_.scenario.load) : watcher_.every;
  while (co_await sched::sleep_for(every)) watcher_.show(progress());
}

void ScenarioRun::end_if_told() {
  const std::optional<StopReason> reason = settings_.stop != nullptr ? settings_.stop->reason() : std::nullopt;
  if (!reason) return;
  if (reason->signal == 0) return end_early(ScenarioResult::End::deadline, settings_.stop_limit_name);
  end_early(ScenarioResult::End::signal, fmt::format("SIG{}", ::sigabbrev_np(reason->signal)));
}

void ScenarioRun::end_early(ScenarioResult::End why, std::string name) {
  if (end_ != ScenarioResult::End::complete) return;
  end_ = why;
  ended_by_ = context_.deadline = std::move(name);
  ended_early_.set();
  stop_all(why);
}

Progress ScenarioRun::progress() {
  Progress sum{.planned = context_.clients, .elapsed = sched::now() - started_};
  for (const auto& thread : threads_) {
    const Counters& counters = thread->context.counters;
    sum.passed += counters.passed.load(std::memory_order_relaxed);
    sum.failed += counters.failed.load(std::memory_order_relaxed);
    sum.connected += counters.connected.load(std::memory_order_relaxed);
    sum.frames += counters.frames.load(std::memory_order_relaxed);
  }
  if (context_.scenario.load && load_begin_ != sched::Instant{})
    sum.load = load_watch_.next(loads(), *context_.scenario.load, load_begin_);
  return sum;
}

std::vector<const ThreadLoad*> ScenarioRun::loads() const {
  std::vector<const ThreadLoad*> loads;
  for (const auto& thread : threads_) loads.push_back(&*thread->load);
  return loads;
}

load::Measurements ScenarioRun::measurements() const {
  const scenario::Load& load = *context_.scenario.load;
  load::Measurements sum;
  if (load.model == scenario::Load::Model::open) sum.requested = load::mean_rate(load.rate, load.stages);
  for (const ThreadLoad* thread : loads()) thread->add_to(sum);
  return sum;
}

ScenarioResult ScenarioRun::collect() {
  ScenarioResult result;
  result.planned = context_.clients;
  result.started = time_of_day_;
  result.elapsed = elapsed_;
  result.end = end_;
  result.ended_by = ended_by_;
  result.setup = setup_;
  result.teardown = teardown_;
  for (const auto& thread : threads_) {
    const Counters& counters = thread->context.counters;
    result.passed += counters.passed;
    result.failed += counters.failed;
    result.unreached += counters.unreached;
    result.skipped += counters.skipped;
    result.interrupted += counters.interrupted;
    result.connected += counters.connected;
    if (counters.connected > 0) {
      result.connected_in = std::max(result.connected_in, thread->context.last_connected - started_);
    }
    result.frames += counters.frames;
    result.bytes_sent += counters.bytes_sent;
    result.bytes_received += counters.bytes_received;
    result.failures.merge(std::move(thread->context.failures));
    result.warmup_failures.merge(std::move(thread->context.warmup_failures));
  }
  if (context_.scenario.load) {
    result.load = judge_load(measurements(), context_.scenario.thresholds);
    result.load->has_begun = !is_out_of_reach_;
    result.load->is_cut_short = end_ != ScenarioResult::End::complete;
  }
  result.not_run = result.planned - result.passed - result.failed - result.skipped - result.interrupted;
  return result;
}

}  // namespace

Result<ScenarioResult> run_scenario(const scenario::Scenario& scenario, const RunSettings& settings,
                                    const Watcher& watcher) {
  return ScenarioRun(scenario, settings, watcher).run();
}

}  // namespace client::run
