#pragma once

#include <cstddef>
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
  Mailbox();

  /// Whether it can be used. Errors: of eventfd(2).
  Result<void> opened() const { return opened_; }

  /// Any thread, also before anyone delivers. The call is made once, or never if the mailbox is destroyed first. It
  /// needs no memory of its own while no more than kRoom calls wait. Throws std::bad_alloc.
  void post(std::function<void()> call);

  static constexpr std::size_t kRoom = 16;

  /// Makes the calls as they come, until cancelled; where the system cannot say when they do, it looks now and then. On
  /// one fiber of the scheduler they are meant for.
  Task<Result<void>> deliver();

 private:
  Descriptor fd_;
  Result<void> opened_;
  std::mutex mutex_;
  std::vector<std::function<void()>> posted_;
  std::vector<std::function<void()>> delivered_;  ///< those that are being made
};

}  // namespace sched
