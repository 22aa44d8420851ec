#include "server/server.h"

#include <malloc.h>
#include <sys/resource.h>

#include <algorithm>
#include <cerrno>
#include <new>
#include <utility>

#include "scheduler/scheduler.h"
#include "scheduler/sleep.h"

namespace server {

namespace {

using sched::ErrorCode;
using sched::Result;

/// Descriptors of each thread that connections do not take: those of listeners, the backend and the log, and what it
/// takes to accept a connection and close it at once.
constexpr std::size_t kReservedDescriptors = 16;

/// So many connections at once make it worth the milliseconds that giving back memory takes.
constexpr std::size_t kCrowd = 1000;

/// A crowd has left when no more than one of so many stays.
constexpr std::size_t kCrowdToWhoStays = 10;

constexpr auto kTellThinned = std::chrono::seconds(1);
constexpr auto kKernelLetsGo = std::chrono::milliseconds(100);

bool is_out_of_descriptors(const sched::Error& error) {
  return error.error_number == EMFILE || error.error_number == ENFILE;
}

std::string_view name_of(SessionEnd end) {
  switch (end) {
    case SessionEnd::peer_closed:
      return "closed by the peer";
    case SessionEnd::peer_lost:
      return "reset by the peer";
    case SessionEnd::out_of_memory:
      return "memory has run out";
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
  sched::Rest rest;
  rest_ = &rest;
  sched::Scope sessions(sched::Scope::OnFailure::keep_siblings);
  sessions_ = &sessions;
  sched::Scope chores(sched::Scope::OnFailure::keep_siblings);
  chores_ = &chores;
  sched::Scope acceptors;
  const bool has_started = start(acceptors, listeners);
  if (!has_started) acceptors.cancel();
  [[maybe_unused]] const Result<void> accepted = co_await acceptors.join();
  sessions.cancel();
  [[maybe_unused]] const Result<void> drained = co_await sessions.join();
  chores.cancel();
  [[maybe_unused]] const Result<void> done = co_await chores.join();
  log_.tell_thinned(sched::kNever);
  sessions_ = nullptr;
  if (!has_started) co_return sched::failure(ErrorCode::out_of_memory, "start");
  co_return Result<void>{};
}

/// False if there is no memory for all of it.
bool Server::start(sched::Scope& acceptors, std::vector<sched::Listener>& listeners) {
  try {
    if (log_.writes(LogLevel::warn)) chores_->spawn(tell_thinned());
    for (sched::Listener& listener : listeners) acceptors.spawn(accept_from(listener));
    return true;
  } catch (const std::bad_alloc&) {
    return false;
  }
}

sched::Task<void> Server::accept_from(sched::Listener& listener) {
  for (;;) {
    Result<sched::Accepted> accepted = co_await listener.accept();
    if (accepted) {
      rest_->begin_anew();
      admit(std::move(*accepted));
    } else if (accepted.error().code == ErrorCode::cancelled) {
      break;
    } else if (!is_out_of_descriptors(accepted.error()) || !std::exchange(has_freed_, false)) {
      log_.accept_rests(accepted.error(), sched::now());
      [[maybe_unused]] const Result<void> rested = co_await rest_->take();
    }
  }
  while (Result<sched::Accepted> accepted = co_await listener.accept_queued()) admit(std::move(*accepted));
  listener.close();
}

/// Serves a connection, or closes it at once when a limit is reached.
void Server::admit(sched::Accepted accepted) {
  auto permit = limits_.admit(accepted.peer);
  if (!permit) {
    log_.connection_refused(accepted.peer, describe(permit.error()), sched::now());
    has_freed_ = true;
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

sched::Task<void> Server::serve(sched::Stream stream, std::unique_ptr<const sched::Address> peer,
                                ConnectionLimits::Permit permit) {
  if (peer) log_.connection_opened(*peer, sched::now());
  SessionEnd end = SessionEnd::out_of_memory;
  try {
    Session session(stream, settings_);
    end = co_await session.run();
  } catch (const std::bad_alloc&) {
    end = SessionEnd::out_of_memory;
  }
  if (end == SessionEnd::out_of_memory) tell_cut_short(stream);
  // Whoever reads that this connection is closed finds its place free.
  stream.close();
  permit.give_back();
  if (peer) log_.connection_closed(*peer, name_of(end), sched::now());
  has_freed_ = true;
  rest_->end();
  if (is_crowd_gone()) give_back_memory();
}

// Not inlined: the address would be kept in the frame of every connection.
[[gnu::noinline]] void Server::tell_cut_short(const sched::Stream& stream) {
  const Result<sched::Address> peer = stream.peer_address();
  log_.connection_cut_short(peer ? *peer : sched::Address(), name_of(SessionEnd::out_of_memory), sched::now());
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
/// buffers of connections that have ended; where there is no memory to wait, at once.
void Server::give_back_memory() {
  try {
    chores_->spawn(give_back_memory_later());
  } catch (const std::bad_alloc&) {
    ::malloc_trim(0);
  }
}

sched::Task<void> Server::give_back_memory_later() {
  if (co_await sched::sleep_for(kKernelLetsGo)) ::malloc_trim(0);
}

sched::Task<void> Server::tell_thinned() {
  sched::Rest between(kTellThinned, kTellThinned);
  while (co_await between.take()) log_.tell_thinned(sched::now());
}

}  // namespace server
