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
  /// With these options, for as many schedulers.
  PreparedServer(server::Options options, unsigned threads);

  std::string url;  ///< where clients find it: its first
  server::ConnectionLimits limits;
  LocalServer server;
  std::vector<transport::BoundSocket> sockets;  ///< of an embedded one, open all the time
};

/// echo_server's options from its `arguments`: those that mean something inside this process, where the server runs on
/// the schedulers of the clients and keeps no log. The error is a sentence.
std::expected<server::Options, std::string> parse_server_options(const std::vector<std::string>& arguments);

/// Binds a server on this machine, for `threads` schedulers: at the URLs of `options`, the default one being replaced
/// by a free port of 127.0.0.1. The error is a sentence.
std::expected<std::unique_ptr<PreparedServer>, std::string> prepare_embedded(server::Options options, unsigned threads);

/// A server on the simulated network, at the URLs of `options`. It takes as many connections as come unless `options`
/// say otherwise: this machine's limits do not matter there.
std::unique_ptr<PreparedServer> prepare_simulated(server::Options options);

}  // namespace client::run
