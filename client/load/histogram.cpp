#include "client/load/histogram.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

#include "scheduler/check.h"

namespace client::load {

namespace slots {

namespace {

/// Slots for each power of two, half of the first 2048 nanoseconds: twice the three digits, rounded up.
constexpr unsigned kHalfBits = 10;
constexpr std::size_t kHalf = std::size_t{1} << kHalfBits;

/// How often the width of slot `index`, which is a power of two, is doubled.
constexpr unsigned doublings(std::size_t index) {
  return index < 2 * kHalf ? 0 : static_cast<unsigned>(index >> kHalfBits) - 1;
}

}  // namespace

std::size_t of(sched::Duration duration) {
  const auto value = static_cast<std::uint64_t>(std::clamp(duration, sched::Duration::zero(), kLongest).count());
  const auto doubled = static_cast<unsigned>(std::bit_width(value | (2 * kHalf - 1))) - (kHalfBits + 1);
  return (std::size_t{doubled} << kHalfBits) + static_cast<std::size_t>(value >> doubled);
}

sched::Duration lowest(std::size_t index) {
  const unsigned doubled = doublings(index);
  const std::size_t position = index - (std::size_t{doubled} << kHalfBits);
  return sched::Duration(static_cast<sched::Duration::rep>(position << doubled));
}

sched::Duration highest(std::size_t index) {
  return lowest(index) + sched::Duration((sched::Duration::rep{1} << doublings(index)) - 1);
}

}  // namespace slots

void Histogram::record(sched::Duration value, std::uint64_t count) {
  counts_[slots::of(value)] += count;
  count_ += count;
}

void Histogram::merge(const Histogram& other) {
  for (std::size_t i = 0; i < counts_.size(); ++i) counts_[i] += other.counts_[i];
  count_ += other.count_;
}

void Histogram::subtract(const Histogram& earlier) {
  for (std::size_t i = 0; i < counts_.size(); ++i) {
    sched::check(counts_[i] >= earlier.counts_[i], "what is subtracted is a former state of the histogram");
    counts_[i] -= earlier.counts_[i];
  }
  count_ -= earlier.count_;
}

sched::Duration Histogram::min() const { return percentile(0); }

sched::Duration Histogram::max() const {
  std::size_t index = counts_.size();
  while (index > 0 && counts_[index - 1] == 0) --index;
  return index == 0 ? sched::Duration::zero() : slots::highest(index - 1);
}

sched::Duration Histogram::mean() const {
  if (count_ == 0) return {};
  double sum = 0;
  for (std::size_t i = 0; i < counts_.size(); ++i) {
    // HdrHistogram rounds the middle up, to a duration that the slot counts.
    const sched::Duration middle = slots::lowest(i) + (slots::highest(i) - slots::lowest(i) + sched::Duration(1)) / 2;
    sum += static_cast<double>(middle.count()) * static_cast<double>(counts_[i]);
  }
  return sched::Duration(std::llround(sum / static_cast<double>(count_)));
}

sched::Duration Histogram::percentile(double percent) const {
  if (count_ == 0) return {};
  // A product that was rounded up must not ask for one more than there has to be.
  const double share = std::nextafter(std::clamp(percent, 0.0, 100.0), 0.0) / 100;
  const double needed = std::ceil(share * static_cast<double>(count_));
  std::size_t index = 0;
  for (std::uint64_t passed = counts_[0]; passed == 0 || static_cast<double>(passed) < needed;)
    passed += counts_[++index];
  return percent <= 0 ? slots::lowest(index) : slots::highest(index);
}

Histogram Recorder::snapshot() const {
  Histogram histogram;
  for (std::size_t i = 0; i < counts_.size(); ++i) {
    histogram.counts_[i] = counts_[i].load(std::memory_order_relaxed);
    histogram.count_ += histogram.counts_[i];
  }
  return histogram;
}

}  // namespace client::load
