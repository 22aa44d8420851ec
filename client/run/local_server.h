#pragma once

#include <expected>
#include <memory>
#include <string>
#include <vector>

#include "client/run/scenario_run.h"
#include "transports/bind.h"

// A server inside this process, for --embedded and --simulate.

namespace client::run {

/// A server that is ready to be run beside the clients of one scenario after the other. It stays where it is.
struct PreparedServer {
  std::string url;  ///< where clients find it
  LocalServer server;
  std::unique_ptr<server::ConnectionLimits> limits;
  std::vector<transport::BoundSocket> sockets;  ///< of an embedded one, open all the time
};

/// Binds a server on this machine, for `threads` schedulers: at the first URL in `arguments`, which are echo_server's,
/// else at a free port of 127.0.0.1. The error is a sentence.
std::expected<std::unique_ptr<PreparedServer>, std::string> prepare_embedded(const std::vector<std::string>& arguments,
                                                                             unsigned threads);

/// A server on the simulated network.
std::expected<std::unique_ptr<PreparedServer>, std::string> prepare_simulated(
    const std::vector<std::string>& arguments);

}  // namespace client::run
