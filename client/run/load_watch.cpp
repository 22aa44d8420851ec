#include "client/run/load_watch.h"

#include <algorithm>
#include <utility>

#include "client/run/thread_load.h"
#include "scheduler/scheduler.h"

namespace client::run {

sched::Duration interval_of(const scenario::Load& load) {
  constexpr int kLines = 60;
  return std::max(std::chrono::ceil<std::chrono::seconds>((load.warmup + load.duration) / kLines),
                  std::chrono::seconds(1));
}

LoadProgress LoadWatch::next(const std::vector<const ThreadLoad*>& threads, const scenario::Load& load,
                             sched::Instant begin) {
  const sched::Instant now = sched::now();
  const bool is_warming_up = now < begin + load.warmup;
  LoadProgress progress;
  progress.is_warming_up = is_warming_up;
  load::Histogram response;
  std::uint64_t completed = 0;
  for (const ThreadLoad* thread : threads) {
    const load::Meter& meter = thread->meter();
    response.merge(thread->response());
    completed += meter.counts.completed;
    progress.in_flight += meter.counts.in_flight();
    progress.errors += is_warming_up ? meter.counts.warmup_errors : meter.counts.errors;
    progress.dropped += meter.counts.dropped;
  }
  const std::chrono::duration<double> passed = now - std::max(told_at_, begin);
  if (passed.count() > 0) progress.rate = static_cast<double>(completed - completed_) / passed.count();
  progress.response = response;
  progress.response.subtract(response_);
  told_at_ = now;
  completed_ = completed;
  response_ = std::move(response);
  return progress;
}

}  // namespace client::run
