#pragma once

#include <cstddef>
#include <vector>

#include "scheduler/event.h"
#include "scheduler/listener.h"
#include "scheduler/result.h"
#include "scheduler/scope.h"
#include "scheduler/task.h"
#include "server/session.h"

// Server: the listeners of one scheduler and the sessions that came in through them. One a scheduler; several share
// nothing. The programs make one and run it as a fiber: echo_server one for each thread, echo_client one that it embeds
// or simulates.

namespace server {

class Server {
 public:
  explicit Server(SessionSettings settings) : settings_(std::move(settings)) {}

  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// Serves every connection that comes in. Cancellation is the request to drain, and it is the only end unless a
  /// listener fails: what is queued is accepted, the listeners are closed, every session is drained, and when the last
  /// has ended the task ends. Errors: of accept, such that no retry helps.
  sched::Task<sched::Result<void>> run(std::vector<sched::Listener> listeners);

  std::size_t connections() const { return sessions_ == nullptr ? 0 : sessions_->size(); }

 private:
  sched::Task<sched::Result<void>> accept_from(sched::Listener& listener);
  sched::Task<void> serve(sched::Accepted accepted);
  sched::Task<void> wait_for_descriptors(sched::Duration at_most);

  const SessionSettings settings_;
  sched::Scope* sessions_ = nullptr;
  sched::Event session_ended_;
};

}  // namespace server
