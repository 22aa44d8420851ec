#pragma once

#include <algorithm>
#include <chrono>

#include "scheduler/event.h"
#include "scheduler/scheduler.h"
#include "scheduler/time.h"
#include "scheduler/timer_queue.h"

namespace sched {

/// How long whoever has run out of something waits before they try again: a little at first, twice as long each time,
/// until it was there again. It needs no memory when it is taken, for it may be memory that has run out: its place
/// among the timers is kept from the start. Several fibers may take it together. It belongs to one scheduler's thread.
class Rest final : private Timer {
 public:
  /// Few enough wake-ups that they cost nothing, and a second is not over before what is there again is found. Throws
  /// std::bad_alloc.
  explicit Rest(Duration first = std::chrono::milliseconds(50), Duration longest = std::chrono::milliseconds(800))
      : first_(first), longest_(longest), next_(first) {
    Scheduler::current().timers().add(*this, kNever);
  }
  ~Rest() { Scheduler::current().timers().remove(*this); }

  /// Completes when the rest is over; one that others have begun is joined. Errors: cancelled. Cancellation: at once.
  Event::Wait take() {
    if (!is_taken_) {
      is_taken_ = true;
      over_.reset();
      move_to(instant_after(now(), next_));
      next_ = std::min(next_ * 2, longest_);
    }
    return over_.wait();
  }

  /// Something may be there again: a rest that is taken is over now.
  void end() {
    if (!is_taken_) return;
    is_taken_ = false;
    move_to(kNever);
    over_.set();
  }

  /// It was there again: the next rest is as short as the first.
  void begin_anew() { next_ = first_; }

 private:
  void expire() override {
    Scheduler::current().timers().add(*this, kNever);
    is_taken_ = false;
    over_.set();
  }

  // What has just left the queue has left its room there.
  void move_to(Instant at) {
    TimerQueue& timers = Scheduler::current().timers();
    timers.remove(*this);
    timers.add(*this, at);
  }

  const Duration first_;
  const Duration longest_;
  Duration next_;
  Event over_;
  bool is_taken_ = false;
};

}  // namespace sched
