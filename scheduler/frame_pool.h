#pragma once

#include <cstddef>

// Memory for coroutine frames and fibers: a free list for each size class, one set a thread. A frame costs a few
// nanoseconds from a list that malloc would take five times as long for. Each list keeps a bounded number of free
// pieces, so that memory goes back after a peak. Under AddressSanitizer every piece is malloc's own, so that a use
// after the end is seen.

namespace sched::frame_pool {

/// Memory for `size` bytes, aligned for any object. Throws std::bad_alloc. It is returned on the same thread.
void* allocate(std::size_t size);

/// Returns what allocate(size) gave.
void release(void* memory, std::size_t size) noexcept;

}  // namespace sched::frame_pool
