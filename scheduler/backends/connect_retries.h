#pragma once

#include <algorithm>

#include "scheduler/stream.h"
#include "scheduler/time.h"

namespace sched {

/// Connects to Unix sockets whose backlog is full: the kernel says EAGAIN (connect(2)) and tells nobody when there is
/// room, so they are tried again a little later.
class ConnectRetries {
 public:
  void add(ConnectOperation& operation) { waiting_.push_back(operation); }
  void remove(ConnectOperation& operation) {
    if (operation.is_linked()) operation.unlink();
  }

  /// How long a backend may wait that would wait for `wait`.
  Duration limit(Duration wait) const { return waiting_.empty() ? wait : std::min(wait, kPause); }

  /// After the wait: all are attempted again.
  void wake() {
    while (QueuedOperation* operation = waiting_.pop_front()) operation->wake();
  }

 private:
  static constexpr Duration kPause = std::chrono::milliseconds(1);

  WaitList waiting_;
};

}  // namespace sched
