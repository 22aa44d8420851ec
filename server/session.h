#pragma once

#include <cstdint>
#include <string>

#include "echo/answer.h"
#include "scheduler/buffer.h"
#include "scheduler/cancel_scope.h"
#include "scheduler/result.h"
#include "scheduler/stream.h"
#include "scheduler/task.h"
#include "scheduler/time.h"
#include "scheduler/timer_queue.h"

// Session: one connection of the server, from its first byte to its end. It is the origin's handler task,
//
//   while True:
//     yield 'recv', client
//     data = client.recv(1000)
//     if not data: break
//     yield 'send', client
//     client.send(b'GOT:' + data)
//
// with an orderly end whatever ends it. It knows nothing of listeners, limits or other sessions.

namespace server {

/// What all sessions of a server have in common. It outlives them.
struct SessionSettings {
  echo::Framing framing = echo::Framing::line;
  std::string prefix = "GOT:";
  std::uint64_t send_buffer = 64 * 1024;  ///< at so many unsent bytes nothing more is received; at least 1
  sched::Duration idle_timeout{};         ///< zero: none
  sched::Duration write_timeout = std::chrono::seconds(60);
  sched::Duration drain_timeout = std::chrono::seconds(5);
};

/// How a session came to its end.
enum class SessionEnd : std::uint8_t {
  peer_closed,      ///< the peer's FIN; all it sent before was answered
  peer_lost,        ///< the peer's reset, or another error of the connection
  out_of_memory,    ///< this process or the kernel had none for it
  idle,             ///< nothing came for the idle timeout; all that had come was answered
  stalled,          ///< the peer did not read for the write timeout, and was reset
  drained,          ///< the server ended it; all that had come was answered, and the peer closed
  drain_timed_out,  ///< the server ended it, and the peer did not close in time, so it was reset
};

class Session final : private sched::Timer {
 public:
  /// Both outlive the session.
  Session(sched::Stream& stream, const SessionSettings& settings);
  ~Session();

  /// Answers the stream until it ends; whoever owns it closes it then. Once. Cancellation is the request to drain: what
  /// has arrived by then is answered, within the drain timeout. Throws std::bad_alloc, which is an end as well.
  sched::Task<SessionEnd> run();

 private:
  using Wait = sched::ReceiveOperation::Wait;

  sched::Task<sched::Error> echo(Wait wait);
  // Its frame, which few sessions need, is not to be a part of that of run(), which every session has.
  [[gnu::noinline]] sched::Task<SessionEnd> finish();
  sched::Task<bool> linger();
  sched::Lease next_answer();

  void expire() override;
  void watch();

  // What an echo uses comes first, and stays together.
  sched::Stream& stream_;
  const SessionSettings& settings_;
  sched::Lease received_;  ///< what is not answered yet
  sched::Lease unsent_;    ///< an answer that a cancelled send did not take
  sched::Instant last_received_;
  echo::StreamAnswer answer_;

  bool is_owing_ = false;                 ///< whether the timer looks at what is unsent
  SessionEnd end_ = SessionEnd::drained;  ///< why it is cancelled, if it is
  sched::CancelScope* until_ended_ = nullptr;
  sched::Instant last_progress_;
  std::uint64_t sent_then_ = 0;  ///< bytes that had been sent at `last_progress_`
};

}  // namespace server
