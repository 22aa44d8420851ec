#include "tests/oracle/encoding.h"

#include <cstdint>
#include <string_view>

namespace oracle {

namespace {

constexpr std::string_view kHex = "0123456789abcdef";
constexpr std::string_view kBase64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

}  // namespace

std::string bytes_of_hex(const std::string& digits) {
  std::string bytes;
  unsigned value = 0;
  bool has_half = false;
  for (const char digit : digits) {
    const std::size_t nibble = kHex.find(digit);
    if (nibble == std::string_view::npos) continue;
    value = value << 4 | static_cast<unsigned>(nibble);
    if (has_half) bytes += static_cast<char>(value & 0xff);
    has_half = !has_half;
  }
  return bytes;
}

std::string hex_of(const std::string& bytes) {
  std::string digits;
  for (const char byte : bytes) {
    digits += kHex[static_cast<unsigned char>(byte) >> 4];
    digits += kHex[static_cast<unsigned char>(byte) & 15];
  }
  return digits;
}

std::string bytes_of_base64(const std::string& digits) {
  std::string bytes;
  std::uint32_t bits = 0;
  int count = 0;
  for (const char digit : digits) {
    const std::size_t value = kBase64.find(digit);
    if (value == std::string_view::npos) break;
    bits = bits << 6 | static_cast<std::uint32_t>(value);
    count += 6;
    if (count < 8) continue;
    count -= 8;
    bytes += static_cast<char>(bits >> count & 0xff);
  }
  return bytes;
}

std::string base64_of(const std::string& bytes) {
  std::string digits;
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    std::uint32_t bits = 0;
    for (std::size_t i = 0; i < 3; ++i) {
      bits = bits << 8 | (at + i < bytes.size() ? static_cast<unsigned char>(bytes[at + i]) : 0U);
    }
    for (std::size_t i = 0; i < 4; ++i) {
      digits += at + i > bytes.size() ? '=' : kBase64[bits >> (18 - 6 * i) & 63];
    }
  }
  return digits;
}

}  // namespace oracle
