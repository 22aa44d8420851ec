#pragma once

#include <cstddef>

namespace sched {

/// Asks the processor for the first `size` bytes of what is needed soon. With many connections each of them is cold
/// when its turn comes, and waiting for memory is most of what the scheduler's own part costs.
inline void prefetch(const void* memory, std::size_t size) {
  constexpr std::size_t kCacheLine = 64;
  for (std::size_t offset = 0; offset < size; offset += kCacheLine) {
    __builtin_prefetch(static_cast<const char*>(memory) + offset);
  }
}

}  // namespace sched
