#pragma once

#include <expected>
#include <string>
#include <string_view>

namespace client {

/// Writes what was asked for to standard output. The error, a sentence, says that it could not be written, as where
/// nobody reads it, the disk is full, or the output is closed.
std::expected<void, std::string> print(std::string_view text);

}  // namespace client
