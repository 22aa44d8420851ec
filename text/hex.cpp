#include "text/hex.h"

#include <charconv>
#include <cstddef>

#include <fmt/format.h>

#include "text/escape.h"

namespace text {

namespace {

constexpr std::size_t kBytesALine = 16;
constexpr std::size_t kHalf = kBytesALine / 2;

void append_line(std::string& out, std::string_view bytes, std::uint64_t offset) {
  fmt::format_to(std::back_inserter(out), "{:08x} ", offset);
  for (std::size_t i = 0; i < kBytesALine; ++i) {
    if (i % kHalf == 0) out += ' ';
    if (i < bytes.size()) {
      fmt::format_to(std::back_inserter(out), "{:02x} ", static_cast<std::uint8_t>(bytes[i]));
    } else {
      out += "   ";
    }
  }
  out += " |";
  for (const char byte : bytes) out += byte >= ' ' && byte <= '~' ? byte : '.';
  out += "|\n";
}

}  // namespace

std::string hex_dump(std::string_view bytes, std::uint64_t offset, std::string_view prefix) {
  std::string out;
  for (; !bytes.empty(); bytes.remove_prefix(std::min(kBytesALine, bytes.size())), offset += kBytesALine) {
    out += prefix;
    append_line(out, bytes.substr(0, kBytesALine), offset);
  }
  return out;
}

std::expected<std::string, std::string> parse_hex(std::string_view text) {
  std::string bytes;
  while (true) {
    text.remove_prefix(std::min(text.find_first_not_of(" \t"), text.size()));
    if (text.empty()) return bytes;
    const std::string_view pair = text.substr(0, 2);
    std::uint8_t byte = 0;
    const auto [stopped, status] = std::from_chars(pair.data(), pair.data() + pair.size(), byte, 16);
    if (pair.size() < 2 || status != std::errc() || stopped != pair.data() + pair.size()) {
      return std::unexpected(fmt::format("{} is not a byte: write two hexadecimal digits for each", quote(pair)));
    }
    bytes += static_cast<char>(byte);
    text.remove_prefix(2);
  }
}

}  // namespace text
