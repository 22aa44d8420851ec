#pragma once

#include "scheduler/result.h"
#include "scheduler/time.h"
#include "scheduler/timer_queue.h"

// CancelScope: a part of a fiber's work that can be cancelled by itself, by hand or at an instant. A timeout is this:
//
//   CancelScope limit(instant_after(sched::now(), 5s));
//   auto received = co_await stream.receive();
//   if (limit.expired()) ...
//
// Cancelling asks the operation that the fiber is parked on to end, and lets no other start until the scope is left.
// Scopes nest and are left in the opposite order; the one that is destroyed first is the one that was made last. All
// belong to one fiber, and are used on its thread.

namespace sched {

class Fiber;

class CancelScope final : private Timer {
 public:
  /// Whether cancellation from outside is felt inside.
  enum class Shield : bool { no, yes };

  /// Cancelled at `deadline`, if it is still there. A shielded scope hides the cancellation of the fiber and of the
  /// scopes around it: for the orderly end of what was cancelled, always with a deadline. Throws std::bad_alloc.
  explicit CancelScope(Instant deadline = kNever, Shield shield = Shield::no);
  ~CancelScope();

  CancelScope(const CancelScope&) = delete;
  CancelScope& operator=(const CancelScope&) = delete;

  void cancel();

  /// Whether the deadline has passed while the scope was there.
  bool expired() const { return expired_; }
  bool cancelled() const { return cancelled_; }

  /// Says of `result` what the scope knows: "cancelled" becomes "timed out" when it was this scope's deadline.
  template <typename T>
  Result<T> outcome(Result<T> result) const {
    if (!result && result.error().code == ErrorCode::cancelled && expired_) {
      return failure(ErrorCode::timed_out, result.error().operation);
    }
    return result;
  }

 private:
  friend class Fiber;

  void expire() override;

  Fiber& fiber_;
  CancelScope* const outer_;
  const bool shielded_;
  bool cancelled_ = false;
  bool expired_ = false;
};

}  // namespace sched
