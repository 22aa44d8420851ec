#include "client/manual/standard_io.h"

#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <span>
#include <string>

#include <fmt/format.h>

namespace client::manual {

namespace {

constexpr std::size_t kFilePiece = 64 * 1024;

bool is_regular_file(int fd) {
  struct stat status{};
  return ::fstat(fd, &status) == 0 && S_ISREG(status.st_mode);
}

/// A description of the terminal `fd` that is ours alone, so that it can be non-blocking: a terminal that says that it
/// can be written to may take a single byte, and then a write would keep the scheduler, and signals, waiting. None when
/// it is no terminal, or may not be opened (after su).
sched::Descriptor open_terminal_anew(int fd) {
  if (::isatty(fd) != 1) return {};
  return sched::Descriptor(
      ::open(fmt::format("/proc/self/fd/{}", fd).c_str(), O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
}

}  // namespace

sched::Result<sched::Lease> Input::read(sched::Lease buffer) const {
  const std::span<std::byte> room = buffer.tail_room();
  const ssize_t count = ::read(fd_, room.data(), room.size());
  if (count == 0) return sched::failure(sched::ErrorCode::end_of_stream, "standard input");
  if (count < 0 && (errno == EAGAIN || errno == EINTR)) {
    return sched::failure(sched::ErrorCode::would_block, "standard input");
  }
  if (count < 0) return sched::system_error("standard input", errno);
  buffer.commit(static_cast<std::size_t>(count));
  return buffer;
}

// A pipe that says that it can be written to has room for PIPE_BUF bytes (pipe(7)); a write of more might wait, with
// the whole scheduler. A file never waits.
Output::Output(int fd, Form form)
    : own_(open_terminal_anew(fd)), fd_(own_ ? own_.get() : fd), piece_(is_regular_file(fd) ? kFilePiece : PIPE_BUF) {
  if (form == Form::escaped) filter_.emplace();
}

sched::Task<sched::Result<void>> Output::write(sched::Bytes bytes) {
  if (!filter_) co_return co_await write_exact(bytes);
  const std::string shown = filter_->next({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  co_return co_await write_exact(std::as_bytes(std::span(shown)));
}

sched::Task<sched::Result<void>> Output::finish() {
  const std::string shown = filter_ ? filter_->finish() : std::string();
  co_return co_await write_exact(std::as_bytes(std::span(shown)));
}

sched::Task<sched::Result<void>> Output::write_exact(sched::Bytes bytes) {
  while (!bytes.empty()) {
    const sched::Result<void> ready = co_await sched::wait_until_ready(fd_, sched::Ready::to_write);
    if (!ready) co_return ready;
    const ssize_t count = ::write(fd_, bytes.data(), std::min(bytes.size(), piece_));
    if (count >= 0) {
      bytes = bytes.subspan(static_cast<std::size_t>(count));
    } else if (errno != EAGAIN && errno != EINTR) {
      co_return sched::system_error("standard output", errno);
    }
  }
  co_return sched::Result<void>{};
}

}  // namespace client::manual
