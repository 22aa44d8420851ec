#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <list>
#include <optional>
#include <string>
#include <string_view>

#include "client/run/frames.h"
#include "client/scenario/model.h"
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
  /// Why nothing more comes: who waited was cancelled, the peer's end has come, or more was unread than is kept.
  enum class Nothing : std::uint8_t { cancelled, ended, overflow };

  /// At most `max_unread` bytes are kept; what arrives beyond them is dropped, and overflowed() tells. All that arrives
  /// is counted in `received`, too, which outlives the connection.
  Connection(sched::Stream stream, std::size_t max_unread, std::atomic<std::uint64_t>& received)
      : stream_(std::move(stream)), max_unread_(max_unread), received_(received) {}

  /// Begins to read. Once; close() or reset() is awaited before the connection is destroyed.
  void start() { reader_.spawn(read()); }

  /// The bytes that have arrived and were not consumed. The view is valid until the next await, also of what is
  /// consumed in between.
  std::string_view unread() const { return std::string_view(bytes_).substr(consumed_); }
  void consume(std::size_t count);
  /// Forgets all that has arrived, and that it was too much.
  void drop_unread();

  /// Waits until more has arrived than now, or changed() is set. Cancellation: at once.
  sched::Task<std::expected<void, Nothing>> more();
  sched::Event& changed() { return changed_; }

  /// The next frame if it is whole already, without consuming it: see first_frame().
  std::optional<Frame> frame(const scenario::Framing& framing);

  /// Waits until the next frame is whole, and gives it without consuming it: see first_frame(). One that announces more
  /// bytes than are kept is an overflow from the start.
  sched::Task<std::expected<Frame, Nothing>> next_frame(const scenario::Framing& framing);

  /// Why nothing more will arrive: end_of_stream after the peer's FIN, or the stream's error. Nothing while it is open.
  const std::optional<sched::Error>& ended() const { return ended_; }
  bool overflowed() const { return overflowed_; }

  /// The stream, to send on. Its errors do not end the reading.
  sched::Stream& stream() { return stream_; }

  /// The stream has taken all `bytes` of what is sent at `place`, which outlives the connection.
  void took(std::size_t bytes, const scenario::Place& place);

  /// When the stream has failed: where the first bytes were sent that it took and that did not leave. Null when there
  /// are none.
  const scenario::Place* place_of_unsent() const;

  /// Ends the reading and closes. What is unsent is dropped: flush first.
  sched::Task<void> close();
  sched::Task<void> reset();

 private:
  /// What was taken and had not left by then.
  struct Sent {
    std::uint64_t end = 0;  ///< bytes that were taken with it and before it
    const scenario::Place* place = nullptr;
  };

  sched::Task<void> read();
  std::size_t keep(std::string_view bytes);
  sched::Task<void> stop_reading();

  sched::Stream stream_;
  const std::size_t max_unread_;
  std::string bytes_;
  std::size_t consumed_ = 0;  ///< of `bytes_`
  std::size_t searched_ = 0;  ///< of the unread bytes, see first_frame()
  sched::Event changed_;
  std::optional<sched::Error> ended_;
  bool overflowed_ = false;
  std::atomic<std::uint64_t>& received_;
  sched::Scope reader_;
  std::uint64_t taken_ = 0;  ///< bytes
  std::list<Sent> unsent_;   ///< most connections never have any, and pay for none
};

}  // namespace client::run
