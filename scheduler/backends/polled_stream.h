#pragma once

#include <sys/uio.h>

#include <array>
#include <cstddef>
#include <span>

#include "scheduler/backends/heap_buffers.h"
#include "scheduler/backends/socket_stream.h"
#include "scheduler/stream.h"

namespace sched {

/// A stream over a socket that is tried and, when it would block, tried again once it has become ready. For backends
/// that are told of readiness; each derives a final class with three functions, which are called without a look-up:
///
///   Result<std::size_t> read(std::span<std::byte> into);
///   Result<std::size_t> write(Bytes bytes);
///   Result<std::size_t> write(std::span<iovec> parts);
///
/// They do not wait. Errors: would_block when nothing can be moved now; whatever else is given ends the direction.
/// `read` gives end_of_stream at the end.
class PolledStream : public SocketStream {
 public:
  using SocketStream::SocketStream;

  // As Backend::attempt; `buffers` gives the memory.
  bool attempt(this auto& self, ReceiveOperation& operation, HeapBuffers& buffers) {
    if (!self.receive_state) {
      operation.result = std::unexpected(self.receive_state.error());
      return true;
    }
    if (!self.readable_ && operation.wait == ReceiveOperation::Wait::yes) return false;
    Lease lease = buffers.lend(kLargestBuffer);
    if (!lease) {
      operation.result = failure(ErrorCode::out_of_memory, "receive");
      return true;
    }
    const Result<std::size_t> count = self.read(lease.tail_room().first(self.receive_limit));
    if (!count) return self.read_failed(operation, count.error());
    lease.commit(*count);
    operation.result = std::move(lease);
    return true;
  }

  bool attempt(this auto& self, SendOperation& operation, HeapBuffers& buffers) {
    if (self.queue.empty()) self.write_now(operation);
    return self.put_off(operation, buffers);
  }

  /// Takes the operation's bytes as far as it may; they leave with the next write_queue().
  bool put_off(SendOperation& operation, HeapBuffers& buffers) {
    if (operation.left() > 0 && send_state && !keep(operation, buffers)) return false;
    operation.result = send_state;
    return true;
  }

  /// The socket may have something to read, an end or an error included.
  void became_readable() {
    readable_ = true;
    if (receiver != nullptr) receiver->wake();
  }

  /// The socket may take bytes, or fail.
  void became_writable(this auto& self) {
    // Nobody waits for what was so all along.
    if (self.writable_) return;
    self.writable_ = true;
    self.write_queue();
    self.wake_writers();
  }

  /// Gives the socket what it takes of what was taken before.
  void write_queue(this auto& self) {
    while (self.writable_ && !self.queue.empty()) {
      std::array<iovec, kPartsAWrite> parts;
      const Result<std::size_t> count = self.write(std::span(parts).first(self.queue.gather(parts)));
      if (count) self.on_sent(*count);
      if (!count) self.write_failed(count.error());
    }
  }

 protected:
  ~PolledStream() = default;

  /// The last read has emptied the socket: the next waits for became_readable().
  void was_emptied() { readable_ = false; }

 private:
  static constexpr std::size_t kPartsAWrite = 16;

  /// Gives the socket what it takes of the operation's bytes.
  void write_now(this auto& self, SendOperation& operation) {
    while (self.writable_ && self.send_state && operation.left() > 0) {
      std::array<iovec, 2> parts;
      const Result<std::size_t> taken = operation.lease
                                            ? self.write(operation.lease.bytes())
                                            : self.write(std::span(parts).first(describe(operation, parts)));
      if (taken) {
        self.sent += *taken;
        operation.take(*taken);
      } else {
        self.write_failed(taken.error());
      }
    }
  }

  static std::size_t describe(const SendOperation& operation, std::array<iovec, 2>& parts);
  bool read_failed(ReceiveOperation& operation, const Error& error);
  void write_failed(const Error& error);

  bool readable_ = false;
  bool writable_ = true;
};

}  // namespace sched
