#pragma once

#include <atomic>

#include "scheduler/descriptor.h"
#include "scheduler/result.h"
#include "scheduler/task.h"

namespace client::run {

/// What tells all scenarios that run at a time that a signal has come to one of them. Made before the threads are, so
/// that the descriptor behind it is in the table of each.
class StopSource {
 public:
  /// Fails by a check when descriptors have run out.
  StopSource();

  /// Any thread. Whether `signal` is the first.
  bool stop(int signal);

  /// Completes with the signal when one has come, for everyone who waits and will wait. Any number of schedulers, one
  /// fiber of each. Cancellation: at once.
  sched::Task<sched::Result<int>> wait() const;

 private:
  sched::Descriptor fd_;  ///< readable from then on
  std::atomic<int> signal_{0};
};

}  // namespace client::run
