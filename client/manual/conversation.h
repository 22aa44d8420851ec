#pragma once

#include <cstdint>
#include <optional>

#include "client/manual/ends.h"
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

  /// What has moved in one direction.
  struct Traffic {
    std::uint64_t bytes = 0;
    std::uint64_t lines = 0;  ///< line feeds

    void add(sched::Bytes moved);
  };

  /// Goes on until the peer's end. At the end of the input the sending side is half-closed and what is still coming is
  /// read. A peer that ends first may go on to read: what is there to be sent is still sent, but new input is not
  /// waited for. When nobody reads the output any more, that is an end like any other. Once.
  ///
  /// Errors: of the stream, the input and the output, with "send", "receive", "standard input" or "standard output" as
  /// their operation. Cancellation: an end without an error.
  sched::Task<sched::Result<void>> run();

  /// Ends it at once, from another fiber: in order, or so that the peer sees a reset. run() then gives no error.
  void close() { directions_.cancel(); }
  void reset();

  /// What was given to be sent, and what came; and since when.
  const Traffic& sent() const { return sent_; }
  const Traffic& received() const { return received_; }
  sched::Instant began() const { return began_; }

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
  bool resets_ = false;  ///< whether its end is a reset
  sched::Result<void> send_result_;
  const sched::Instant began_;
  sched::Instant last_moved_;
  Traffic sent_;
  Traffic received_;
};

}  // namespace client::manual
