#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "scheduler/backends/simulated_trace.h"
#include "scheduler/time.h"

namespace simulation {

/// What came of one seed.
struct Outcome {
  std::uint64_t trace_hash = 0;
  std::array<std::uint64_t, sched::simulated::kMarks> marks{};
  std::uint64_t answers = 0;         ///< lines that were answered, each compared with its request
  sched::Duration simulated_time{};  ///< until the last task had ended
};

/// An echo server and its clients, on a network that the seed draws: clients that take turns, that send all before they
/// read, that read slowly, that leave or reset in the middle, that give up connecting, that knock at the wrong door.
/// Every byte that comes back is compared with what must come; a difference fails the running test. At the end the
/// server is drained, and everything has to finish.
Outcome run_echo_world(std::uint64_t seed);

}  // namespace simulation
