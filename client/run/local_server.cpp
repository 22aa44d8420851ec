#include "client/run/local_server.h"

#include <fcntl.h>

#include <cerrno>
#include <limits>
#include <variant>

#include "scheduler/listener.h"
#include "server/server.h"
#include "transports/resolve.h"

namespace client::run {

namespace {

using sched::Descriptor;
using sched::Listener;
using sched::Result;

/// Listeners on copies of the sockets, which the next scenario uses again.
Result<std::vector<Listener>> adopt_copies(const PreparedServer& prepared, unsigned thread) {
  std::vector<Listener> listeners;
  for (const transport::BoundSocket& bound : prepared.sockets) {
    Descriptor copy(::fcntl(bound.sockets[thread].get(), F_DUPFD_CLOEXEC, 0));
    if (!copy) return sched::system_error("dup", errno);
    Result<Listener> listener =
        sched::adopt_listener(std::move(copy), {.streams = stream_options(prepared.server.options)});
    if (!listener) return std::unexpected(listener.error());
    listeners.push_back(std::move(*listener));
  }
  return listeners;
}

/// Listeners on the simulated network, which is new for every scenario.
Result<std::vector<Listener>> listen_anew(const server::Options& options) {
  std::vector<Listener> listeners;
  for (const transport::Url& url : options.urls) {
    const transport::Addresses addresses = transport::resolve_blocking(url);
    if (!addresses) return sched::system_error("resolve", EINVAL);
    for (const sched::Address& address : *addresses) {
      Result<Listener> listener = sched::listen(address, {.streams = stream_options(options)});
      if (!listener) return std::unexpected(listener.error());
      listeners.push_back(std::move(*listener));
    }
  }
  return listeners;
}

}  // namespace

PreparedServer::PreparedServer(server::Options options, unsigned threads)
    : limits(connection_limits(options, threads)),
      server{.options = std::move(options), .limits = &limits, .listeners = {}} {}

std::expected<server::Options, std::string> parse_server_options(const std::vector<std::string>& arguments) {
  auto parsed = server::parse_options(arguments);
  if (const auto* error = std::get_if<server::UsageError>(&parsed)) {
    return std::unexpected("--server-options: " + error->message);
  }
  const auto* options = std::get_if<server::Options>(&parsed);
  const server::Options usual;
  const bool fits = options != nullptr && options->backend == usual.backend && options->threads == usual.threads &&
                    options->spin == usual.spin && options->port_file.empty() &&
                    options->log_level == usual.log_level && options->log_format == usual.log_format;
  if (fits) return *options;
  return std::unexpected(
      "--server-options: a server inside echo_client runs on the client's schedulers and keeps no log; --backend, "
      "--threads, --spin, --port-file, --log-level, --log-format, --help and --version are for echo_server alone");
}

std::expected<std::unique_ptr<PreparedServer>, std::string> prepare_embedded(server::Options options,
                                                                             unsigned threads) {
  if (options.urls == std::vector{*transport::parse_url(server::kDefaultUrl)}) {
    options.urls = {*transport::parse_url("tcp://127.0.0.1:0")};
  }
  auto sockets = transport::bind(options.urls, stream_options(options), threads);
  if (!sockets) return std::unexpected(sockets.error());
  auto prepared = std::make_unique<PreparedServer>(std::move(options), threads);
  prepared->sockets = std::move(*sockets);
  prepared->url = to_string(prepared->sockets.front().url);
  prepared->server.listeners = [server = prepared.get()](unsigned thread) { return adopt_copies(*server, thread); };
  return prepared;
}

std::unique_ptr<PreparedServer> prepare_simulated(server::Options options) {
  // Simulated connections take no descriptors: what this machine allows says nothing about them.
  if (!options.max_connections) options.max_connections = std::numeric_limits<std::size_t>::max();
  auto prepared = std::make_unique<PreparedServer>(std::move(options), 1);
  prepared->url = to_string(prepared->server.options.urls.front());
  prepared->server.listeners = [server = prepared.get()](unsigned) { return listen_anew(server->server.options); };
  return prepared;
}

}  // namespace client::run
