#include "client/run/end_watch.h"

#include <sched.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cstdint>

#include "scheduler/check.h"
#include "scheduler/make_backend.h"
#include "scheduler/readiness.h"
#include "scheduler/scheduler.h"
#include "scheduler/scope.h"
#include "scheduler/sleep.h"

namespace client::run {

using sched::Result;
using sched::Task;

EndWatch::EndWatch(StopSource& stop, sched::Duration limit)
    : stop_(stop), limit_(limit), ended_(::eventfd(0, EFD_CLOEXEC)), thread_([this] { run(); }) {
  // What is opened from now on is closed where it was opened, and is not kept open here.
  table_copied_.wait();
}

EndWatch::~EndWatch() {
  ::eventfd_write(ended_.get(), 1);
  thread_.join();
}

void EndWatch::run() {
  sched::check(::unshare(CLONE_FILES) == 0, "a thread cannot have a descriptor table of its own");
  table_copied_.count_down();
  Result<sched::ChosenBackend> chosen = sched::make_backend(sched::BackendKind::epoll);
  sched::check(chosen.has_value(), "there is no epoll");
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
