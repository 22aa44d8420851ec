#include "text/utf8.h"

#include <array>
#include <cstdint>

namespace text {

namespace {

std::uint8_t byte(std::string_view bytes, std::size_t index) { return static_cast<std::uint8_t>(bytes[index]); }

bool continues(std::string_view bytes, std::size_t index) { return (byte(bytes, index) & 0xc0) == 0x80; }

/// How long a character that begins with `first` is; 0 when none does.
std::size_t size_of(std::uint8_t first) {
  if (first < 0x80) return 1;
  if (first < 0xc2 || first > 0xf4) return 0;
  return first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
}

}  // namespace

CodePoint first_code_point(std::string_view bytes) {
  const std::uint8_t first = byte(bytes, 0);
  const std::size_t size = size_of(first);
  if (size == 1) return {first, 1};
  if (size == 0 || bytes.size() < size) return {};
  char32_t value = first & (0xffU >> (size + 1));
  for (std::size_t i = 1; i < size; ++i) {
    if (!continues(bytes, i)) return {};
    value = value << 6 | (byte(bytes, i) & 0x3fU);
  }
  constexpr std::array<char32_t, 5> kSmallest{0, 0, 0x80, 0x800, 0x10000};
  if (value < kSmallest[size] || value > 0x10ffff || (value >= 0xd800 && value < 0xe000)) return {};
  return {value, size};
}

bool is_cut_off(std::string_view bytes) {
  if (bytes.size() >= size_of(byte(bytes, 0))) return false;
  for (std::size_t i = 1; i < bytes.size(); ++i) {
    if (!continues(bytes, i)) return false;
  }
  return true;
}

bool is_utf8(std::string_view bytes) {
  while (!bytes.empty()) {
    const std::size_t size = first_code_point(bytes).size;
    if (size == 0) return false;
    bytes.remove_prefix(size);
  }
  return true;
}

}  // namespace text
