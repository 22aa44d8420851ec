#pragma once

#include <coroutine>
#include <memory>

#include "scheduler/intrusive_list.h"
#include "scheduler/result.h"
#include "scheduler/task.h"

// Fiber: one line of execution, that is a root task and the tasks it awaits. It has one place where it waits, its
// parked operation, and therefore cancelling a fiber is cancelling that operation. Scopes make fibers; users see only
// Fiber::current() and what it says about itself.

namespace sched {

class CancelScope;
class Operation;
class Scheduler;
class Scope;

struct ReadyTag;
struct SiblingTag;

class Fiber : public ListNode<ReadyTag>, public ListNode<SiblingTag> {
 public:
  /// The fiber that runs on this thread now; there must be one.
  static Fiber& current();

  /// Whether operations end as cancelled: the fiber or one of the cancel scopes it is in was cancelled, and no shield
  /// stands between.
  bool is_cancelled() const { return cancelled_here_; }

  /// What it waits for; null while it runs or is about to start.
  const Operation* waiting_for() const { return waiting_for_; }

 private:
  friend class CancelScope;
  friend class Operation;
  friend class Scheduler;
  friend class Scope;

  using Outcome = Result<void> (*)(std::coroutine_handle<>);

  static void* operator new(std::size_t size) { return frame_pool::allocate(size); }
  static void operator delete(void* memory, std::size_t size) noexcept { frame_pool::release(memory, size); }

  /// Takes over the frame `root` of a task; `outcome` reads its result at the end. `scope` is null for the first fiber.
  Fiber(Scope* scope, std::coroutine_handle<> root, Outcome outcome)
      : resume_point_(root), root_(root), scope_(scope), outcome_(outcome) {}
  ~Fiber() { root_.destroy(); }

  void cancel();
  void cancellation_changed();
  void park(Operation& operation, std::coroutine_handle<> resume_point) {
    waiting_for_ = &operation;
    resume_point_ = resume_point;
  }

  // What a turn looks at comes first, and shares a cache line.
  Operation* waiting_for_ = nullptr;
  std::coroutine_handle<> resume_point_;
  bool cancelled_ = false;
  bool cancelled_here_ = false;
  std::coroutine_handle<> root_;
  Scope* scope_;
  CancelScope* innermost_ = nullptr;
  Outcome outcome_;
};

}  // namespace sched
