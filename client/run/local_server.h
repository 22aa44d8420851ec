#pragma once

#include <expected>
#include <string>
#include <vector>

#include "client/run/scenario_run.h"
#include "transports/bind.h"

// A server inside this process, for --embedded and --simulate.

namespace client::run {

/// A server that is ready to be run beside the clients, and where they find it.
struct PreparedServer {
  LocalServer server;
  std::string url;
  std::vector<transport::BoundSocket> sockets;  ///< of an embedded one: open as long as scenarios run
};

/// Binds a server on this machine: at the URL in `arguments` (echo_server's), else at a free port of 127.0.0.1. The
/// result stays where it is while scenarios run. The error is a sentence.
std::expected<PreparedServer, std::string> prepare_embedded(const std::vector<std::string>& arguments,
                                                            unsigned threads);

/// A server on the simulated network.
std::expected<PreparedServer, std::string> prepare_simulated(const std::vector<std::string>& arguments);

}  // namespace client::run
