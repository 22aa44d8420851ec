#pragma once

#include <atomic>
#include <optional>

#include "scheduler/descriptor.h"
#include "scheduler/result.h"
#include "scheduler/task.h"

namespace client::run {

/// Why a run is to end before it is done.
struct StopReason {
  int signal = 0;  ///< 0: its time is over

  bool operator==(const StopReason&) const = default;
};

/// What tells all scenarios of an invocation that they are to end. Made before the threads are, so that the descriptor
/// behind it is in the table of each.
class StopSource {
 public:
  StopSource();

  /// Whether it can be used. Errors: of eventfd(2).
  sched::Result<void> opened() const { return opened_; }

  /// Any thread. Whether `reason` is the first; the others change nothing.
  bool stop(StopReason reason);

  /// Any thread. Nothing as long as everything may go on.
  std::optional<StopReason> reason() const;

  /// Completes with the reason when there is one, for everyone who waits and will wait. Any number of schedulers of
  /// this machine, one fiber of each. Cancellation: at once.
  sched::Task<sched::Result<StopReason>> wait() const;

 private:
  static constexpr int kNone = -1;

  sched::Descriptor fd_;  ///< readable from then on
  sched::Result<void> opened_;
  std::atomic<int> signal_{kNone};
};

}  // namespace client::run
