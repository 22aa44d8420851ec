#include "text/shell.h"

#include <algorithm>

#include <fmt/format.h>

#include "text/escape.h"
#include "text/utf8.h"

namespace text {

namespace {

/// Takes the first character from `word`, or a byte that is none.
std::string_view take_character(std::string_view& word) {
  const std::size_t size = std::max<std::size_t>(first_code_point(word).size, 1);
  const std::string_view character = word.substr(0, size);
  word.remove_prefix(size);
  return character;
}

/// Whether a terminal shows it as itself, on the same line.
bool is_printable(std::string_view character) {
  return character == "\"" || character == "\\" || escape(character) == character;
}

bool is_all_printable(std::string_view word) {
  while (!word.empty()) {
    if (!is_printable(take_character(word))) return false;
  }
  return true;
}

/// As it stands in $'…'.
std::string with_escapes(std::string_view character) {
  if (character == "\n") return "\\n";
  if (character == "'" || character == "\\") return fmt::format("\\{}", character);
  if (is_printable(character)) return std::string(character);
  std::string escaped;
  // Three digits whatever follows: \x takes as many as there are.
  for (const char byte : character) escaped += fmt::format("\\{:03o}", static_cast<unsigned char>(byte));
  return escaped;
}

}  // namespace

std::string shell_word(std::string_view word) {
  constexpr std::string_view kPlain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_=+./:,@%";
  if (!word.empty() && word.find_first_not_of(kPlain) == std::string_view::npos) return std::string(word);
  const bool is_printable = is_all_printable(word);
  std::string quoted = is_printable ? "'" : "$'";
  while (!word.empty()) {
    const std::string_view character = take_character(word);
    if (!is_printable) {
      quoted += with_escapes(character);
    } else {
      quoted += character == "'" ? "'\\''" : character;
    }
  }
  return quoted + "'";
}

}  // namespace text
