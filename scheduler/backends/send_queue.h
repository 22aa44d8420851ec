#pragma once

#include <sys/uio.h>

#include <cstddef>
#include <span>

#include "scheduler/backends/lease_queue.h"
#include "scheduler/buffer.h"

namespace sched {

/// The bytes of one stream that were taken to be sent and that the kernel has not taken yet, in order, in the buffers
/// they came in. Empty, it holds no memory.
class SendQueue {
 public:
  bool empty() const { return leases_.empty(); }

  /// How many buffers the bytes are in, and those in the first of them; there is one.
  std::size_t parts() const { return leases_.size(); }
  Bytes first() const;

  /// Puts a lease of at least one byte at the end. A few bytes are copied behind the last buffer's where they fit, so
  /// that many small leases do not hold as many large buffers.
  void push(Lease lease);

  /// Copies what fits of `bytes` behind the last buffer's; returns how many that were.
  std::size_t fill_last(Bytes bytes);

  /// Describes the first bytes, as many buffers as `parts` holds. Returns the number of parts; they are valid until the
  /// bytes are consumed, whatever is put at the end meanwhile.
  std::size_t gather(std::span<iovec> parts) const;

  /// Forgets the first `count` bytes, which have been sent, and gives their buffers back.
  void consume(std::size_t count);

  void clear() { leases_.clear(); }

 private:
  LeaseQueue leases_;
};

}  // namespace sched
