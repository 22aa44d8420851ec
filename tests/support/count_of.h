#pragma once

#include <cstddef>
#include <string_view>

namespace support {

/// How often `text` occurs in `log`.
inline std::ptrdiff_t count_of(std::string_view text, std::string_view log) {
  std::ptrdiff_t count = 0;
  for (size_t at = log.find(text); at != std::string_view::npos; at = log.find(text, at + 1)) ++count;
  return count;
}

}  // namespace support
