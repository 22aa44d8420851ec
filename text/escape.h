#pragma once

#include <cstddef>
#include <string>
#include <string_view>

// Bytes that came from elsewhere, made fit to be printed: one line, no control of a terminal, nothing ambiguous.

namespace text {

/// `bytes` with \n \r \t \\ \" and \xNN for other control characters (C0, DEL, and C1 as UTF-8), for bytes that are not
/// UTF-8, and \u{NNNN} for characters that would change the direction or look of the text around them. At most
/// `max_bytes` of the input are shown; what is cut off is told: "abc… (1200 bytes more)".
std::string escape(std::string_view bytes, std::size_t max_bytes = static_cast<std::size_t>(-1));

/// escape() between quotation marks; what was cut off is told behind the closing one.
std::string quote(std::string_view bytes, std::size_t max_bytes = static_cast<std::size_t>(-1));

}  // namespace text
