#include "server/program.h"

#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <barrier>
#include <cstdio>
#include <memory>
#include <new>
#include <optional>
#include <thread>
#include <utility>

#include <fmt/format.h>

#include "scheduler/event.h"
#include "scheduler/file.h"
#include "scheduler/mailbox.h"
#include "scheduler/process.h"
#include "scheduler/scheduler.h"
#include "scheduler/signals.h"
#include "scheduler/threads.h"
#include "server/ready.h"
#include "server/server.h"
#include "text/escape.h"
#include "transports/bind.h"

namespace server {

namespace {

using sched::Result;
using sched::Task;

constexpr int kFailed = 1;
constexpr int kCouldNotStart = 3;

int refuse(const std::string& why) {
  std::fprintf(stderr, "echo_server: %s\n", text::escape(why).c_str());
  return kCouldNotStart;
}

/// The server of one thread, and how it is told to drain.
struct Worker {
  explicit Worker(Log thread_log) : log(std::move(thread_log)) {}

  Log log;
  sched::Mailbox mailbox;
  sched::Scope* serving = nullptr;
  bool draining = false;
  Result<void> started;
  Result<void> served;

  /// On the worker's own thread.
  void drain() {
    draining = true;
    if (serving != nullptr) serving->cancel();
  }
};

/// One run of echo_server.
class Program {
 public:
  Program(const Options& options, std::vector<transport::BoundSocket> bound, unsigned threads)
      : options_(options),
        bound_(std::move(bound)),
        limits_(connection_limits(options, threads)),
        all_started_(threads, AllStarted{*this}),
        serving_(threads) {
    const Log log = Log::to_descriptor(STDERR_FILENO, options.log_level, options.log_format);
    for (unsigned index = 0; index < threads; ++index) workers_.push_back(std::make_unique<Worker>(log));
  }

  int run();

 private:
  /// What the last thread to have started does for all.
  struct AllStarted {
    Program& program;
    void operator()() noexcept { program.is_ready_ = program.have_started() && program.say_ready(); }
  };

  void run_worker(unsigned index);
  Result<void> start(unsigned index, std::optional<sched::Scheduler>& scheduler,
                     std::vector<sched::Listener>& listeners);
  std::vector<sched::Descriptor> take_sockets(unsigned index);
  bool have_started() const;
  bool say_ready() const;
  void tell_backend(Log& log, const sched::ChosenBackend& chosen) const;
  Task<Result<void>> main(unsigned index, std::vector<sched::Listener> listeners);
  bool has_spawned(unsigned index, Server& server, std::vector<sched::Listener> listeners, sched::Scope& serving,
                   sched::Scope& services);
  void has_ended();
  void obey(int signal);
  void drain_all();

  const Options& options_;
  std::vector<transport::BoundSocket> bound_;
  std::vector<std::vector<int>> sockets_by_thread_;  ///< of each in `bound_`; owned by the threads
  ConnectionLimits limits_;
  sched::Signals signals_{SIGTERM, SIGINT, SIGHUP};
  bool is_draining_ = false;  ///< the first thread's own
  std::vector<std::unique_ptr<Worker>> workers_;
  std::barrier<AllStarted> all_started_;
  bool is_ready_ = false;   ///< all threads serve, and whoever waits for that has been told
  unsigned serving_;        ///< threads that have not ended; the first thread's own
  sched::Event all_ended_;  ///< likewise
};

int Program::run() {
  if (const Result<void> opened = signals_.opened(); !opened) {
    return refuse("cannot start: " + describe(opened.error()));
  }
  for (transport::BoundSocket& bound : bound_) {
    std::vector<int>& by_thread = sockets_by_thread_.emplace_back();
    for (sched::Descriptor& socket : bound.sockets) by_thread.push_back(socket.release());
  }
  const auto threads = static_cast<unsigned>(workers_.size());
  const Result<void> ran = sched::run_on_threads(threads, [this](unsigned index) { run_worker(index); });
  if (!ran) return refuse(fmt::format("cannot start {} threads: {}", threads, describe(ran.error())));
  if (!is_ready_) return kCouldNotStart;
  for (const auto& worker : workers_) {
    if (worker->served) continue;
    std::fprintf(stderr, "echo_server: %s\n", describe(worker->served.error()).c_str());
    return kFailed;
  }
  return 0;
}

void Program::run_worker(unsigned index) {
  Worker& worker = *workers_[index];
  std::optional<sched::Scheduler> scheduler;
  std::vector<sched::Listener> listeners;
  try {
    worker.started = start(index, scheduler, listeners);
  } catch (const std::bad_alloc&) {
    worker.started = sched::failure(sched::ErrorCode::out_of_memory, "start");
  }
  all_started_.arrive_and_wait();
  if (!is_ready_) return;
  try {
    worker.served = scheduler->run(main(index, std::move(listeners)));
  } catch (const std::bad_alloc&) {
    worker.served = sched::failure(sched::ErrorCode::out_of_memory, "start");
    drain_all();
  }
  if (index != 0) workers_.front()->mailbox.post([this] { has_ended(); });
}

/// Makes this thread's scheduler, and its listeners on it.
Result<void> Program::start(unsigned index, std::optional<sched::Scheduler>& scheduler,
                            std::vector<sched::Listener>& listeners) {
  if (const Result<void> opened = workers_[index]->mailbox.opened(); !opened) return opened;
  Result<sched::ChosenBackend> chosen = sched::make_backend(options_.backend);
  if (!chosen) return std::unexpected(chosen.error());
  if (index == 0) tell_backend(workers_.front()->log, *chosen);
  scheduler.emplace(std::move(chosen->backend), sched::Scheduler::Options{.spin = options_.spin});
  for (sched::Descriptor& socket : take_sockets(index)) {
    Result<sched::Listener> listener = sched::adopt_listener(std::move(socket), {.streams = stream_options(options_)});
    if (!listener) return std::unexpected(listener.error());
    listeners.push_back(std::move(*listener));
  }
  return {};
}

/// This thread's sockets. All threads have all of them in their descriptor tables; the others' are closed here, so that
/// a socket is gone when its own thread closes it.
std::vector<sched::Descriptor> Program::take_sockets(unsigned index) {
  std::vector<sched::Descriptor> own;
  for (const std::vector<int>& by_thread : sockets_by_thread_) {
    for (unsigned thread = 0; thread < by_thread.size(); ++thread) {
      sched::Descriptor socket(by_thread[thread]);
      if (thread == index) own.push_back(std::move(socket));
    }
  }
  return own;
}

void Program::tell_backend(Log& log, const sched::ChosenBackend& chosen) const {
  if (!chosen.reason.empty()) log.write(LogLevel::warn, "backend", "{}", {{"reason", chosen.reason}});
  log.write(LogLevel::debug, "started", "serving with {} on {} threads",
            {{"backend", chosen.backend->name()}, {"threads", static_cast<std::int64_t>(workers_.size())}});
}

/// Whether every thread has started; says why the first did not.
bool Program::have_started() const {
  for (const auto& worker : workers_) {
    if (worker->started) continue;
    const bool forced = options_.backend == sched::BackendKind::io_uring && !is_shortage(worker->started.error());
    refuse(fmt::format("cannot start: {}{}", describe(worker->started.error()),
                       forced ? "; --backend auto takes epoll where io_uring is not to be had" : ""));
    return false;
  }
  return true;
}

/// Tells who waits for the server that it serves.
bool Program::say_ready() const {
  std::vector<transport::Url> urls;
  urls.reserve(bound_.size());
  for (const transport::BoundSocket& bound : bound_) urls.push_back(bound.url);
  const std::vector<std::string> objects = ready_objects(urls, ::getpid());
  if (!options_.port_file.empty()) {
    const auto written = write_port_file(options_.port_file, objects);
    if (!written) return refuse(written.error()), false;
  }
  // At once: who has read the first line may have gone.
  std::string lines;
  for (const std::string& object : objects) lines += fmt::format("READY {}\n", object);
  const Result<void> written = sched::write_all(STDOUT_FILENO, lines);
  if (!written) return refuse("cannot write READY to standard output: " + describe(written.error())), false;
  return true;
}

Task<Result<void>> Program::main(unsigned index, std::vector<sched::Listener> listeners) {
  Worker& worker = *workers_[index];
  Server server(session_settings(options_), limits_, worker.log);
  sched::Scope serving;
  sched::Scope services(sched::Scope::OnFailure::keep_siblings);
  worker.serving = &serving;
  const bool has_all = has_spawned(index, server, std::move(listeners), serving, services);
  if (worker.draining || !has_all) serving.cancel();
  Result<void> served = co_await serving.join();
  worker.serving = nullptr;
  if (!has_all) served = sched::failure(sched::ErrorCode::out_of_memory, "start");
  if (!served) drain_all();
  // The first thread stays until the last has ended: a second signal is for all of them.
  if (index == 0) {
    has_ended();
    if (has_all) co_await all_ended_.wait();
  }
  services.cancel();
  [[maybe_unused]] const Result<void> ended = co_await services.join();
  co_return served;
}

/// False if there is no memory for all that a thread does.
bool Program::has_spawned(unsigned index, Server& server, std::vector<sched::Listener> listeners, sched::Scope& serving,
                          sched::Scope& services) {
  try {
    services.spawn(workers_[index]->mailbox.deliver());
    if (index == 0) services.spawn(signals_.deliver([this](int signal) { obey(signal); }));
    serving.spawn(server.run(std::move(listeners)));
    return true;
  } catch (const std::bad_alloc&) {
    return false;
  }
}

/// One more thread has: on the first.
void Program::has_ended() {
  if (--serving_ == 0) all_ended_.set();
}

void Program::obey(int signal) {
  Log& log = workers_.front()->log;
  const char* name = ::sigabbrev_np(signal);
  if (signal == SIGHUP) {
    log.write(LogLevel::info, "hangup", "{}: there is nothing to read again; serving goes on", {{"signal", name}});
    return;
  }
  if (std::exchange(is_draining_, true)) {
    bound_.clear();  // The files of Unix sockets.
    ::_exit(128 + signal);
  }
  log.write(LogLevel::info, "draining", "draining, because of {}", {{"signal", name}});
  workers_.front()->drain();
  drain_all();
}

/// From any thread, each of which does it for itself.
void Program::drain_all() {
  for (const auto& worker : workers_) {
    worker->mailbox.post([&worker = *worker] { worker.drain(); });
  }
}

}  // namespace

int run_program(const Options& options) {
  sched::prepare_process();
  const unsigned threads = options.threads != 0 ? options.threads : std::max(1U, std::thread::hardware_concurrency());
  auto sockets = transport::bind(options.urls, stream_options(options), threads);
  if (!sockets) return refuse(sockets.error());
  return Program(options, std::move(*sockets), threads).run();
}

}  // namespace server
