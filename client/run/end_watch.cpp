#include "client/run/end_watch.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

#include "scheduler/make_backend.h"
#include "scheduler/readiness.h"
#include "scheduler/scheduler.h"
#include "scheduler/scope.h"
#include "scheduler/sleep.h"
#include "scheduler/threads.h"

namespace client::run {

using sched::Result;
using sched::Task;

EndWatch::EndWatch(StopSource& stop, sched::Duration limit)
    : stop_(stop), limit_(limit), ended_(::eventfd(0, EFD_CLOEXEC)), opened_(signals_.opened()) {
  if (!ended_) opened_ = sched::system_error("eventfd", errno);
  if (!opened_) return;
  try {
    thread_ = std::jthread([this] { run(); });
    // What is opened from now on is closed where it was opened, and is not kept open here.
    has_begun_.wait();
  } catch (const std::system_error& error) {
    opened_ = sched::system_error("clone", error.code().value());
  }
}

EndWatch::~EndWatch() {
  if (!thread_.joinable()) return;
  ::eventfd_write(ended_.get(), 1);
  thread_.join();
}

void EndWatch::run() {
  const Result<void> copied = sched::unshare_descriptors();
  Result<sched::ChosenBackend> chosen = sched::make_backend(sched::BackendKind::epoll);
  if (!copied) opened_ = copied;
  if (copied && !chosen) opened_ = std::unexpected(chosen.error());
  const bool has_all = opened_.has_value();
  has_begun_.count_down();
  if (!has_all) return;
  sched::Scheduler scheduler(std::move(chosen->backend));
  scheduler.run(watch());
}

Task<void> EndWatch::watch() {
  sched::Scope watching(sched::Scope::OnFailure::keep_siblings);
  watching.spawn(stop_at_signals());
  watching.spawn(stop_at_limit());
  [[maybe_unused]] const Result<void> ended = co_await sched::wait_until_ready(ended_.get(), sched::Ready::to_read);
  watching.cancel();
  [[maybe_unused]] const Result<void> joined = co_await watching.join();
}

Task<void> EndWatch::stop_at_signals() {
  for (bool is_first = true;; is_first = false) {
    const Result<int> signal = co_await signals_.next();
    if (!signal) co_return;
    if (!is_first) ::_exit(128 + *signal);
    stop_.stop({.signal = *signal});
  }
}

Task<void> EndWatch::stop_at_limit() {
  if (co_await sched::sleep_for(limit_)) stop_.stop({});
}

}  // namespace client::run
