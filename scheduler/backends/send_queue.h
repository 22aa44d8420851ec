#pragma once

#include <sys/uio.h>

#include <cstddef>
#include <span>

#include "scheduler/buffer.h"

namespace sched {

/// The bytes of one stream that were taken to be sent and that the kernel has not taken yet, in order, in the buffers
/// they came in. Empty, it holds no memory.
class SendQueue {
 public:
  SendQueue() = default;
  SendQueue(const SendQueue&) = delete;
  SendQueue& operator=(const SendQueue&) = delete;
  ~SendQueue() { clear(); }

  bool empty() const { return first_ == nullptr; }

  /// Puts a lease of at least one byte at the end.
  void push(Lease lease);

  /// Copies what fits of `bytes` behind the last buffer's; returns how many that were.
  std::size_t fill_last(Bytes bytes);

  /// Describes the first bytes, as many buffers as `parts` holds. Returns the number of parts; they are valid until the
  /// bytes are consumed.
  std::size_t gather(std::span<iovec> parts) const;

  /// Forgets the first `count` bytes, which have been sent, and gives their buffers back.
  void consume(std::size_t count);

  void clear();

 private:
  void drop_first();

  Buffer* first_ = nullptr;
  Buffer* last_ = nullptr;
};

}  // namespace sched
