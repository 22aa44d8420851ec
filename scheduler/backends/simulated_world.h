#pragma once

#include <cstdint>
#include <limits>

#include "scheduler/backends/simulated_random.h"
#include "scheduler/backends/simulated_trace.h"
#include "scheduler/time.h"
#include "scheduler/timer_queue.h"

namespace sched::simulated {

/// How good the network and the machine are. Whatever the values, the network only ever does what a real one may do.
/// "One in N" is a probability; 0 is never.
struct Conditions {
  /// How long a packet takes. Each direction of a connection draws its own mean between the two; a Unix socket's
  /// packets take at most the shorter.
  Duration shortest_latency = std::chrono::microseconds(20);
  Duration longest_latency = std::chrono::microseconds(200);

  std::uint32_t longest_segment = 16 * 1024;  ///< in bytes; every segment draws its own size. At least 1.
  std::uint32_t receive_buffer = 64 * 1024;   ///< in bytes, where the options of a stream do not say. At least 1.
  std::uint32_t send_buffer = 64 * 1024;      ///< likewise
  std::uint32_t one_short_receive_in = 8;     ///< receives that give fewer bytes than there are
  std::uint32_t one_spurious_wake_in = 16;    ///< parked operations that are woken for nothing
  std::uint32_t one_late_cancel_in = 2;       ///< cancelled connects that end later

  std::uint32_t one_lost_accept_in = 0;   ///< accepts whose connection comes to nothing, for one of accept(2)'s reasons
  std::uint32_t one_short_accept_in = 0;  ///< accepts for which the kernel has no memory

  /// How many listeners and streams may be open at once; the next gets EMFILE.
  std::uint32_t descriptors = std::numeric_limits<std::uint32_t>::max();

  /// What the seed makes of it: everything is drawn but what no peer
  /// could know from a server that fails: `one_lost_accept_in`, `one_short_accept_in` and `descriptors`.
  static Conditions drawn_from(std::uint64_t seed);

  /// Shortens latencies until the buffers let a connection move this many bytes a second, whatever was drawn.
  void make_fast_enough_for(std::uint64_t bytes_a_second);
};

/// What everything in a simulation shares: its clock, what will happen, its luck and its trace.
struct World {
  const Conditions conditions;
  Random random;
  Trace trace;
  TimerQueue events;
  Instant now{};

  void record(const char* what, std::uint64_t subject, std::uint64_t amount = 0, Bytes content = {}) {
    trace.record(now, what, subject, amount, content);
  }
};

}  // namespace sched::simulated
