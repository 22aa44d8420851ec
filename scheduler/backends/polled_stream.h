#pragma once

#include <sys/uio.h>

#include <cstddef>
#include <span>

#include "scheduler/backends/heap_buffers.h"
#include "scheduler/backends/socket_stream.h"

namespace sched {

/// A stream over a socket that is tried and, when it would block, tried again once it has become ready. For backends
/// that are told of readiness; each derives the two calls.
class PolledStream : public SocketStream {
 public:
  using SocketStream::SocketStream;

  // As Backend::attempt; `buffers` gives the memory.
  bool attempt(ReceiveOperation& operation, HeapBuffers& buffers);
  bool attempt(SendOperation& operation, HeapBuffers& buffers);

  /// The socket may have something to read, an end or an error included.
  void became_readable();
  /// The socket may take bytes, or fail.
  void became_writable();

 protected:
  ~PolledStream() = default;

  // Without waiting. Errors: would_block when nothing can be moved now; whatever else is given ends the direction.
  // `read` gives end_of_stream at the end.
  virtual Result<std::size_t> read(std::span<std::byte> into) = 0;
  virtual Result<std::size_t> write(std::span<iovec> parts) = 0;

  /// The last read has emptied the socket: the next waits for became_readable().
  void was_emptied() { readable_ = false; }

 private:
  void write_failed(const Error& error);
  void write_now(SendOperation& operation);

  bool readable_ = false;
  bool writable_ = true;
};

}  // namespace sched
