#include "scheduler/scope.h"

#include "scheduler/scheduler.h"

namespace sched {

Scope::Scope(OnFailure on_failure) : scheduler_(Scheduler::current()), on_failure_(on_failure) {}

Scope::~Scope() { check(size_ == 0, "a scope ends while children run: it has to be joined first"); }

void Scope::start(std::coroutine_handle<> root, Fiber::Outcome outcome) {
  Fiber* child = nullptr;
  try {
    child = new Fiber(this, root, outcome);
  } catch (const std::bad_alloc&) {
    root.destroy();
    throw;
  }
  children_.push_back(*child);
  ++size_;
  if (cancelled_) child->cancel();
  scheduler_.make_ready(*child);
}

void Scope::cancel() {
  cancelled_ = true;
  for (Fiber* child = children_.front(); child != nullptr; child = children_.next(*child)) child->cancel();
}

void Scope::child_ended(Fiber& child) {
  static_cast<ListNode<SiblingTag>&>(child).unlink();
  --size_;
  const Result<void> outcome = child.outcome_(child.root_);
  delete &child;
  if (!outcome && first_failure_) {
    first_failure_ = outcome;
    if (on_failure_ == OnFailure::cancel_siblings) cancel();
  }
  if (size_ == 0 && joining_ != nullptr) joining_->complete();
}

bool Scope::Join::attempt() {
  scope_.joining_ = scope_.size_ == 0 ? nullptr : this;
  return scope_.joining_ == nullptr;
}

bool Scope::Join::await_ready() {
  if (Fiber::current().is_cancelled()) scope_.cancel();
  return begin();
}

}  // namespace sched
