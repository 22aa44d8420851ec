#pragma once

#include "client/run/client.h"
#include "scheduler/scheduler.h"

namespace client::run {

/// A step while it runs.
class Client::StepRun {
 public:
  /// Begins now. When `timeout` has passed, what the step awaits is cancelled.
  StepRun(const scenario::Place& at, sched::Duration time)
      : place(at), timeout(time), started(sched::now()), limit(sched::instant_after(started, time)) {}

  const scenario::Place& place;
  const sched::Duration timeout;
  const sched::Instant started;
  sched::CancelScope limit;
  std::vector<std::string> skipped;  ///< frames that mode `until` passed over: the first few, quoted
  std::uint64_t skipped_count = 0;
};

}  // namespace client::run
