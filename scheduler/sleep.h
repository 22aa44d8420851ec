#pragma once

#include <new>

#include "scheduler/operation.h"
#include "scheduler/scheduler.h"
#include "scheduler/time.h"
#include "scheduler/timer_queue.h"

namespace sched {

/// Completes at an instant, or in the next turn when it has passed. Result: nothing. Errors: cancelled, out_of_memory.
/// Cancellation: at once.
class Sleep final : public Operation, private Timer {
 public:
  explicit Sleep(Instant until) : until_(until) {}

  const char* name() const override { return "sleep"; }
  bool attempt() override {
    try {
      Scheduler::current().timers().add(*this, until_);
      return false;
    } catch (const std::bad_alloc&) {
      result_ = failure(ErrorCode::out_of_memory, "sleep");
      return true;
    }
  }
  void cancel() override {
    Scheduler::current().timers().remove(*this);
    complete();
  }
  Result<void> await_resume() { return result_; }

 private:
  void expire() override {
    result_ = {};
    complete();
  }

  Instant until_;
  Result<void> result_ = failure(ErrorCode::cancelled, "sleep");
};

inline Sleep sleep_until(Instant until) { return Sleep(until); }
inline Sleep sleep_for(Duration wait) { return Sleep(instant_after(now(), wait)); }

}  // namespace sched
