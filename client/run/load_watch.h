#pragma once

#include <cstdint>
#include <vector>

#include "client/load/histogram.h"
#include "client/run/load_result.h"
#include "client/scenario/workload.h"
#include "scheduler/time.h"

namespace client::run {

class ThreadLoad;

/// How often the progress of a load is told: each second, but not more than about sixty times.
sched::Duration interval_of(const scenario::Load& load);

/// Tells how a load goes on, interval by interval. On the first thread's scheduler, while the others measure.
class LoadWatch {
 public:
  /// What has happened since it was asked last, on all threads. The load has begun at `begin`.
  LoadProgress next(const std::vector<const ThreadLoad*>& threads, const scenario::Load& load, sched::Instant begin);

 private:
  sched::Instant told_at_{};
  std::uint64_t completed_ = 0;
  load::Histogram response_;
};

}  // namespace client::run
