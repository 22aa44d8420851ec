#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "scheduler/backend.h"
#include "scheduler/backends/heap_buffers.h"
#include "scheduler/backends/send_queue.h"
#include "scheduler/result.h"

namespace sched {

/// What the streams of all backends have in common: how each direction ended, and the bytes that were taken to be sent
/// and that the socket has not taken yet.
struct SocketStream : StreamState {
  explicit SocketStream(const StreamOptions& options)
      : receive_limit(std::min(options.receive_limit, kLargestBuffer)), unsent_limit(options.unsent_limit) {}

  /// Puts what is left of the operation's bytes into the queue, as far as `unsent_limit` allows: a lease as it is,
  /// bytes that are only looked at by copying. True when all was taken, or sending has failed (`send_state` says so).
  bool keep(SendOperation& operation, HeapBuffers& buffers);

  /// The kernel has taken the first `count` bytes of the queue.
  void on_sent(std::size_t count);

  /// Nothing more will be received, because of `error`. A reset is told to both directions: the kernel tells of it only
  /// once, to whoever asks first.
  void end_receiving(const Error& error);

  /// Nothing more can be sent: drops the queue, and every send from now on fails with this.
  void fail_sending(int error_number);

  /// The connection came to stand, and the connecting has told of the reset that followed: what came before it can be
  /// received, and then the reset.
  void was_reset_while_connecting();

  /// Wakes the send and the flush that wait, if there is now something for them.
  void wake_writers();

  /// A flush is done when nothing is unsent or sending has failed; otherwise false.
  bool flushed(FlushOperation& operation) const;

  const std::uint32_t receive_limit;  ///< at most kLargestBuffer
  const std::uint32_t unsent_limit;
  Result<void> receive_state;  ///< why nothing more will be received
  Result<void> send_state;     ///< why nothing more will be sent
  SendQueue queue;

 private:
  bool copy(SendOperation& operation, Bytes part, HeapBuffers& buffers);
};

}  // namespace sched
