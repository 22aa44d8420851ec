#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "scheduler/event.h"
#include "scheduler/result.h"
#include "scheduler/scope.h"
#include "scheduler/stream.h"
#include "scheduler/task.h"

// Connection: one client's stream, with what has arrived on it and is unread. A fiber of its own reads all the time, so
// that sending never stops reading; the client looks at what is unread and consumes it.

namespace client::run {

class Connection {
 public:
  /// At most `max_unread` bytes are kept; when more arrive, reading ends and overflowed() tells.
  Connection(sched::Stream stream, std::size_t max_unread) : stream_(std::move(stream)), max_unread_(max_unread) {}

  /// Begins to read. Once; end() is awaited before the connection is destroyed.
  void start() { reader_.spawn(read()); }

  /// The bytes that have arrived and were not consumed. Valid until the next await or consume().
  std::string_view unread() const { return std::string_view(bytes_).substr(consumed_); }
  void consume(std::size_t count);

  /// Completes when more has arrived or the peer's end came, since the last time it was awaited or looked at. Errors:
  /// cancelled.
  sched::Event::Wait change() {
    changed_.reset();
    return changed_.wait();
  }

  /// Why nothing more will arrive: end_of_stream after the peer's FIN, or the stream's error. Nothing while it is open.
  const std::optional<sched::Error>& ended() const { return ended_; }
  bool overflowed() const { return overflowed_; }
  /// All bytes that arrived, since the start.
  std::uint64_t received() const { return received_; }

  /// The stream, to send on. Its errors do not end the reading.
  sched::Stream& stream() { return stream_; }

  /// Ends the reading and closes.
  sched::Task<void> close();
  sched::Task<void> reset();

 private:
  sched::Task<void> read();
  sched::Task<void> stop_reading();

  sched::Stream stream_;
  const std::size_t max_unread_;
  std::string bytes_;
  std::size_t consumed_ = 0;
  sched::Event changed_;
  std::optional<sched::Error> ended_;
  bool overflowed_ = false;
  std::uint64_t received_ = 0;
  sched::Scope reader_;
};

}  // namespace client::run
