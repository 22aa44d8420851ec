#pragma once

#include <string>
#include <string_view>

namespace text {

/// A word as a POSIX shell takes it, on one line and printable (IEEE Std 1003.1-2024, section 2.2): in quotation marks
/// where it has to be, and as $'…' where it has control characters or bytes that are not UTF-8. No NUL is in it.
std::string shell_word(std::string_view word);

}  // namespace text
