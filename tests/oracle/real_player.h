#pragma once

#include <poll.h>

#include <chrono>
#include <list>
#include <vector>

#include "scheduler/descriptor.h"
#include "tests/oracle/liar.h"
#include "tests/oracle/real_server.h"

namespace oracle {

/// What plays a server on real sockets, on the thread that makes it.
class RealPlayer {
 public:
  /// The server outlives it. Throws std::system_error.
  RealPlayer(const Server& server, unsigned slowness);

  Ports ports() const;
  /// Until `end` can be read.
  void play(int end);

 private:
  struct Door {
    const Script& script;
    std::uint16_t port;
    sched::Descriptor socket;
    std::vector<sched::Descriptor> queue = {};  ///< who fills the backlog of one that takes nobody
    bool is_open = false;
    std::uint64_t accepted = 0;
  };
  struct Guest {
    sched::Descriptor socket;
    Liar liar;
    bool has_ended = false;  ///< sending
  };

  Time time() const;
  std::optional<Time> next_deed() const;
  void wait(int end, std::vector<pollfd>& watched) const;
  void open(Door& door);
  void accept(Door& door);
  static void hear(Guest& guest, Time now);
  static bool act(Guest& guest, Time now);

  const unsigned slowness_;
  const std::chrono::steady_clock::time_point start_;
  std::list<Door> doors_;
  std::list<Guest> guests_;
};

}  // namespace oracle
