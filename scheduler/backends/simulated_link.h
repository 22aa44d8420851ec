#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <vector>

#include "scheduler/backends/simulated_world.h"

namespace sched::simulated {

/// What one end of a connection tells the other.
struct Packet {
  enum class Kind : std::uint8_t {
    connected,  ///< the connection stands; `amount` is the receive window in bytes
    refused,    ///< it does not; `amount` is the errno
    data,       ///< `bytes`
    window,     ///< `amount` bytes were received by the process, and there is room for as many more
    end,        ///< FIN: no data follows
    closed,     ///< Unix: nobody will receive what is sent from now on
    reset,      ///< TCP: RST. Unix: the peer was closed before it had received everything
  };

  Kind kind;
  std::uint64_t amount = 0;
  std::vector<std::byte> bytes;
};

class PacketReceiver {
 public:
  virtual void on_packet(Packet packet) = 0;

 protected:
  ~PacketReceiver() = default;
};

/// One direction of a connection: packets arrive in the order in which they were sent, each after the link's latency.
class Link final : private Timer {
 public:
  Link(World& world, Duration latency, PacketReceiver& receiver)
      : world_(world), latency_(latency), receiver_(receiver) {}
  ~Link() { world_.events.remove(*this); }

  void send(Packet packet);

  /// Whether nothing is on its way.
  bool is_empty() const { return on_the_way_.empty(); }

  /// How long a packet that is sent now takes, at least.
  Duration draw_latency() { return latency_ + world_.random.between(Duration::zero(), latency_ / 4); }

 private:
  struct OnTheWay {
    Instant arrival;
    Packet packet;
  };

  void expire() override;

  World& world_;
  const Duration latency_;
  PacketReceiver& receiver_;
  std::deque<OnTheWay> on_the_way_;
};

}  // namespace sched::simulated
