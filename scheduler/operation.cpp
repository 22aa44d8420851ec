#include "scheduler/operation.h"

#include "scheduler/fiber.h"
#include "scheduler/scheduler.h"

namespace sched {

bool Operation::begin() {
  fiber_ = &Fiber::current();
  done_ = attempt();
  return done_ && Scheduler::current().may_go_on();
}

bool Operation::await_ready() {
  fiber_ = &Fiber::current();
  done_ = fiber_->is_cancelled() || attempt();
  return done_ && Scheduler::current().may_go_on();
}

void Operation::await_suspend(std::coroutine_handle<> handle) {
  fiber_->park(*this, handle);
  if (done_) Scheduler::current().defer(*fiber_);
}

void Operation::complete() {
  done_ = true;
  Scheduler::current().make_ready(*fiber_);
}

void Operation::wake() { Scheduler::current().make_ready(*fiber_); }

}  // namespace sched
