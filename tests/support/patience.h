#pragma once

#include <chrono>

namespace support {

using Clock = std::chrono::steady_clock;

/// How long the tests' helpers wait for what must happen. No test passes because this time passes: it only turns a hang
/// into a failure, so it is long enough for a busy machine and a sanitizer.
inline constexpr std::chrono::seconds kPatience{30};

}  // namespace support
