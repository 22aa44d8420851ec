#include "server/thinner.h"

#include <chrono>
#include <utility>

namespace server {

Thinner::Decision Thinner::decide(sched::Instant now) {
  const auto thinned = take_thinned(now);
  if (now - second_start_ >= std::chrono::seconds(1)) {
    second_start_ = now;
    written_ = 0;
  }
  if (written_ == per_second_) {
    ++thinned_;
    return {.is_written = false, .thinned = thinned};
  }
  ++written_;
  return {.is_written = true, .thinned = thinned};
}

std::uint64_t Thinner::take_thinned(sched::Instant now) {
  if (now - second_start_ < std::chrono::seconds(1)) return 0;
  return std::exchange(thinned_, 0);
}

}  // namespace server
