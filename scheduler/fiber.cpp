#include "scheduler/fiber.h"

#include "scheduler/cancel_scope.h"
#include "scheduler/operation.h"
#include "scheduler/scheduler.h"

namespace sched {

Fiber& Fiber::current() {
  Fiber* fiber = Scheduler::current().running_;
  check(fiber != nullptr, "only a fiber can do this, and none is running");
  return *fiber;
}

void Fiber::cancel() {
  cancelled_ = true;
  cancellation_changed();
}

void Fiber::cancellation_changed() {
  const CancelScope* scope = innermost_;
  while (scope != nullptr && !scope->cancelled_ && !scope->shielded_) scope = scope->outer_;
  cancelled_here_ = scope != nullptr ? scope->cancelled_ : cancelled_;
  if (cancelled_here_ && waiting_for_ != nullptr && !waiting_for_->is_done()) waiting_for_->cancel();
}

}  // namespace sched
