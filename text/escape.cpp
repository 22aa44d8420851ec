#include "text/escape.h"

#include <cstdint>

#include <fmt/format.h>

#include "text/utf8.h"

namespace text {

namespace {

/// Characters that are shown by number: they are invisible or reorder what stands beside them (Unicode bidi controls,
/// zero-width characters, line and paragraph separators, the byte order mark).
bool is_deceptive(char32_t value) {
  return value == 0xad || value == 0x61c || (value >= 0x200b && value <= 0x200f) ||
         (value >= 0x2028 && value <= 0x202e) || (value >= 0x2060 && value <= 0x206f) || value == 0xfeff;
}

void append_escaped_byte(std::string& out, char byte) {
  switch (byte) {
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    default:
      fmt::format_to(std::back_inserter(out), "\\x{:02x}", static_cast<std::uint8_t>(byte));
  }
}

std::string escape_all(std::string_view bytes) {
  std::string out;
  out.reserve(bytes.size());
  while (!bytes.empty()) {
    const CodePoint next = first_code_point(bytes);
    const bool control = next.value < 0x20 || (next.value >= 0x7f && next.value < 0xa0);
    if (next.size == 0 || control) {
      const std::size_t size = next.size == 0 ? 1 : next.size;
      for (const char byte : bytes.substr(0, size)) append_escaped_byte(out, byte);
      bytes.remove_prefix(size);
      continue;
    }
    if (next.value == '\\' || next.value == '"') out += '\\';
    if (is_deceptive(next.value)) {
      fmt::format_to(std::back_inserter(out), "\\u{{{:04x}}}", static_cast<std::uint32_t>(next.value));
    } else {
      out += bytes.substr(0, next.size);
    }
    bytes.remove_prefix(next.size);
  }
  return out;
}

std::string cut_off(std::size_t size, std::size_t max_bytes) {
  return size <= max_bytes ? "" : fmt::format("… ({} bytes more)", size - max_bytes);
}

}  // namespace

std::string escape(std::string_view bytes, std::size_t max_bytes) {
  return escape_all(bytes.substr(0, max_bytes)) + cut_off(bytes.size(), max_bytes);
}

std::string quote(std::string_view bytes, std::size_t max_bytes) {
  return '"' + escape_all(bytes.substr(0, max_bytes)) + '"' + cut_off(bytes.size(), max_bytes);
}

}  // namespace text
