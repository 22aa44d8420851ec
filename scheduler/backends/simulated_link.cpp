#include "scheduler/backends/simulated_link.h"

#include <algorithm>
#include <utility>

namespace sched::simulated {

void Link::send(Packet packet) {
  Instant arrival = instant_after(world_.now, draw_latency());
  if (is_empty()) {
    world_.events.add(*this, arrival);
  } else {
    arrival = std::max(arrival, on_the_way_.back().arrival);
  }
  on_the_way_.push_back({arrival, std::move(packet)});
}

void Link::expire() {
  Packet packet = std::move(on_the_way_.front().packet);
  on_the_way_.pop_front();
  if (!is_empty()) world_.events.add(*this, on_the_way_.front().arrival);
  receiver_.on_packet(std::move(packet));
}

}  // namespace sched::simulated
