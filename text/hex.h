#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

// Bytes as hexadecimal digits, for people.

namespace text {

/// `bytes` in the form of hexdump -C, 16 to a line: where the line begins, the bytes, and those that are printable
/// ASCII as characters. Each line has `prefix` in front and a newline at its end. `offset` is that of the first byte;
/// nothing is shown of no bytes.
std::string hex_dump(std::string_view bytes, std::uint64_t offset, std::string_view prefix = {});

/// The bytes that two digits each stand for, with or without blanks between them: "48 65 6c" and "48656c". The error
/// says what is wrong and what to write.
std::expected<std::string, std::string> parse_hex(std::string_view text);

}  // namespace text
