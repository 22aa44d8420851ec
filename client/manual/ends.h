#pragma once

#include <string>

#include "scheduler/buffer.h"
#include "scheduler/result.h"
#include "scheduler/task.h"

// What a conversation joins a stream to: an Input whose bytes are sent, and an Output that shows what moves.

namespace client::manual {

class Input {
 public:
  virtual ~Input() = default;

  /// Completes when read() will not wait: something is there, or the end. Errors and cancellation: as of
  /// sched::wait_until_ready.
  virtual sched::Task<sched::Result<void>> readable() = 0;

  /// Fills `buffer`, which is empty, with what is there; after readable(). Errors: end_of_stream; would_block when it
  /// was not there after all; system.
  virtual sched::Result<sched::Lease> read(sched::Lease buffer) = 0;
};

/// The calls are awaited on the spot. Errors: system (EPIPE, when nobody reads any more; ENOSPC, …). Cancellation: at
/// once; some of the bytes may have been shown.
class Output {
 public:
  virtual ~Output() = default;

  /// Completes when all of `bytes`, which came, is shown.
  virtual sched::Task<sched::Result<void>> received(sched::Bytes bytes) = 0;

  /// The same for what is about to be sent, of which most outputs show nothing. It may overlap with the others.
  virtual sched::Task<sched::Result<void>> sent(sched::Bytes bytes) = 0;

  /// Shows what is still held back, at the end of what comes.
  virtual sched::Task<sched::Result<void>> finish() = 0;

  /// Tells the user something that is not part of the conversation: a sentence without an end of line, printable.
  virtual sched::Task<void> tell(std::string text) = 0;
};

}  // namespace client::manual
