#pragma once

#include <sys/epoll.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

#include "scheduler/backends/polled_stream.h"
#include "scheduler/backends/socket.h"
#include "scheduler/descriptor.h"
#include "scheduler/intrusive_list.h"
#include "scheduler/result.h"
#include "scheduler/stream.h"

namespace sched {

/// What an epoll event points at.
class EpollSource {
 public:
  virtual void on_events(std::uint32_t events) = 0;

 protected:
  ~EpollSource() = default;
};

struct CorkedTag;

/// A stream on epoll. The first send of a turn leaves at once, small ones after it together at the turn's end.
struct EpollStream final : PolledStream, EpollSource, ListNode<CorkedTag> {
  EpollStream(Descriptor descriptor, const StreamOptions& stream_options)
      : PolledStream(stream_options), fd(std::move(descriptor)) {}

  void on_events(std::uint32_t events) override;
  Result<std::size_t> read(std::span<std::byte> into);
  Result<std::size_t> write(auto what);

  const Descriptor fd;
  bool ending = false;  ///< the peer's FIN or an error is in the socket, so a short read does not mean that it is empty
  bool connect_begun = false;        ///< connect(2) goes on by itself; events tell how it went
  std::uint32_t connect_events = 0;  ///< what they have told
  ConnectOperation* connecting = nullptr;
  std::uint64_t last_turn_sent = 0;
};

inline void EpollStream::on_events(std::uint32_t events) {
  if (connecting != nullptr) {
    // An edge is told once: what the peer sent, and that it closed, may come together with the connection.
    if ((events & EPOLLRDHUP) != 0) ending = true;
    connect_events |= events;
    became_readable();
    return connecting->wake();
  }
  if ((events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0) ending = true;
  if ((events & EPOLLIN) != 0 || ending) became_readable();
  if ((events & (EPOLLOUT | EPOLLERR | EPOLLHUP)) != 0) became_writable();
}

inline Result<std::size_t> EpollStream::read(std::span<std::byte> into) {
  const ssize_t count = system::receive(fd.get(), into);
  if (count == 0) return failure(ErrorCode::end_of_stream, "receive");
  if (count < 0) return errno == EAGAIN ? failure(ErrorCode::would_block, "receive") : system_error("receive", errno);
  if (static_cast<std::size_t>(count) < into.size() && !ending) was_emptied();
  return static_cast<std::size_t>(count);
}

/// Bytes, or parts of them.
Result<std::size_t> EpollStream::write(auto what) {
  const ssize_t count = system::send(fd.get(), what);
  if (count < 0) return errno == EAGAIN ? failure(ErrorCode::would_block, "send") : system_error("send", errno);
  return static_cast<std::size_t>(count);
}

}  // namespace sched
