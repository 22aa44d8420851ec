#pragma once

#include <cstddef>
#include <optional>

#include "scheduler/buffer.h"
#include "scheduler/descriptor.h"
#include "scheduler/readiness.h"
#include "scheduler/result.h"
#include "scheduler/task.h"
#include "text/terminal_filter.h"

// Standard input and output as fibers use them: nothing blocks the scheduler's thread. The descriptors are never made
// non-blocking, for they are shared with the shell and with other programs, which would not expect it.

namespace client::manual {

class Input {
 public:
  explicit Input(int fd) : fd_(fd) {}

  /// Completes when read() will not wait: something is there, or the end. Errors and cancellation: as of
  /// sched::wait_until_ready.
  sched::ReadinessOperation readable() const { return sched::wait_until_ready(fd_, sched::Ready::to_read); }

  /// Fills `buffer`, which is empty, with what is there; after readable(). Errors: end_of_stream; would_block when it
  /// was not there after all; system.
  sched::Result<sched::Lease> read(sched::Lease buffer) const;

 private:
  int fd_;
};

class Output {
 public:
  /// Whether what a peer sends is made fit for a terminal (text::TerminalFilter) or written as it is.
  enum class Form : bool { exact, escaped };

  Output(int fd, Form form);

  /// Completes when all of `bytes` is written, or with an error; it is awaited on the spot. Errors: system (EPIPE, when
  /// nobody reads any more; ENOSPC, …). Cancellation: at once; some of the bytes may have been written.
  sched::Task<sched::Result<void>> write(sched::Bytes bytes);

  /// Writes what an escaping output still holds. As write().
  sched::Task<sched::Result<void>> finish();

 private:
  sched::Task<sched::Result<void>> write_exact(sched::Bytes bytes);

  sched::Descriptor own_;  ///< a terminal opened anew; else none
  int fd_;
  std::size_t piece_;  ///< the most that is written at once, in bytes
  std::optional<text::TerminalFilter> filter_;
};

}  // namespace client::manual
