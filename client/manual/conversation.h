#pragma once

#include <cstdint>
#include <optional>

#include "client/manual/standard_io.h"
#include "scheduler/buffer.h"
#include "scheduler/cancel_scope.h"
#include "scheduler/result.h"
#include "scheduler/scope.h"
#include "scheduler/stream.h"
#include "scheduler/task.h"
#include "scheduler/time.h"

// Conversation: a stream joined to an input and an output. What the input gives is sent, what comes back is written,
// both at once and each as fast as the other side takes it, so that memory is bounded.

namespace client::manual {

class Conversation {
 public:
  struct Limits {
    std::optional<sched::Duration> idle;        ///< it ends when nothing came or went for as long
    std::optional<sched::Duration> quit_after;  ///< it ends as long after the end of the input
  };

  /// `input` and `output` outlive it.
  Conversation(sched::Stream stream, Input& input, Output& output, Limits limits);

  /// Goes on until the peer's end. At the end of the input the sending side is half-closed and what is still coming is
  /// read. A peer that ends first may go on to read: what is there to be sent is still sent, but new input is not
  /// waited for. When nobody reads the output any more, that is an end like any other. Once.
  ///
  /// Errors: of the stream, the input and the output, with "send", "receive", "standard input" or "standard output" as
  /// their operation. Cancellation: an end without an error.
  sched::Task<sched::Result<void>> run();

  /// Bytes that were given to be sent, and that came.
  std::uint64_t sent() const { return sent_; }
  std::uint64_t received() const { return received_; }

 private:
  sched::Task<sched::Result<void>> send_input();
  sched::Task<sched::Result<sched::Lease>> next_input();
  sched::Task<sched::Result<void>> wait_for_input(sched::Duration at_most);
  sched::Task<void> finish_sending();
  sched::Result<void> send_outcome() const;
  sched::Task<sched::Result<void>> receive_output();
  sched::Result<void> output_ended(const sched::Error& error);
  sched::Result<void> peer_ended(const sched::Error& error);
  sched::Task<void> end_when_idle(sched::Duration idle);

  sched::Stream stream_;
  Input& input_;
  Output& output_;
  const Limits limits_;
  sched::Scope directions_;
  sched::CancelScope* waiting_ = nullptr;  ///< what the sending fiber waits in, unless it waits for the peer
  bool peer_ended_ = false;
  sched::Result<void> send_result_;
  sched::Instant last_moved_;
  std::uint64_t sent_ = 0;
  std::uint64_t received_ = 0;
};

}  // namespace client::manual
