#pragma once

#include <coroutine>

#include "scheduler/intrusive_list.h"

// Operation: what a fiber waits for. Every leaf awaitable of the library (receive, send, sleep, wait for an event,
// join) is one. It lives in the frame of the coroutine that awaits it.
//
//   co_await  ─▶  attempt()  ── true ──▶  await_resume()             it was done at once
//                     │ false
//                     ▼
//                  parked  ── complete() ──▶  ready queue  ──▶  await_resume()
//                     ▲  └─── wake() ──────▶  ready queue  ──▶  attempt() again, true or parked once more
//
// An operation ends exactly once, with its result or as cancelled. In a cancelled fiber it does not start: it ends as
// cancelled at once.

namespace sched {

class Fiber;

class Operation {
 public:
  Operation() = default;
  Operation(const Operation&) = delete;
  Operation& operator=(const Operation&) = delete;

  /// The field's word for it, for diagnostics: "receive".
  virtual const char* name() const = 0;

  /// Ends a parked operation because its turn has come to be tried again. For the scheduler and for whoever wakes.
  /// True: it is done and its result is there. False: it is parked, and someone will wake or complete it.
  virtual bool attempt() = 0;

  /// Asks a parked operation that is not done to end. It ends through complete(), now or when the kernel has let go of
  /// it, as cancelled or with the result that came first. A second request changes nothing.
  virtual void cancel() = 0;

  /// Done: the fiber is resumed in its turn.
  void complete();

  /// Something may have changed: the operation, which is parked, is attempted again when the fiber's turn comes. Not
  /// from within its own attempt().
  void wake();

  bool is_done() const { return done_; }
  Fiber& fiber() const { return *fiber_; }

  // The awaitable protocol. A derived class adds await_resume(), which returns the result.
  bool await_ready();
  void await_suspend(std::coroutine_handle<> handle);

 protected:
  ~Operation() = default;

  /// Starts whether or not the fiber is cancelled; await_ready for operations that have to.
  bool begin();

 private:
  friend class Scheduler;

  Fiber* fiber_ = nullptr;
  bool done_ = false;
};

struct WaiterTag;

/// An operation that can wait in a line.
class QueuedOperation : public Operation, public ListNode<WaiterTag> {
 protected:
  ~QueuedOperation() = default;
};

/// Operations that wait in a line, first come first served.
using WaitList = IntrusiveList<QueuedOperation, WaiterTag>;

}  // namespace sched
