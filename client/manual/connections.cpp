#include "client/manual/connections.h"

#include <utility>

#include <fmt/format.h>

#include "scheduler/cancel_scope.h"
#include "scheduler/scheduler.h"
#include "text/escape.h"
#include "text/units.h"
#include "transports/dial.h"

namespace client::manual {

std::string peer_of(const sched::Stream& stream) {
  const sched::Result<sched::Address> peer = stream.peer_address();
  return peer ? text::escape(peer->to_string()) : describe(peer.error());
}

sched::Task<Connected> dial(const ConnectOptions& options, transport::Url url) {
  sched::CancelScope limit(options.timeout ? sched::instant_after(sched::now(), *options.timeout) : sched::kNever);
  std::expected<sched::Stream, transport::DialError> stream =
      co_await transport::dial(url, {}, options.resolving, options.source);
  if (stream) co_return *std::move(stream);
  const std::string reason = limit.expired()
                                 ? fmt::format("timed out after {}", text::format_duration(*options.timeout))
                                 : stream.error().message;
  co_return std::unexpected(fmt::format("{}: {}", text::escape(to_string(url)), reason));
}

sched::Task<Connected> Dialler::next(Output& output) {
  Connected stream = co_await dial(options_, options_.url);
  // The address that took the connection; a URL may have several.
  if (stream && options_.verbose) co_await output.tell(fmt::format("connected to {}", peer_of(*stream)));
  co_return stream;
}

Reception::Reception(const ConnectOptions& options, std::vector<transport::BoundSocket> bound) : options_(options) {
  for (transport::BoundSocket& one : bound) {
    files_.push_back(std::move(one.file));
    sched::Result<sched::Listener> listener = sched::adopt_listener(std::move(one.sockets.front()));
    if (listener) listeners_.push_back(std::move(*listener));
    if (!listener) adopted_ = std::unexpected(listener.error());
  }
}

sched::Task<Connected> Reception::next(Output& output) {
  if (!adopted_) co_return std::unexpected(describe(adopted_.error()));
  sched::Scope accepting;
  if (arrived_.empty()) {
    for (sched::Listener& listener : listeners_) accepting.spawn(accept_from(listener, accepting));
  }
  const sched::Result<void> accepted = co_await accepting.join();
  if (arrived_.empty()) {
    co_return std::unexpected(accepted ? std::string("nothing is listened at") : describe(accepted.error()));
  }
  sched::Stream stream = std::move(arrived_.front());
  arrived_.pop_front();
  if (options_.mode == ConnectOptions::Mode::listen) {
    listeners_.clear();
    files_.clear();
    arrived_.clear();
  }
  if (options_.verbose) co_await output.tell(fmt::format("connection from {}", peer_of(stream)));
  co_return stream;
}

sched::Task<sched::Result<void>> Reception::accept_from(sched::Listener& listener, sched::Scope& accepting) {
  sched::Result<sched::Accepted> accepted = co_await listener.accept();
  if (!accepted) {
    if (accepted.error().code == sched::ErrorCode::cancelled) co_return sched::Result<void>{};
    co_return std::unexpected(accepted.error());
  }
  arrived_.push_back(std::move(accepted->stream));
  accepting.cancel();
  co_return sched::Result<void>{};
}

}  // namespace client::manual
