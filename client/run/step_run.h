#pragma once

#include "client/scenario/source.h"
#include "scheduler/cancel_scope.h"
#include "scheduler/scheduler.h"
#include "scheduler/time.h"

namespace client::run {

/// A step while it runs: its deadline, and what the text of its failure needs.
struct StepRun {
  static constexpr sched::Duration kNoTimeout = sched::Duration::max();

  /// Began at `begin`. When `time` has passed, what the step awaits is cancelled. `name` is the key in the file that
  /// sets the time.
  explicit StepRun(const scenario::Place& at, sched::Duration time = kNoTimeout, const char* name = "timeout",
                   sched::Instant begin = sched::now())
      : place(&at), timeout(time), timeout_name(name), started(begin), limit(sched::instant_after(started, time)) {}

  const scenario::Place* place;  ///< what a failure points to: the step, or the part of it that runs
  const sched::Duration timeout;
  const char* const timeout_name;
  const sched::Instant started;
  sched::CancelScope limit;
};

}  // namespace client::run
