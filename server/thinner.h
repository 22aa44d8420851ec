#pragma once

#include <cstdint>

#include "scheduler/time.h"

// Thinner: keeps a flood of like lines out of the log: so many in a second are written, the others are counted. A value
// that reads no clock; one thread.

namespace server {

class Thinner {
 public:
  /// `per_second` is at least 1.
  explicit Thinner(std::uint32_t per_second) : per_second_(per_second) {}

  struct Decision {
    bool is_written;
    std::uint64_t thinned;  ///< Lines of earlier seconds that were thinned and not told yet: tell them first.
  };

  /// About a line at `now`, which never goes back. The first lines of a second are written; a second begins with the
  /// first line after the last one ended.
  Decision decide(sched::Instant now);

  /// The lines that were thinned and not told yet, once their second is over; else 0. For the end of a flood, when no
  /// further line comes.
  std::uint64_t take_thinned(sched::Instant now);

 private:
  std::uint32_t per_second_;
  std::uint32_t written_ = 0;  // In this second.
  std::uint64_t thinned_ = 0;  // Not told yet.
  sched::Instant second_start_;
};

}  // namespace server
