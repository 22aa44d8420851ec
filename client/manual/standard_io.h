#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "client/manual/ends.h"
#include "client/manual/view.h"
#include "scheduler/descriptor.h"
#include "scheduler/semaphore.h"
#include "text/crlf.h"

// Standard input and output as fibers use them: nothing blocks the scheduler's thread. The descriptors are never made
// non-blocking, for they are shared with the shell and with other programs, which would not expect it.

namespace client::manual {

/// Writes a line of this program's own to standard error.
void tell_on_standard_error(std::string_view text);

/// A description of the terminal `fd` that is ours alone, so that it can be non-blocking: a terminal that says that it
/// can be written to may take a single byte, and what was there to be read may be read by another; then the scheduler,
/// and signals, would wait. `access` is O_RDONLY or O_WRONLY. None when it is no terminal, or may not be opened (after
/// su).
sched::Descriptor open_terminal_anew(int fd, int access);

class StandardInput final : public Input {
 public:
  enum class LineEnds : bool { as_they_are, crlf };

  StandardInput(int fd, LineEnds line_ends);

  sched::Task<sched::Result<void>> readable() override;
  sched::Result<sched::Lease> read(sched::Lease buffer) override;

 private:
  int fd_;
  std::optional<text::CrLf> crlf_;
};

/// A descriptor that text and bytes are written to.
class Writer {
 public:
  explicit Writer(int fd);

  /// Completes when all of `bytes` is written. As the calls of Output; one at a time.
  sched::Task<sched::Result<void>> write(sched::Bytes bytes);

 private:
  sched::Descriptor own_;  ///< a terminal opened anew; else none
  int fd_;
  std::size_t piece_;  ///< the most that is written at once, in bytes
};

class StandardOutput final : public Output {
 public:
  StandardOutput(int fd, Form form) : writer_(fd), view_(form) {}

  sched::Task<sched::Result<void>> received(sched::Bytes bytes) override;
  sched::Task<sched::Result<void>> sent(sched::Bytes bytes) override;
  sched::Task<sched::Result<void>> finish() override;
  sched::Task<void> tell(std::string text) override;

 private:
  sched::Task<sched::Result<void>> write_in_turn(std::string_view text);

  Writer writer_;
  View view_;
  sched::Semaphore turn_{1};  ///< the two directions write one after the other
};

}  // namespace client::manual
