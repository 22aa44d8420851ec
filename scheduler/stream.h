#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>

#include "scheduler/backend.h"
#include "scheduler/operation.h"

// Stream: a connected byte stream (TCP or Unix), and what can be awaited on it.
//
//   Result<Lease> received = co_await stream.receive();      // yield 'recv', sock
//   co_await stream.send(received->bytes());                 // yield 'send', sock
//
// What may overlap: one receive with one send or flush. A stream is used on the thread that made it, and is closed only
// when no operation is parked on it.

namespace sched {

class Stream;

/// Completes when bytes are there: gives a lease of at least one and at most `receive_limit` bytes.
/// Errors: end_of_stream after the peer's FIN and all before it; system (ECONNRESET, …); would_block if it does not
/// wait. After an error every later receive gives the same. Cancellation: at once; nothing received is lost.
class ReceiveOperation final : public Operation {
 public:
  enum class Wait : bool { no, yes };

  ReceiveOperation(Backend& backend, StreamState& stream, Wait wait) : wait(wait), stream(stream), backend_(backend) {}

  const Wait wait;
  StreamState& stream;
  Result<Lease> result = failure(ErrorCode::cancelled, "receive");

  const char* name() const override { return "receive"; }
  bool attempt() override;
  void cancel() override;
  bool await_ready();
  void await_suspend(std::coroutine_handle<> handle) {
    if (!is_done()) stream.receiver = this;
    Operation::await_suspend(handle);
  }
  Result<Lease> await_resume() {
    stream.receiver = nullptr;
    return std::move(result);
  }

 private:
  Backend& backend_;
};

/// Completes when every byte is taken: handed to the kernel, or kept to be sent in order while the fiber goes on. It
/// waits while `unsent_limit` bytes are kept. The views are looked at until it completes; a lease moves in.
/// Errors: system (EPIPE, ECONNRESET, …), also of bytes that an earlier send took. After an error every later send
/// gives the same. Cancellation: at once; some of the bytes may have been taken.
class SendOperation final : public Operation {
 public:
  /// The parts are sent one after the other, without a gap.
  SendOperation(Backend& backend, StreamState& stream, Bytes first, Bytes second)
      : stream(stream), parts{first, second}, backend_(backend) {}
  SendOperation(Backend& backend, StreamState& stream, Lease lease)
      : stream(stream), lease(std::move(lease)), backend_(backend) {}

  StreamState& stream;
  std::array<Bytes, 2> parts;  ///< what is not taken yet, when no lease was given
  Lease lease;                 ///< what is not taken yet, when one was
  Result<void> result = failure(ErrorCode::cancelled, "send");

  /// How many bytes are not taken yet; and take() says that the first `count` of them are. For backends.
  std::size_t left() const { return lease ? lease.size() : parts[0].size() + parts[1].size(); }
  void take(std::size_t count);

  const char* name() const override { return "send"; }
  bool attempt() override;
  void cancel() override;
  void await_suspend(std::coroutine_handle<> handle) {
    if (!is_done()) stream.sender = this;
    Operation::await_suspend(handle);
  }
  Result<void> await_resume() {
    stream.sender = nullptr;
    return result;
  }

 private:
  Backend& backend_;
};

/// Completes when no more than `at_most` bytes are unsent. Errors and cancellation: as of send.
class FlushOperation final : public Operation {
 public:
  FlushOperation(Backend& backend, StreamState& stream, std::uint64_t at_most)
      : stream(stream), at_most(at_most), backend_(backend) {}

  StreamState& stream;
  const std::uint64_t at_most;
  Result<void> result = failure(ErrorCode::cancelled, "send");

  const char* name() const override { return "flush"; }
  bool attempt() override;
  void cancel() override;
  void await_suspend(std::coroutine_handle<> handle) {
    if (!is_done()) stream.flusher = this;
    Operation::await_suspend(handle);
  }
  Result<void> await_resume() {
    stream.flusher = nullptr;
    return result;
  }

 private:
  Backend& backend_;
};

/// Completes when the connection stands. Errors: system (ECONNREFUSED, ETIMEDOUT, EADDRNOTAVAIL, EMFILE, …).
/// Cancellation: when the kernel has let go; a connection that stands by then is closed.
class ConnectOperation final : public QueuedOperation {
 public:
  ConnectOperation(Backend& backend, const Address& to, const StreamOptions& options,
                   const std::optional<Address>& from)
      : to(to), from(from), options(options), backend_(backend) {}

  const Address to;
  const std::optional<Address> from;  ///< the local address; port 0 is any
  const StreamOptions options;
  Result<StreamState*> result = failure(ErrorCode::cancelled, "connect");
  void* state = nullptr;  ///< the backend's own, while the operation is parked

  const char* name() const override { return "connect"; }
  bool attempt() override { return backend_.attempt(*this); }
  void cancel() override { backend_.cancel(*this); }
  Result<Stream> await_resume();

 private:
  Backend& backend_;
};

class Stream {
 public:
  Stream(Backend& backend, StreamState& state) : backend_(&backend), state_(&state) {}
  Stream(Stream&& other) noexcept : backend_(other.backend_), state_(std::exchange(other.state_, nullptr)) {}
  Stream& operator=(Stream&& other) noexcept;
  /// Closes in order; unsent bytes are dropped.
  ~Stream() { close(); }

  ReceiveOperation receive(ReceiveOperation::Wait wait = ReceiveOperation::Wait::yes) {
    return {*backend_, *state_, wait};
  }

  /// As receive(), but when nothing has arrived it gives would_block. It never waits for the peer, though perhaps for a
  /// turn, and it runs in a cancelled fiber too.
  ReceiveOperation receive_available() { return receive(ReceiveOperation::Wait::no); }

  SendOperation send(Bytes bytes) { return {*backend_, *state_, bytes, {}}; }
  SendOperation send(Bytes first, Bytes second) { return {*backend_, *state_, first, second}; }
  SendOperation send(Lease lease) { return {*backend_, *state_, std::move(lease)}; }
  FlushOperation flush(std::uint64_t at_most = 0) { return {*backend_, *state_, at_most}; }

  /// Half-closes: the peer sees the end of the stream after what was sent. Flush first.
  Result<void> shutdown_send() { return backend_->shutdown_send(*state_); }

  void close() { close(Close::orderly); }
  void reset() { close(Close::reset); }
  bool is_open() const { return state_ != nullptr; }

  /// An empty buffer to fill and send, with room for `size` bytes (at most 64 KiB) behind its head room. Throws
  /// std::bad_alloc.
  Lease lend(std::size_t size);

  Result<Address> local_address() const { return backend_->local_address(*state_); }
  Result<Address> peer_address() const { return backend_->peer_address(*state_); }

  /// Bytes that send() took and the kernel has not; and those it has taken since the start.
  std::uint64_t unsent() const { return state_->unsent; }
  std::uint64_t sent() const { return state_->sent; }

 private:
  void close(Close how);

  Backend* backend_;
  StreamState* state_;
};

/// Connects to `to`. Awaited on the spot.
ConnectOperation connect(const Address& to, const StreamOptions& options = {},
                         const std::optional<Address>& from = std::nullopt);

}  // namespace sched
