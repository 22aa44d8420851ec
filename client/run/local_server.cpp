#include "client/run/local_server.h"

#include <fcntl.h>

#include <cerrno>
#include <variant>

#include "scheduler/listener.h"
#include "server/server.h"
#include "transports/resolve.h"

namespace client::run {

namespace {

using sched::Descriptor;
using sched::Listener;
using sched::Result;

/// echo_server's options from its arguments; `url` where they name none.
std::expected<server::Options, std::string> parse(const std::vector<std::string>& arguments, const char* url) {
  auto parsed = server::parse_options(arguments);
  if (const auto* error = std::get_if<server::UsageError>(&parsed)) {
    return std::unexpected("--server-options: " + error->message);
  }
  if (std::holds_alternative<server::Printout>(parsed)) {
    return std::unexpected("--server-options: only options that a server runs with");
  }
  auto& options = std::get<server::Options>(parsed);
  if (options.urls == std::vector{*transport::parse_url(server::kDefaultUrl)}) {
    options.urls = {*transport::parse_url(url)};
  }
  return options;
}

std::unique_ptr<PreparedServer> prepare(server::Options options, unsigned threads) {
  auto prepared = std::make_unique<PreparedServer>();
  prepared->limits.reset(new server::ConnectionLimits(connection_limits(options, threads)));
  prepared->server.limits = prepared->limits.get();
  prepared->server.options = std::move(options);
  return prepared;
}

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

std::expected<std::unique_ptr<PreparedServer>, std::string> prepare_embedded(const std::vector<std::string>& arguments,
                                                                             unsigned threads) {
  auto options = parse(arguments, "tcp://127.0.0.1:0");
  if (!options) return std::unexpected(options.error());
  auto sockets = transport::bind(options->urls, stream_options(*options), threads);
  if (!sockets) return std::unexpected(sockets.error());
  auto prepared = prepare(std::move(*options), threads);
  prepared->sockets = std::move(*sockets);
  prepared->url = to_string(prepared->sockets.front().url);
  prepared->server.listeners = [server = prepared.get()](unsigned thread) { return adopt_copies(*server, thread); };
  return prepared;
}

std::expected<std::unique_ptr<PreparedServer>, std::string> prepare_simulated(
    const std::vector<std::string>& arguments) {
  auto options = parse(arguments, server::kDefaultUrl);
  if (!options) return std::unexpected(options.error());
  auto prepared = prepare(std::move(*options), 1);
  prepared->url = to_string(prepared->server.options.urls.front());
  prepared->server.listeners = [server = prepared.get()](unsigned) { return listen_anew(server->server.options); };
  return prepared;
}

}  // namespace client::run
