#pragma once

#include <expected>
#include <string>
#include <string_view>

// Bytes that stand in a file as text. OpenSSL does the decoding. The errors say what is wrong, for a person.

namespace client::scenario {

/// Pairs of hexadecimal digits, with blanks between them where one likes: "47 4f54".
std::expected<std::string, std::string> decode_hex(std::string_view text);

/// Base64 with its padding (RFC 4648, section 4); blanks and newlines are passed over.
std::expected<std::string, std::string> decode_base64(std::string_view text);

}  // namespace client::scenario
