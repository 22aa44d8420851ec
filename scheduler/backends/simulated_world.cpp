#include "scheduler/backends/simulated_world.h"

#include <algorithm>
#include <ratio>

namespace sched::simulated {

namespace {

std::uint32_t draw_size(Random& random, std::uint32_t low, std::uint32_t high) {
  return static_cast<std::uint32_t>(random.of_any_size(low, high));
}

Duration draw_duration(Random& random, Duration low, Duration high) {
  return Duration(static_cast<Duration::rep>(
      random.of_any_size(static_cast<std::uint64_t>(low.count()), static_cast<std::uint64_t>(high.count()))));
}

}  // namespace

Conditions Conditions::drawn_from(std::uint64_t seed) {
  // Another sequence than the one the simulation goes on with.
  Random random(~seed);
  Conditions drawn;
  drawn.shortest_latency = draw_duration(random, std::chrono::microseconds(1), std::chrono::milliseconds(1));
  drawn.longest_latency =
      drawn.shortest_latency + draw_duration(random, std::chrono::microseconds(1), std::chrono::milliseconds(50));
  drawn.longest_segment = draw_size(random, 256, 64 * 1024);
  drawn.receive_buffer = draw_size(random, 2 * 1024, 256 * 1024);
  drawn.send_buffer = draw_size(random, 2 * 1024, 256 * 1024);
  drawn.one_short_receive_in = draw_size(random, 1, 64);
  drawn.one_spurious_wake_in = draw_size(random, 2, 64);
  return drawn;
}

void Conditions::make_fast_enough_for(std::uint64_t bytes_a_second) {
  // A round trip takes up to two and a half latencies (see Link), and opens half a window at least.
  constexpr std::uint64_t kLatenciesAWindow = 5;
  const std::uint64_t window = std::min(receive_buffer, send_buffer);
  const Duration longest = std::chrono::nanoseconds(std::nano::den * window / kLatenciesAWindow /
                                                    std::max<std::uint64_t>(bytes_a_second, 1));
  longest_latency = std::min(longest_latency, longest);
  shortest_latency = std::min(shortest_latency, longest);
}

}  // namespace sched::simulated
