#pragma once

#include <string>
#include <string_view>

#include "client/manual/ends.h"
#include "client/manual/line_editor.h"
#include "client/manual/standard_io.h"
#include "client/manual/view.h"
#include "scheduler/semaphore.h"

namespace client::manual {

/// A terminal on which a line is edited while what comes is shown above it.
class Screen final : public Output {
 public:
  /// `editor` outlives it; `fd` is its terminal.
  Screen(LineEditor& editor, int fd, Form form) : editor_(editor), writer_(fd), view_(form) {}

  sched::Task<sched::Result<void>> received(sched::Bytes bytes) override;
  sched::Task<sched::Result<void>> sent(sched::Bytes bytes) override;
  sched::Task<sched::Result<void>> finish() override;
  sched::Task<void> tell(std::string text) override;

  /// Shows whole lines, printable, above the edited line.
  sched::Task<void> print(std::string lines);

  /// Completes when all that the editor and the others had to write until now is written. As the calls of Output; any
  /// number at a time.
  sched::Task<sched::Result<void>> flush();

 private:
  sched::Task<sched::Result<void>> show(std::string_view text);

  LineEditor& editor_;
  Writer writer_;
  View view_;
  sched::Semaphore turn_{1};
};

}  // namespace client::manual
