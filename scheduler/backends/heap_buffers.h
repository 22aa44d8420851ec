#pragma once

#include <cstddef>
#include <cstdint>

#include "scheduler/buffer.h"

namespace sched {

/// The most bytes one buffer holds, whichever backend lends it.
inline constexpr std::uint32_t kLargestBuffer = 64 * 1024;

/// The buffers that a backend lends to be filled and sent: a small size for most, a large one for the rest. The
/// scheduler's thread alone uses them.
class HeapBuffers {
 public:
  /// An empty buffer with room for `size` bytes, at most kLargestBuffer. No lease when memory has run out.
  Lease lend(std::size_t size) noexcept { return (size <= small_.size() ? small_ : large_).lend(); }

 private:
  HeapBufferPool small_{4 * 1024, 256};
  HeapBufferPool large_{kLargestBuffer, 16};
};

}  // namespace sched
