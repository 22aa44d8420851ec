#pragma once

#include <cstddef>
#include <string>
#include <string_view>

// What a server has to answer, written the plainest way, for tests to compare with.

namespace support {

/// The answer to all of a byte stream in the framing `line`.
std::string line_answer(std::string_view prefix, std::string_view stream);

/// `answer` without the prefixes in it, which must not occur in what was sent, and the most bytes that stand between
/// two. For the framing `chunk`, whose units depend on how the stream was cut.
std::string without_prefixes(std::string_view prefix, std::string_view answer);
std::size_t longest_unit(std::string_view prefix, std::string_view answer);

}  // namespace support
