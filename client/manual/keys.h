#pragma once

#include <cstddef>
#include <string>
#include <string_view>

// What a terminal sends when keys are pressed, cut into keys. Pure functions of the bytes.

namespace client::manual {

/// How many of the first bytes of `bytes`, of which there is at least one, are one key: a character of UTF-8, a byte
/// that belongs to none, ESC and what makes a sequence of it, or a key that takes the next one after it (Ctrl-V,
/// Ctrl-X). 0 when the rest of it has not come yet.
std::size_t first_key(std::string_view bytes);

/// How many of the first bytes of `bytes` are whole characters that only insert themselves, tabs among them.
std::size_t plain_text(std::string_view bytes);

/// Bytes as wide characters and back. A byte that is not UTF-8 becomes one of U+DC80 to U+DCFF, and comes back as it
/// was.
std::wstring widen(std::string_view bytes);
std::string narrow(std::wstring_view characters);

}  // namespace client::manual
