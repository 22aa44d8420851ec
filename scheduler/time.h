#pragma once

#include <chrono>

// Time as the scheduler sees it: monotonic, in nanoseconds, read by the backend alone. The simulated backend invents
// it.

namespace sched {

using Duration = std::chrono::nanoseconds;

/// Marks instants as the scheduler's own. It has no now(): `Scheduler::now()` is the one place to ask.
struct MonotonicClock {
  using duration = Duration;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<MonotonicClock, Duration>;
  static constexpr bool is_steady = true;
};

/// A point in time, since a start that means nothing outside the process.
using Instant = MonotonicClock::time_point;

/// An instant that never comes.
inline constexpr Instant kNever = Instant::max();

/// `start` + `wait`, at most kNever; a negative `wait` counts as none.
constexpr Instant instant_after(Instant start, Duration wait) {
  if (wait <= Duration::zero()) return start;
  return wait >= kNever - start ? kNever : start + wait;
}

}  // namespace sched
