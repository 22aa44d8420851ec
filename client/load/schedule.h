#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "scheduler/time.h"

// The arrivals of an open load: when iterations are to start, whatever became of earlier ones.

namespace client::load {

enum class Arrival : std::uint8_t {
  constant,  ///< as evenly as the rate says
  poisson,   ///< independently of each other, as the requests of many users come
};

/// The rate goes in a straight line from what it was to `rate` within `duration`.
struct Stage {
  double rate = 0;             ///< iterations a second, not negative
  sched::Duration duration{};  ///< not negative
};

/// When iterations are to start, for one of `threads` that share the rate. All of them together make the starts of a
/// single one (constant), or starts of the same rate (poisson). What a thread gets depends on the arguments alone.
class Schedule {
 public:
  /// `thread` counts from 0; `seed` is for Poisson arrivals.
  Schedule(double first_rate, const std::vector<Stage>& stages, Arrival arrival, unsigned thread, unsigned threads,
           std::uint64_t seed);

  /// The next start, from the load's beginning, never earlier than the one before; nothing when the stages are over.
  std::optional<sched::Duration> next();

 private:
  /// A stage with what went before. Iterations are counted in billionths, so that a rate a second and a duration in
  /// nanoseconds give whole numbers.
  struct Segment {
    double first_rate = 0;
    double last_rate = 0;
    sched::Duration begin{};
    sched::Duration duration{};
    double begin_count = 0;  ///< iterations that are to start before it
    double end_count = 0;    ///< and those until its end
  };

  /// From the segment's begin until `count` iterations, which it reaches, are to have started.
  static double time_within(const Segment& segment, double count);

  double step();

  Arrival arrival_;
  double threads_;
  std::uint64_t random_state_;
  double position_;  ///< iterations that are to start before the thread's next one
  std::vector<Segment> segments_;
  std::size_t segment_ = 0;  ///< the one that the last start was in
  sched::Duration last_{};
};

}  // namespace client::load
