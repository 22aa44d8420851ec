#pragma once

#include <functional>
#include <mutex>
#include <vector>

#include "scheduler/descriptor.h"
#include "scheduler/result.h"
#include "scheduler/task.h"

namespace sched {

/// How other threads reach a scheduler: they post calls, and a fiber of the scheduler makes them on its own thread, in
/// the order they were posted. Nothing else in the library may be used from two threads.
class Mailbox {
 public:
  /// Fails as eventfd(2) does, by a check: it is made at the start.
  Mailbox();

  /// Any thread, also before anyone delivers. The call is made once, or never if the mailbox is destroyed first.
  void post(std::function<void()> call);

  /// Makes the calls as they come, until cancelled. On one fiber of the scheduler they are meant for.
  Task<Result<void>> deliver();

 private:
  Descriptor fd_;
  std::mutex mutex_;
  std::vector<std::function<void()>> posted_;
};

}  // namespace sched
