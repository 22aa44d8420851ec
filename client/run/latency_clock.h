#pragma once

#include <utility>

#include "scheduler/scheduler.h"
#include "scheduler/time.h"

namespace client::run {

/// A client's own clock, which latencies are read from: it stands still while the client pauses because its scenario
/// says so, so that no pause of the tester is taken for one of the server.
class LatencyClock {
 public:
  /// The clock stands still as long as this is there. One at a time.
  class Stop {
   public:
    explicit Stop(LatencyClock& clock) : clock_(clock) { clock_.stopped_at_ = sched::now(); }
    ~Stop() { clock_.stopped_ += sched::now() - std::exchange(clock_.stopped_at_, sched::kNever); }
    Stop(const Stop&) = delete;
    Stop& operator=(const Stop&) = delete;

   private:
    LatencyClock& clock_;
  };

  sched::Instant now() const { return sched::now() - stopped(); }

  /// How long it has stood still so far.
  sched::Duration stopped() const {
    return stopped_at_ == sched::kNever ? stopped_ : stopped_ + (sched::now() - stopped_at_);
  }

 private:
  sched::Duration stopped_{};
  sched::Instant stopped_at_ = sched::kNever;  ///< kNever: it goes
};

}  // namespace client::run
