#include "client/print.h"

#include <unistd.h>

#include "scheduler/file.h"
#include "scheduler/result.h"

namespace client {

std::expected<void, std::string> print(std::string_view text) {
  const sched::Result<void> written = sched::write_all(STDOUT_FILENO, text);
  if (!written) return std::unexpected("cannot write to standard output: " + describe(written.error()));
  return {};
}

}  // namespace client
