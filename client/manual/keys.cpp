#include "client/manual/keys.h"

#include <algorithm>
#include <cstdint>

#include "text/utf8.h"

namespace client::manual {

namespace {

constexpr char kEscape = '\x1b';
constexpr char kQuote = '\x16';  // Ctrl-V
constexpr char kLead = '\x18';   // Ctrl-X

/// No key is longer: ESC is then one by itself.
constexpr std::size_t kLongestSequence = 32;

/// Where bytes that are not UTF-8 are among the wide characters, as in Python's "surrogateescape".
constexpr char32_t kStrangeByte = 0xdc00;

/// A sequence of ECMA-48 behind "ESC [": parameters and intermediates, and a final byte.
std::size_t control_sequence(std::string_view bytes) {
  const auto final = std::find_if(bytes.begin() + 2, bytes.end(), [](char c) { return c >= '@' && c <= '~'; });
  if (final != bytes.end()) return static_cast<std::size_t>(final - bytes.begin()) + 1;
  return bytes.size() < kLongestSequence ? 0 : 1;
}

std::size_t escape_sequence(std::string_view bytes) {
  if (bytes.size() < 2) return 0;
  if (bytes[1] == '[') return control_sequence(bytes);
  if (bytes[1] == 'O') return bytes.size() < 3 ? 0 : 3;
  const std::size_t rest = first_key(bytes.substr(1));
  return rest == 0 ? 0 : rest + 1;
}

void append(std::string& out, char32_t value) {
  const auto byte = [&out](char32_t bits) { out += static_cast<char>(static_cast<std::uint8_t>(bits)); };
  if (value < 0x80) return byte(value);
  if (value < 0x800) {
    byte(0xc0 | (value >> 6));
  } else if (value < 0x10000) {
    byte(0xe0 | (value >> 12));
    byte(0x80 | ((value >> 6) & 0x3f));
  } else {
    byte(0xf0 | (value >> 18));
    byte(0x80 | ((value >> 12) & 0x3f));
    byte(0x80 | ((value >> 6) & 0x3f));
  }
  byte(0x80 | (value & 0x3f));
}

}  // namespace

std::size_t first_key(std::string_view bytes) {
  if (bytes[0] == kEscape) return escape_sequence(bytes);
  if (bytes[0] == kQuote || bytes[0] == kLead) {
    const std::size_t next = bytes.size() > 1 ? first_key(bytes.substr(1)) : 0;
    return next == 0 ? 0 : next + 1;
  }
  if (text::is_cut_off(bytes)) return 0;
  return std::max<std::size_t>(text::first_code_point(bytes).size, 1);
}

std::size_t plain_text(std::string_view bytes) {
  std::size_t size = 0;
  while (size < bytes.size()) {
    const text::CodePoint next = text::first_code_point(bytes.substr(size));
    const bool is_control = next.value < ' ' || (next.value >= 0x7f && next.value < 0xa0);
    if (next.size == 0 || (is_control && next.value != '\t')) break;
    size += next.size;
  }
  return size;
}

std::wstring widen(std::string_view bytes) {
  std::wstring characters;
  while (!bytes.empty()) {
    const text::CodePoint next = text::first_code_point(bytes);
    const char32_t value = next.size > 0 ? next.value : kStrangeByte + static_cast<std::uint8_t>(bytes[0]);
    characters += static_cast<wchar_t>(value);
    bytes.remove_prefix(std::max<std::size_t>(next.size, 1));
  }
  return characters;
}

std::string narrow(std::wstring_view characters) {
  std::string bytes;
  for (const wchar_t character : characters) {
    const auto value = static_cast<char32_t>(character);
    if (value >= kStrangeByte + 0x80 && value <= kStrangeByte + 0xff) {
      bytes += static_cast<char>(static_cast<std::uint8_t>(value - kStrangeByte));
    } else {
      append(bytes, value);
    }
  }
  return bytes;
}

}  // namespace client::manual
