#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "scheduler/listener.h"
#include "scheduler/rest.h"
#include "scheduler/result.h"
#include "scheduler/scope.h"
#include "scheduler/task.h"
#include "server/limits.h"
#include "server/log.h"
#include "server/options.h"
#include "server/session.h"

// Server: the listeners of one scheduler and the sessions that came in through them. One a scheduler; several share
// nothing but the count of connections. The programs make one and run it as a fiber: echo_server one for each thread,
// echo_client one that it embeds or simulates.

namespace server {

/// What sessions need of the options.
SessionSettings session_settings(const Options& options);

/// What the streams of a server need of the options.
sched::StreamOptions stream_options(const Options& options);

/// The limits that the options give for `threads` schedulers; `limits` outlives the servers it is given to.
ConnectionLimits connection_limits(const Options& options, unsigned threads);

class Server {
 public:
  /// `limits` may serve other servers too, and outlives this one.
  Server(SessionSettings settings, ConnectionLimits& limits, Log log);

  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// Serves every connection that comes in. Cancellation is the request to drain, and once it serves it is the only
  /// end: what is queued is accepted, the listeners are closed, every session is drained, and when the last has ended
  /// the task ends. Whatever fails meanwhile, such as an accept for which there is no memory, is told in the log, and
  /// tried again. Errors: out_of_memory at the start.
  sched::Task<sched::Result<void>> run(std::vector<sched::Listener> listeners);

 private:
  bool start(sched::Scope& acceptors, std::vector<sched::Listener>& listeners);
  sched::Task<void> accept_from(sched::Listener& listener);
  sched::Task<void> serve(sched::Stream stream, std::unique_ptr<const sched::Address> peer,
                          ConnectionLimits::Permit permit);
  sched::Task<void> tell_thinned();
  void admit(sched::Accepted accepted);
  void tell_cut_short(const sched::Stream& stream);
  bool is_crowd_gone();
  void give_back_memory();
  sched::Task<void> give_back_memory_later();

  const SessionSettings settings_;
  ConnectionLimits& limits_;
  Log log_;
  sched::Scope* sessions_ = nullptr;
  sched::Scope* chores_ = nullptr;  ///< what the server does beside them
  sched::Rest* rest_ = nullptr;     ///< of all that accept, for what one is short of the others are, too
  bool has_freed_ = false;          ///< a descriptor, since an accept found none
  std::size_t most_sessions_ = 0;   ///< that were there when one ended, since memory was given back
};

}  // namespace server
