#pragma once

#include <latch>
#include <thread>

#include "client/run/stop_source.h"
#include "scheduler/descriptor.h"
#include "scheduler/result.h"
#include "scheduler/signals.h"
#include "scheduler/task.h"
#include "scheduler/time.h"

namespace client::run {

/// Watches for what ends an invocation early, a signal (sched::Signals::to_end) or that its time is over, and tells a
/// StopSource. It has a thread of its own and the clock of this machine, so that it also watches over simulated runs
/// and over what happens between two runs. A second signal ends the process at once, with 128 + its number.
class EndWatch {
 public:
  /// `stop` outlives it; the time is `limit` from now. Made before the threads that inherit its mask of signals.
  EndWatch(StopSource& stop, sched::Duration limit);

  /// Whether it watches. Errors: of signalfd(2), eventfd(2), epoll_create1(2), clone(2), unshare(2).
  sched::Result<void> opened() const { return opened_; }

  /// Signals have their usual meaning again.
  ~EndWatch();

  EndWatch(const EndWatch&) = delete;
  EndWatch& operator=(const EndWatch&) = delete;

 private:
  void run();
  sched::Task<void> watch();
  sched::Task<void> stop_at_signals();
  sched::Task<void> stop_at_limit();

  StopSource& stop_;
  const sched::Duration limit_;
  sched::Signals signals_ = sched::Signals::to_end();
  sched::Descriptor ended_;  ///< an eventfd
  sched::Result<void> opened_;
  std::latch has_begun_{1};
  std::jthread thread_;
};

}  // namespace client::run
