#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>

#include "scheduler/time.h"

namespace sched::simulated {

/// The numbers of one seed (SplitMix64): the same on every machine, with every compiler, unlike those of <random>.
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}

  std::uint64_t next() {
    std::uint64_t mixed = state_ += 0x9e37'79b9'7f4a'7c15;
    mixed = (mixed ^ (mixed >> 30)) * 0xbf58'476d'1ce4'e5b9;
    mixed = (mixed ^ (mixed >> 27)) * 0x94d0'49bb'1331'11eb;
    return mixed ^ (mixed >> 31);
  }

  /// From `low` to `high`, both included; `low` is not above `high`, and the two are not the whole range.
  std::uint64_t between(std::uint64_t low, std::uint64_t high) { return low + next() % (high - low + 1); }

  Duration between(Duration low, Duration high) {
    return Duration(static_cast<Duration::rep>(
        between(static_cast<std::uint64_t>(low.count()), static_cast<std::uint64_t>(high.count()))));
  }

  /// From `low`, at least 1, to `high`, with every power of two as likely as every other: most are small, some large.
  std::uint64_t of_any_size(std::uint64_t low, std::uint64_t high) {
    const auto bits = static_cast<int>(
        between(static_cast<std::uint64_t>(std::bit_width(low)), static_cast<std::uint64_t>(std::bit_width(high))));
    const std::uint64_t least = std::max(low, std::uint64_t{1} << (bits - 1));
    const std::uint64_t most = std::min(high, (std::uint64_t{1} << (bits - 1)) * 2 - 1);
    return between(least, most);
  }

  /// True once in `count` times; never when it is 0.
  bool one_in(std::uint64_t count) { return count != 0 && next() % count == 0; }

 private:
  std::uint64_t state_;
};

}  // namespace sched::simulated
