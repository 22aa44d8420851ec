#pragma once

#include <cstdint>
#include <map>
#include <thread>

#include "scheduler/descriptor.h"
#include "tests/oracle/script.h"

namespace oracle {

/// The real port of each port of a case.
using Ports = std::map<std::uint16_t, std::uint16_t>;

/// The server of a case on real sockets of 127.0.0.1, played by a thread. The thread has a descriptor table of its own:
/// so do the client's (scheduler/threads.h), and what one of them has a copy of is not closed when it is closed here.
class RealServer {
 public:
  /// Its clock begins at 0, and goes `slowness` times as slowly as the real one. The server outlives it.
  RealServer(const Server& server, unsigned slowness);
  RealServer(const RealServer&) = delete;
  RealServer& operator=(const RealServer&) = delete;
  /// Closes all connections.
  ~RealServer();

  const Ports& ports() const { return ports_; }

 private:
  sched::Descriptor end_;  ///< an eventfd
  Ports ports_;
  std::jthread thread_;
};

}  // namespace oracle
