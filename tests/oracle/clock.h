#pragma once

#include <cstdint>

// Time as the oracle counts it: its own, without a clock.

namespace oracle {

/// Microseconds, as a span or since the start of a run.
using Time = std::int64_t;

inline constexpr Time kMillisecond = 1000;
inline constexpr Time kSecond = 1000 * kMillisecond;

/// What is drawn happens at multiples of this, and deadlines are half of it away from them.
inline constexpr Time kGrid = 40 * kMillisecond;

/// Two things that are closer to each other than this may happen in either order on the simulated network, where each
/// packet takes a little. It is more than all packets of a case take one after the other.
inline constexpr Time kMargin = 8 * kMillisecond;

}  // namespace oracle
