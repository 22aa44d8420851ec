#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace oracle {

/// What is drawn: the same for the same seed, everywhere.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : state_(seed) {}

  /// SplitMix64 (Steele, Lea, Flood 2014).
  std::uint64_t next() {
    std::uint64_t bits = state_ += 0x9e3779b97f4a7c15;
    bits = (bits ^ bits >> 30) * 0xbf58476d1ce4e5b9;
    bits = (bits ^ bits >> 27) * 0x94d049bb133111eb;
    return bits ^ bits >> 31;
  }

  std::uint64_t between(std::uint64_t least, std::uint64_t most) { return least + next() % (most - least + 1); }
  bool chance(unsigned percent) { return next() % 100 < percent; }

  template <typename T>
  const T& pick(const std::vector<T>& from) {
    return from[next() % from.size()];
  }

 private:
  std::uint64_t state_;
};

}  // namespace oracle
