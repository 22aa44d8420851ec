#include "scheduler/backends/io_uring.h"

#include <fcntl.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <new>
#include <utility>
#include <vector>

#include "scheduler/backends/heap_buffers.h"
#include "scheduler/backends/io_uring_buffers.h"
#include "scheduler/backends/io_uring_listener.h"
#include "scheduler/backends/io_uring_ring.h"
#include "scheduler/backends/io_uring_stream.h"
#include "scheduler/backends/io_uring_waits.h"
#include "scheduler/backends/socket.h"

namespace sched {

namespace {

class UringBackend final : public Backend {
 public:
  UringBackend(std::unique_ptr<UringRing> ring, const UringOptions& options)
      : ring_(std::move(ring)), receive_buffers_(*ring_, options.receive_buffers) {}

  std::string_view name() const override { return "io_uring"; }
  Instant now() override { return now_ = system::now(); }
  std::chrono::microseconds time_of_day() override { return system::time_of_day(); }
  std::uint64_t random() override { return system::random(); }

  bool attempt(AcceptOperation& operation) override { return listener_of(operation.listener).attempt(operation); }
  bool attempt(ConnectOperation& operation) override;
  bool attempt(ReceiveOperation& operation) override { return stream_of(operation.stream).attempt(operation); }
  bool attempt(SendOperation& operation) override { return stream_of(operation.stream).attempt(operation); }
  bool attempt(FlushOperation& operation) override { return stream_of(operation.stream).flushed(operation); }
  bool attempt(ReadinessOperation& operation) override;
  void cancel(ConnectOperation& operation) override;
  void cancel(ReadinessOperation& operation) override;

  Result<ListenerState*> listen(const Address& address, const ListenOptions& options) override;
  Result<ListenerState*> adopt(Descriptor listening, const ListenOptions& options) override;
  Result<Address> local_address(const ListenerState& listener) override;
  void close(ListenerState& listener) override { listener_of(listener).close(); }
  Result<Address> local_address(const StreamState& stream) override;
  Result<Address> peer_address(const StreamState& stream) override;
  Result<void> shutdown_send(StreamState& stream) override;
  void close(StreamState& stream, Close how) override { stream_of(stream).close(how); }

  Lease lend(std::size_t size) override { return heap_buffers_.lend(size); }
  void wait(Instant deadline) override;
  bool is_closing() const override { return context_.closing > 0 || ring_->has_to_close(); }

 private:
  static UringStream& stream_of(StreamState& state) { return static_cast<UringStream&>(state); }
  static UringListener& listener_of(ListenerState& state) { return static_cast<UringListener&>(state); }

  Instant now_{};  ///< when the clock was looked at last
  std::unique_ptr<UringRing> ring_;
  UringBufferPools receive_buffers_;
  HeapBuffers heap_buffers_;
  UringContext context_{
      .ring = *ring_, .receive_buffers = receive_buffers_, .heap_buffers = heap_buffers_, .connect_retries = {}};
};

Result<ListenerState*> UringBackend::listen(const Address& address, const ListenOptions& options) {
  Result<Descriptor> fd = system::listen(address, options);
  if (!fd) return std::unexpected(fd.error());
  return adopt(std::move(*fd), options);
}

Result<ListenerState*> UringBackend::adopt(Descriptor listening, const ListenOptions& options) {
  // Whoever made it may have left it blocking, and accept_queued() asks it itself.
  ::fcntl(listening.get(), F_SETFL, ::fcntl(listening.get(), F_GETFL) | O_NONBLOCK);
  auto* listener = new (std::nothrow) UringListener(std::move(listening), options.streams, context_);
  if (listener == nullptr) return failure(ErrorCode::out_of_memory, "listen");
  return listener;
}

Result<Address> UringBackend::local_address(const ListenerState& listener) {
  return system::local_address(static_cast<const UringListener&>(listener).fd());
}

Result<Address> UringBackend::local_address(const StreamState& stream) {
  return system::local_address(static_cast<const UringStream&>(stream).fd.get());
}

Result<Address> UringBackend::peer_address(const StreamState& stream) {
  return system::peer_address(static_cast<const UringStream&>(stream).fd.get());
}

Result<void> UringBackend::shutdown_send(StreamState& stream) {
  if (::shutdown(stream_of(stream).fd.get(), SHUT_WR) != 0) return system_error("shutdown", errno);
  return {};
}

bool UringBackend::attempt(ConnectOperation& operation) {
  if (operation.state == nullptr) {
    Result<Descriptor> fd = system::socket_to(operation.to, operation.options, operation.from);
    if (!fd) {
      operation.result = std::unexpected(fd.error());
      return true;
    }
    operation.state = new (std::nothrow) UringConnect(operation, std::move(*fd), context_);
  }
  if (operation.state == nullptr) {
    operation.result = failure(ErrorCode::out_of_memory, "connect");
    return true;
  }
  return static_cast<UringConnect*>(operation.state)->attempt();
}

void UringBackend::cancel(ConnectOperation& operation) { static_cast<UringConnect*>(operation.state)->cancel(); }

bool UringBackend::attempt(ReadinessOperation& operation) {
  static_assert(sizeof(UringPoll) <= sizeof operation.room);
  operation.state = new (operation.room.data()) UringPoll(operation, *ring_);
  return false;
}

void UringBackend::cancel(ReadinessOperation& operation) { static_cast<UringPoll*>(operation.state)->cancel(); }

void UringBackend::wait(Instant deadline) {
  Duration wait = context_.connect_retries.limit(system::time_until(deadline, now_));
  // That they are closed is not told.
  if (ring_->has_to_close()) wait = Duration::zero();
  ring_->collect();
  if (receive_buffers_.is_awaited()) {
    // The buffers are in sends of this turn, which complete without blocking; or those who hold them wait, too.
    const bool returning = ring_->has_silent();
    const bool relieved = receive_buffers_.relieve(!returning && wait > Duration::zero());
    if (returning || relieved) wait = Duration::zero();
  }
  ring_->enter(wait);
  context_.connect_retries.wake();
}

}  // namespace

Result<std::unique_ptr<Backend>> make_io_uring_backend(const UringOptions& options) {
  Result<std::unique_ptr<UringRing>> ring = UringRing::make(options);
  if (!ring) return std::unexpected(ring.error());
  return std::make_unique<UringBackend>(std::move(*ring), options);
}

}  // namespace sched
