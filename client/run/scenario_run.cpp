#include "client/run/scenario_run.h"

#include <unistd.h>

#include <utility>

#include "client/run/client.h"
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

/// The clients of one thread, and how other threads reach it.
struct ThreadRun {
  ThreadRun(RunContext& run, unsigned number, unsigned threads) : context(run, threads), index(number) {}

  ThreadContext context;
  const unsigned index;
  std::optional<sched::Mailbox> mailbox;  ///< none in a simulation
  sched::Scope* clients = nullptr;
  bool stopped = false;
  Result<void> outcome;
};

/// One run. The first thread also watches for what ends it early, and waits for the others.
class ScenarioRun {
 public:
  ScenarioRun(const scenario::Scenario& scenario, const RunSettings& settings, const Watcher& watcher);

  Result<ScenarioResult> run();

 private:
  void run_thread(ThreadRun& thread);
  Task<Result<void>> main(ThreadRun& thread);
  Task<void> run_clients(ThreadRun& thread);
  Task<void> run_client(const scenario::Group& group, std::uint64_t index, ThreadContext& thread);

  Task<void> end_at_signal();
  Task<void> end_at_deadline();
  Task<void> show_progress();
  void stop_all(ScenarioResult::End why);
  static void stop(ThreadRun& thread);
  Progress progress() const;
  ScenarioResult collect();

  const RunSettings& settings_;
  const Watcher& watcher_;
  RunContext context_;
  std::vector<std::unique_ptr<ThreadRun>> threads_;

  // The first thread's.
  unsigned others_running_;
  sched::Event others_ended_;
  sched::Instant started_;
  sched::Duration elapsed_{};
  ScenarioResult::End end_ = ScenarioResult::End::complete;
  int signal_ = 0;
};

ScenarioRun::ScenarioRun(const scenario::Scenario& scenario, const RunSettings& settings, const Watcher& watcher)
    : settings_(settings),
      watcher_(watcher),
      context_{.scenario = scenario, .seed = settings.seed, .clients = scenario.clients(), .rendezvous = {}},
      others_running_(settings.threads - 1) {
  for (unsigned index = 0; index < settings.threads; ++index) {
    ThreadRun& thread = *threads_.emplace_back(std::make_unique<ThreadRun>(context_, index, settings.threads));
    const auto wake_waiting = [&thread] {
      thread.context.barrier_changed.set();
      thread.context.barrier_changed.reset();
    };
    if (settings.signals != nullptr) thread.mailbox.emplace();
    if (settings.threads == 1) {
      context_.rendezvous.on_change(wake_waiting);
    } else {
      context_.rendezvous.on_change([&thread, wake_waiting] { thread.mailbox->post(wake_waiting); });
    }
  }
}

Result<ScenarioResult> ScenarioRun::run() {
  sched::run_on_threads(settings_.threads, [this](unsigned index) { run_thread(*threads_[index]); });
  for (const auto& thread : threads_) {
    if (!thread->outcome) return std::unexpected(thread->outcome.error());
  }
  return collect();
}

void ScenarioRun::run_thread(ThreadRun& thread) {
  if (Result<std::unique_ptr<sched::Backend>> backend = settings_.make_backend()) {
    sched::Scheduler scheduler(std::move(*backend), {.spin = settings_.spin});
    thread.outcome = scheduler.run(main(thread));
  } else {
    thread.outcome = std::unexpected(backend.error());
  }
  if (thread.index == 0) {
    if (!thread.outcome) stop_all(ScenarioResult::End::complete);
    return;
  }
  threads_.front()->mailbox->post([this] {
    if (--others_running_ == 0) others_ended_.set();
  });
}

Task<Result<void>> ScenarioRun::main(ThreadRun& thread) {
  const bool first = thread.index == 0;
  if (first) started_ = sched::now();
  sched::Scope services;
  std::optional<server::Server> server;
  if (const LocalServer* local = settings_.server) {
    Result<std::vector<sched::Listener>> listeners = local->listeners(thread.index);
    if (!listeners) co_return std::unexpected(listeners.error());
    server.emplace(session_settings(local->options), *local->limits, server::Log());
    services.spawn(server->run(std::move(*listeners)));
  }
  if (thread.mailbox) services.spawn(thread.mailbox->deliver());
  if (first && settings_.signals != nullptr) services.spawn(end_at_signal());
  if (first) services.spawn(end_at_deadline());
  if (first && watcher_.show) services.spawn(show_progress());

  co_await run_clients(thread);
  if (first && settings_.threads > 1) {
    [[maybe_unused]] const Result<void> ended = co_await others_ended_.wait();
  }
  if (first) elapsed_ = sched::now() - started_;
  services.cancel();
  const Result<void> joined = co_await services.join();
  if (!joined && joined.error().code != sched::ErrorCode::cancelled) co_return joined;
  co_return Result<void>{};
}

Task<void> ScenarioRun::run_clients(ThreadRun& thread) {
  sched::Scope clients(sched::Scope::OnFailure::keep_siblings);
  thread.clients = &clients;
  if (thread.stopped) clients.cancel();
  std::uint64_t number = 0;
  for (const scenario::Group& group : context_.scenario.groups) {
    for (std::uint64_t index = 0; index < group.count; ++index) {
      if (number++ % settings_.threads == thread.index) clients.spawn(run_client(group, index, thread.context));
    }
  }
  [[maybe_unused]] const Result<void> joined = co_await clients.join();
  thread.clients = nullptr;
}

Task<void> ScenarioRun::run_client(const scenario::Group& group, std::uint64_t index, ThreadContext& thread) {
  Client client(group, index, thread);
  co_await client.run();
}

Task<void> ScenarioRun::end_at_signal() {
  const Result<int> first = co_await settings_.signals->next();
  if (!first) co_return;
  signal_ = *first;
  stop_all(ScenarioResult::End::signal);
  const Result<int> second = co_await settings_.signals->next();
  if (second) ::_exit(128 + *second);
}

Task<void> ScenarioRun::end_at_deadline() {
  if (co_await sched::sleep_for(settings_.time_limit)) stop_all(ScenarioResult::End::deadline);
}

Task<void> ScenarioRun::show_progress() {
  while (co_await sched::sleep_for(watcher_.every)) watcher_.show(progress());
}

void ScenarioRun::stop_all(ScenarioResult::End why) {
  if (end_ == ScenarioResult::End::complete) end_ = why;
  for (const auto& thread : threads_) {
    if (thread->index == 0) {
      stop(*thread);
    } else {
      thread->mailbox->post([&other = *thread] { stop(other); });
    }
  }
}

void ScenarioRun::stop(ThreadRun& thread) {
  thread.stopped = true;
  if (thread.clients != nullptr) thread.clients->cancel();
}

Progress ScenarioRun::progress() const {
  Progress sum{.planned = context_.clients, .elapsed = sched::now() - started_};
  for (const auto& thread : threads_) {
    const Counters& counters = thread->context.counters;
    sum.passed += counters.passed.load(std::memory_order_relaxed);
    sum.failed += counters.failed.load(std::memory_order_relaxed);
    sum.connected += counters.connected.load(std::memory_order_relaxed);
    sum.frames += counters.frames.load(std::memory_order_relaxed);
  }
  return sum;
}

ScenarioResult ScenarioRun::collect() {
  ScenarioResult result;
  result.planned = context_.clients;
  result.elapsed = elapsed_;
  result.end = end_;
  result.signal = signal_;
  for (const auto& thread : threads_) {
    const Counters& counters = thread->context.counters;
    result.passed += counters.passed;
    result.failed += counters.failed;
    result.interrupted += counters.interrupted;
    result.connected += counters.connected;
    result.frames += counters.frames;
    result.bytes_sent += counters.bytes_sent;
    result.bytes_received += counters.bytes_received;
    result.failures.merge(std::move(thread->context.failures));
  }
  return result;
}

}  // namespace

Result<ScenarioResult> run_scenario(const scenario::Scenario& scenario, const RunSettings& settings,
                                    const Watcher& watcher) {
  return ScenarioRun(scenario, settings, watcher).run();
}

}  // namespace client::run
