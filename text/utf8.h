#pragma once

#include <cstddef>
#include <string_view>

namespace text {

/// One character of UTF-8 and how many bytes it is long.
struct CodePoint {
  char32_t value = 0;
  std::size_t size = 0;  ///< in bytes; 0 when the bytes are not UTF-8
};

/// The first character of `bytes`, of which there is at least one, as RFC 3629 has it: no overlong forms, no
/// surrogates, nothing above U+10FFFF.
CodePoint first_code_point(std::string_view bytes);

/// Whether `bytes`, of which there is at least one, are the beginning of a character whose end is missing.
bool is_cut_off(std::string_view bytes);

/// Whether all of `bytes` is UTF-8.
bool is_utf8(std::string_view bytes);

}  // namespace text
