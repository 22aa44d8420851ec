#include "client/load/schedule.h"

#include <algorithm>
#include <cmath>

#include "client/random.h"
#include "scheduler/check.h"

namespace client::load {

namespace {

constexpr double kBillionths = 1e9;

/// How long it takes to count `count` at a rate that begins with `rate` and grows by `growth`, neither negative: the
/// root of rate * t + growth * t² / 2 = count in the form that subtracts nothing.
double time_to_count(double count, double rate, double growth) {
  if (count <= 0) return 0;
  return 2 * count / (rate + std::sqrt(rate * rate + 2 * growth * count));
}

}  // namespace

Schedule::Schedule(double first_rate, const std::vector<Stage>& stages, Arrival arrival, unsigned thread,
                   unsigned threads, std::uint64_t seed)
    : arrival_(arrival), threads_(threads), random_state_(random_state(seed, "schedule", thread)), position_(thread) {
  sched::check(thread < threads, "the thread is one of the threads");
  sched::check(first_rate >= 0, "a rate is not negative");
  if (arrival == Arrival::poisson) position_ = step();
  Segment segment{.last_rate = first_rate};
  for (const Stage& stage : stages) {
    sched::check(stage.rate >= 0 && stage.duration >= sched::Duration::zero(), "a stage is not negative");
    segment = {.first_rate = segment.last_rate,
               .last_rate = stage.rate,
               .begin = segment.begin + segment.duration,
               .duration = stage.duration,
               .begin_count = segment.end_count};
    const double mean_rate = (segment.first_rate + segment.last_rate) / 2;
    segment.end_count = segment.begin_count + mean_rate * static_cast<double>(stage.duration.count());
    segments_.push_back(segment);
  }
}

std::optional<sched::Duration> Schedule::next() {
  const double count = position_ * kBillionths;
  while (segment_ < segments_.size() && count >= segments_[segment_].end_count) ++segment_;
  if (segment_ == segments_.size()) return std::nullopt;
  const Segment& segment = segments_[segment_];
  const sched::Duration start = segment.begin + sched::Duration(std::llround(time_within(segment, count)));
  position_ += step();
  last_ = std::max(last_, start);
  return last_;
}

double Schedule::time_within(const Segment& segment, double count) {
  const auto duration = static_cast<double>(segment.duration.count());
  const double growth = (segment.last_rate - segment.first_rate) / duration;
  // A falling rate grows backwards.
  const double time = growth >= 0 ? time_to_count(count - segment.begin_count, segment.first_rate, growth)
                                  : duration - time_to_count(segment.end_count - count, segment.last_rate, -growth);
  return std::clamp(time, 0.0, duration);
}

double Schedule::step() {
  if (arrival_ == Arrival::constant) return threads_;
  // Above 0 and at most 1, with the 53 bits that a double has.
  const double chance = static_cast<double>((next_random(random_state_) >> 11) + 1) * 0x1p-53;
  return -threads_ * std::log(chance);
}

}  // namespace client::load
