#include "scheduler/cancel_scope.h"

#include "scheduler/fiber.h"
#include "scheduler/scheduler.h"

namespace sched {

CancelScope::CancelScope(Instant deadline, Shield shield)
    : fiber_(Fiber::current()), outer_(fiber_.innermost_), shielded_(shield == Shield::yes) {
  // It may throw, and then there is no scope.
  if (deadline != kNever) Scheduler::current().timers().add(*this, deadline);
  fiber_.innermost_ = this;
  if (shielded_) fiber_.cancellation_changed();
}

CancelScope::~CancelScope() {
  check(fiber_.innermost_ == this, "cancel scopes are left in the order opposite to the one they were entered in");
  Scheduler::current().timers().remove(*this);
  fiber_.innermost_ = outer_;
  if (cancelled_ || shielded_) fiber_.cancellation_changed();
}

void CancelScope::cancel() {
  cancelled_ = true;
  fiber_.cancellation_changed();
}

void CancelScope::expire() {
  expired_ = true;
  cancel();
}

}  // namespace sched
