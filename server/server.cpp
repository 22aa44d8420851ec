#include "server/server.h"

#include <malloc.h>
#include <sys/resource.h>

#include <algorithm>
#include <cerrno>
#include <new>
#include <utility>

#include "scheduler/cancel_scope.h"
#include "scheduler/scheduler.h"
#include "scheduler/sleep.h"

namespace server {

namespace {

using sched::Error;
using sched::ErrorCode;
using sched::Result;

/// How long accepting rests when descriptors have run out, unless a session ends: at first, and at most. Each failure
/// doubles it.
constexpr sched::Duration kFirstRest = std::chrono::milliseconds(50);
constexpr sched::Duration kLongestRest = std::chrono::milliseconds(800);

/// Descriptors of each thread that connections do not take: those of listeners, the backend and the log, and what it
/// takes to accept a connection and close it at once.
constexpr std::size_t kReservedDescriptors = 16;

/// So many connections at once make it worth the milliseconds that giving back memory takes.
constexpr std::size_t kCrowd = 1000;

/// A crowd has left when no more than one of so many stays.
constexpr std::size_t kCrowdToWhoStays = 10;

constexpr auto kTellThinned = std::chrono::seconds(1);
constexpr auto kKernelLetsGo = std::chrono::milliseconds(100);

bool is_shortage(const Error& error) {
  return error.code == ErrorCode::out_of_memory || error.error_number == EMFILE || error.error_number == ENFILE ||
         error.error_number == ENOBUFS || error.error_number == ENOMEM;
}

std::string_view name_of(SessionEnd end) {
  switch (end) {
    case SessionEnd::peer_closed:
      return "closed by the peer";
    case SessionEnd::peer_lost:
      return "reset by the peer";
    case SessionEnd::idle:
      return "idle";
    case SessionEnd::stalled:
      return "the peer does not read";
    case SessionEnd::drained:
      return "drained";
    case SessionEnd::drain_timed_out:
      return "not drained in time";
  }
  return "";
}

}  // namespace

SessionSettings session_settings(const Options& options) {
  return {.framing = options.framing,
          .prefix = options.prefix,
          .send_buffer = options.send_buffer,
          .idle_timeout = options.idle_timeout,
          .write_timeout = options.write_timeout,
          .drain_timeout = options.drain_timeout};
}

sched::StreamOptions stream_options(const Options& options) {
  sched::StreamOptions streams;
  streams.unsent_limit = options.send_buffer;
  if (options.framing == echo::Framing::chunk) streams.receive_limit = echo::kChunkBytes;
  return streams;
}

ConnectionLimits connection_limits(const Options& options, unsigned threads) {
  rlimit descriptors{};
  ::getrlimit(RLIMIT_NOFILE, &descriptors);
  const std::size_t each = std::max<std::size_t>(descriptors.rlim_cur, kReservedDescriptors + 1) - kReservedDescriptors;
  return {options.max_connections.value_or(each * threads), options.max_connections_per_address};
}

Server::Server(SessionSettings settings, ConnectionLimits& limits, Log log)
    : settings_(std::move(settings)), limits_(limits), log_(std::move(log)) {}

sched::Task<Result<void>> Server::run(std::vector<sched::Listener> listeners) {
  sched::Scope sessions(sched::Scope::OnFailure::keep_siblings);
  sessions_ = &sessions;
  sched::Scope chores;
  chores_ = &chores;
  if (log_.writes(LogLevel::warn)) chores.spawn(tell_thinned());
  sched::Scope acceptors;
  for (sched::Listener& listener : listeners) acceptors.spawn(accept_from(listener));
  const Result<void> ended = co_await acceptors.join();
  sessions.cancel();
  [[maybe_unused]] const Result<void> drained = co_await sessions.join();
  chores.cancel();
  [[maybe_unused]] const Result<void> done = co_await chores.join();
  log_.tell_thinned(sched::kNever);
  sessions_ = nullptr;
  co_return ended;
}

sched::Task<Result<void>> Server::accept_from(sched::Listener& listener) {
  sched::Duration rest = kFirstRest;
  Result<sched::Accepted> accepted = co_await listener.accept();
  while (accepted || is_shortage(accepted.error())) {
    if (accepted) {
      rest = kFirstRest;
      admit(std::move(*accepted));
    } else {
      log_.accept_rests(describe(accepted.error()), sched::now());
      co_await wait_for_descriptors(rest);
      rest = std::min(rest * 2, kLongestRest);
    }
    accepted = co_await listener.accept();
  }
  if (accepted.error().code != ErrorCode::cancelled) co_return std::unexpected(accepted.error());
  while ((accepted = co_await listener.accept_queued())) admit(std::move(*accepted));
  listener.close();
  co_return Result<void>{};
}

/// Serves a connection, or closes it at once when a limit is reached.
void Server::admit(sched::Accepted accepted) {
  auto permit = limits_.admit(accepted.peer);
  if (!permit) {
    log_.connection_refused(accepted.peer, describe(permit.error()), sched::now());
    return;
  }
  try {
    // A log that does not tell who comes and goes needs no memory for who it was.
    auto peer = log_.writes(LogLevel::info) ? std::make_unique<const sched::Address>(accepted.peer) : nullptr;
    sessions_->spawn(serve(std::move(accepted.stream), std::move(peer), std::move(*permit)));
  } catch (const std::bad_alloc&) {
    log_.connection_refused(accepted.peer, describe(ConnectionLimits::Refusal::out_of_memory), sched::now());
  }
}

sched::Task<void> Server::wait_for_descriptors(sched::Duration at_most) {
  session_ended_.reset();
  sched::CancelScope limit(sched::instant_after(sched::now(), at_most));
  [[maybe_unused]] const Result<void> ended = co_await session_ended_.wait();
}

sched::Task<void> Server::serve(sched::Stream stream, std::unique_ptr<const sched::Address> peer,
                                ConnectionLimits::Permit permit) {
  if (peer) log_.connection_opened(*peer, sched::now());
  SessionEnd end{};
  {
    Session session(stream, settings_);
    end = co_await session.run();
  }
  // Whoever reads that this connection is closed finds its place free.
  stream.close();
  permit.give_back();
  if (peer) log_.connection_closed(*peer, name_of(end), sched::now());
  session_ended_.set();
  if (is_crowd_gone()) chores_->spawn(give_back_memory());
}

/// Once, when nearly all of a crowd of connections have left.
bool Server::is_crowd_gone() {
  most_sessions_ = std::max(most_sessions_, sessions_->size());
  // The one that ends here is still among them.
  const std::size_t left = sessions_->size() - 1;
  if (most_sessions_ < kCrowd || left > most_sessions_ / kCrowdToWhoStays) return false;
  most_sessions_ = left;
  return true;
}

/// Gives the system back what a crowd needed: malloc keeps it otherwise. A while later, since the kernel may hold
/// buffers of connections that have ended.
sched::Task<void> Server::give_back_memory() {
  if (co_await sched::sleep_for(kKernelLetsGo)) ::malloc_trim(0);
}

sched::Task<void> Server::tell_thinned() {
  while (co_await sched::sleep_for(kTellThinned)) log_.tell_thinned(sched::now());
}

}  // namespace server
