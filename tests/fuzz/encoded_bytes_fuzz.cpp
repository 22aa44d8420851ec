// Hexadecimal digits and base64 are decoded when they are right, and only then, to as many bytes as they stand for.

#include <algorithm>
#include <string>
#include <string_view>

#include "client/scenario/encoded_bytes.h"
#include "tests/fuzz/fuzzing.h"

namespace {

constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void check_hex(std::string_view text) {
  std::string digits;
  bool is_right = true;
  for (const char c : text) {
    if (c != ' ') digits += c;
    is_right = is_right && (c == ' ' ? digits.size() % 2 == 0 : std::string_view("0123456789abcdefABCDEF").contains(c));
  }
  const auto bytes = client::scenario::decode_hex(text);
  fuzz::require(bytes.has_value() == (is_right && digits.size() % 2 == 0), "hex is decoded when it is right");
  if (bytes) fuzz::require(bytes->size() == digits.size() / 2, "two digits are a byte");
}

void check_base64(std::string_view text) {
  std::string digits(text);
  std::erase_if(digits, [](char c) { return std::string_view(" \t\r\n").contains(c); });
  const std::size_t last = digits.find_last_not_of('=');
  const std::size_t padding = last == std::string::npos ? digits.size() : digits.size() - last - 1;
  const std::string_view values = std::string_view(digits).substr(0, digits.size() - padding);
  const bool is_right = digits.size() % 4 == 0 && padding <= 2 &&
                        std::ranges::all_of(values, [](char c) { return kAlphabet.contains(c); });
  const auto bytes = client::scenario::decode_base64(text);
  fuzz::require(bytes.has_value() == is_right, "base64 is decoded when it is right");
  if (bytes) fuzz::require(bytes->size() == digits.size() / 4 * 3 - padding, "four digits are three bytes");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  check_hex(text);
  check_base64(text);
  return 0;
}
