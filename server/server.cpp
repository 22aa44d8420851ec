#include "server/server.h"

#include <algorithm>
#include <cerrno>
#include <utility>

#include "scheduler/cancel_scope.h"
#include "scheduler/scheduler.h"

namespace server {

namespace {

using sched::Error;
using sched::ErrorCode;
using sched::Result;

/// How long accepting rests when descriptors have run out, unless a session ends: at first, and at most. Each failure
/// doubles it.
constexpr sched::Duration kFirstRest = std::chrono::milliseconds(50);
constexpr sched::Duration kLongestRest = std::chrono::milliseconds(800);

bool is_shortage(const Error& error) {
  return error.code == ErrorCode::out_of_memory || error.error_number == EMFILE || error.error_number == ENFILE ||
         error.error_number == ENOBUFS || error.error_number == ENOMEM;
}

}  // namespace

sched::Task<Result<void>> Server::run(std::vector<sched::Listener> listeners) {
  sched::Scope sessions(sched::Scope::OnFailure::keep_siblings);
  sessions_ = &sessions;
  sched::Scope acceptors;
  for (sched::Listener& listener : listeners) acceptors.spawn(accept_from(listener));
  const Result<void> ended = co_await acceptors.join();
  sessions.cancel();
  [[maybe_unused]] const Result<void> drained = co_await sessions.join();
  sessions_ = nullptr;
  co_return ended;
}

sched::Task<Result<void>> Server::accept_from(sched::Listener& listener) {
  sched::Duration rest = kFirstRest;
  Result<sched::Accepted> accepted = co_await listener.accept();
  while (accepted || is_shortage(accepted.error())) {
    if (accepted) {
      rest = kFirstRest;
      sessions_->spawn(serve(std::move(*accepted)));
    } else {
      co_await wait_for_descriptors(rest);
      rest = std::min(rest * 2, kLongestRest);
    }
    accepted = co_await listener.accept();
  }
  if (accepted.error().code != ErrorCode::cancelled) co_return std::unexpected(accepted.error());
  while ((accepted = co_await listener.accept_queued())) sessions_->spawn(serve(std::move(*accepted)));
  listener.close();
  co_return Result<void>{};
}

sched::Task<void> Server::wait_for_descriptors(sched::Duration at_most) {
  session_ended_.reset();
  sched::CancelScope limit(sched::instant_after(sched::now(), at_most));
  [[maybe_unused]] const Result<void> ended = co_await session_ended_.wait();
}

sched::Task<void> Server::serve(sched::Accepted accepted) {
  Session session(std::move(accepted.stream), settings_);
  [[maybe_unused]] const SessionEnd end = co_await session.run();
  session_ended_.set();
}

}  // namespace server
