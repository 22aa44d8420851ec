#pragma once

#include <string>

#include "tests/oracle/case.h"
#include "tests/oracle/opinion.h"

namespace oracle {

/// Runs a case with the client itself, on the simulated network.
Told run(const Case& drawn);

/// How a case is run on real sockets.
struct RealRun {
  std::string backend = "epoll";  ///< or "io_uring"
  unsigned threads = 1;
  unsigned slowness = 1;  ///< how many times as long everything takes
};

/// Runs a case with the client itself, over loopback. Several threads may do so at a time, each of which has a
/// descriptor table of its own (real_server.h).
Told run(const Case& drawn, const RealRun& how);

/// Whether the client would read the scenario.
bool is_readable(const Case& drawn);

}  // namespace oracle
