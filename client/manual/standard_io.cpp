#include "client/manual/standard_io.h"

#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <span>
#include <string>

#include <fmt/format.h>

#include "scheduler/backend.h"
#include "scheduler/readiness.h"
#include "scheduler/scheduler.h"

namespace client::manual {

namespace {

constexpr std::size_t kFilePiece = 64 * 1024;

/// The most that is read at once when each byte may become two; a lease holds the double.
constexpr std::size_t kLinesPiece = 16 * 1024;

bool is_regular_file(int fd) {
  struct stat status{};
  return ::fstat(fd, &status) == 0 && S_ISREG(status.st_mode);
}

sched::Result<std::size_t> read_from(int fd, std::span<std::byte> room) {
  const ssize_t count = ::read(fd, room.data(), room.size());
  if (count == 0) return sched::failure(sched::ErrorCode::end_of_stream, "standard input");
  if (count < 0 && (errno == EAGAIN || errno == EINTR)) {
    return sched::failure(sched::ErrorCode::would_block, "standard input");
  }
  if (count < 0) return sched::system_error("standard input", errno);
  return static_cast<std::size_t>(count);
}

std::string_view text_of(sched::Bytes bytes) { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }

View::Time time_of_day() { return sched::Scheduler::current().backend().time_of_day(); }

}  // namespace

void tell_on_standard_error(std::string_view text) { fmt::print(stderr, "echo_client: {}\n", text); }

sched::Descriptor open_terminal_anew(int fd, int access) {
  if (::isatty(fd) != 1) return {};
  return sched::Descriptor(
      ::open(fmt::format("/proc/self/fd/{}", fd).c_str(), access | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
}

StandardInput::StandardInput(int fd, LineEnds line_ends) : fd_(fd) {
  if (line_ends == LineEnds::crlf) crlf_.emplace();
}

sched::Task<sched::Result<void>> StandardInput::readable() {
  co_return co_await sched::wait_until_ready(fd_, sched::Ready::to_read);
}

sched::Result<sched::Lease> StandardInput::read(sched::Lease buffer) {
  if (!crlf_) {
    const sched::Result<std::size_t> count = read_from(fd_, buffer.tail_room());
    if (!count) return std::unexpected(count.error());
    buffer.commit(*count);
    return buffer;
  }
  std::array<std::byte, kLinesPiece> piece;
  const sched::Result<std::size_t> count = read_from(fd_, piece);
  if (!count) return std::unexpected(count.error());
  const std::string lines = crlf_->next(text_of(std::span(piece).first(*count)));
  std::memcpy(buffer.tail_room().data(), lines.data(), lines.size());
  buffer.commit(lines.size());
  return buffer;
}

// A pipe that says that it can be written to has room for PIPE_BUF bytes (pipe(7)); a write of more might wait, with
// the whole scheduler. A file never waits.
Writer::Writer(int fd)
    : own_(open_terminal_anew(fd, O_WRONLY)),
      fd_(own_ ? own_.get() : fd),
      piece_(is_regular_file(fd) ? kFilePiece : PIPE_BUF) {}

sched::Task<sched::Result<void>> Writer::write(sched::Bytes bytes) {
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

sched::Task<sched::Result<void>> StandardOutput::received(sched::Bytes bytes) {
  if (view_.is_exact()) co_return co_await writer_.write(bytes);
  const std::string shown = view_.received(text_of(bytes), time_of_day());
  co_return co_await write_in_turn(shown);
}

sched::Task<sched::Result<void>> StandardOutput::sent(sched::Bytes bytes) {
  if (!view_.shows_sent()) co_return sched::Result<void>{};
  const std::string shown = view_.sent(text_of(bytes), time_of_day());
  co_return co_await write_in_turn(shown);
}

sched::Task<sched::Result<void>> StandardOutput::finish() {
  const std::string shown = view_.finish(time_of_day());
  co_return co_await write_in_turn(shown);
}

sched::Task<void> StandardOutput::tell(std::string text) {
  tell_on_standard_error(text);
  co_return;
}

sched::Task<sched::Result<void>> StandardOutput::write_in_turn(std::string_view text) {
  const sched::Result<void> turn = co_await turn_.acquire();
  if (!turn) co_return turn;
  const sched::Result<void> written = co_await writer_.write(std::as_bytes(std::span(text)));
  turn_.release();
  co_return written;
}

}  // namespace client::manual
