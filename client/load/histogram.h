#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "scheduler/time.h"

// Durations from 1 ns to 1 h, counted in slots that are exact to three significant digits: the layout of HdrHistogram
// (lowest discernible value 1, highest trackable value 3600000000000, 3 digits), so that its tools read what is counted
// here.

namespace client::load {

/// Up to 2047 ns each nanosecond has a slot; from there on each power of two is cut into 1024 slots of the same width.
/// Durations beyond the ends count as the ends, 0 ns and 1 h.
namespace slots {

inline constexpr sched::Duration kLongest = std::chrono::hours(1);
inline constexpr std::size_t kCount = 33 * std::size_t{1024};

/// Where `duration` is counted.
std::size_t of(sched::Duration duration);

/// The ends of the durations that slot `index` counts, both included.
sched::Duration lowest(std::size_t index);
sched::Duration highest(std::size_t index);

}  // namespace slots

/// Counts of durations. A plain value of 264 KiB; one that was moved from can only be assigned to.
class Histogram {
 public:
  Histogram() : counts_(slots::kCount) {}

  void record(sched::Duration value, std::uint64_t count = 1);

  void merge(const Histogram& other);

  /// Leaves what was recorded since this one was `earlier`.
  void subtract(const Histogram& earlier);

  std::uint64_t count() const { return count_; }

  /// As HdrHistogram has them, zero when nothing was recorded: the lowest duration that the first slot in use counts,
  /// the highest one of the last, and the mean of the slots' middles.
  sched::Duration min() const;
  sched::Duration max() const;
  sched::Duration mean() const;

  /// A duration that at least `percent`, 0 to 100, of what was recorded did not exceed: the highest one of its slot, or
  /// the lowest one where `percent` is 0. Zero when nothing was recorded.
  sched::Duration percentile(double percent) const;

  /// For each of `slots::kCount` slots.
  std::span<const std::uint64_t> counts() const { return counts_; }

  bool operator==(const Histogram&) const = default;

 private:
  friend class Recorder;

  std::vector<std::uint64_t> counts_;
  std::uint64_t count_ = 0;
};

/// A histogram that grows: one thread records, any thread reads.
class Recorder {
 public:
  Recorder() : counts_(slots::kCount) {}

  /// Some loads and one store, without a locked instruction; the fewest for what was recorded last.
  void record(sched::Duration value) {
    if (value != last_) {
      last_ = value;
      last_slot_ = slots::of(value);
    }
    std::atomic<std::uint64_t>& count = counts_[last_slot_];
    count.store(count.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  }

  /// What was recorded so far. What is recorded meanwhile may be in it or not.
  Histogram snapshot() const;

 private:
  std::vector<std::atomic<std::uint64_t>> counts_;
  // Of the thread that records: what comes in one turn has often taken equally long.
  sched::Duration last_{};
  std::size_t last_slot_ = 0;
};

}  // namespace client::load
