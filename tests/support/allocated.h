#pragma once

#include <malloc.h>

#include <cstddef>

namespace support {

/// How many bytes are allocated by a program's first thread, whose call it is (mallinfo(3)). Below what is true under a
/// sanitizer, which has an allocator of its own.
inline std::size_t allocated_bytes() {
  const struct mallinfo2 all = ::mallinfo2();
  return all.uordblks + all.hblkhd;
}

}  // namespace support
