#include "client/scenario/regular_expression.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include "text/escape.h"
#include "text/utf8.h"

namespace client::scenario {

namespace {

re2::RE2::Options options(re2::RE2::Options::Encoding encoding) {
  re2::RE2::Options options;
  options.set_encoding(encoding);
  options.set_max_mem(RegularExpression::kMaxMemory);
  options.set_log_errors(false);
  return options;
}

/// Nothing when a character has no number below 256.
std::optional<std::string> to_latin1(std::string_view utf8) {
  std::string latin1;
  while (!utf8.empty()) {
    const auto [value, size] = text::first_code_point(utf8);
    if (size == 0 || value > 0xff) return std::nullopt;
    latin1 += static_cast<char>(value);
    utf8.remove_prefix(size);
  }
  return latin1;
}

re2::StringPiece piece(std::string_view text) { return {text.data(), text.size()}; }

}  // namespace

std::expected<RegularExpression, std::string> RegularExpression::compile(std::string_view pattern) {
  if (pattern.size() > kMaxBytes) {
    return std::unexpected(fmt::format("a regular expression has {} bytes at most, not {}", kMaxBytes, pattern.size()));
  }
  auto utf8 = std::make_shared<const re2::RE2>(piece(pattern), options(re2::RE2::Options::EncodingUTF8));
  if (!utf8->ok()) return std::unexpected("bad regular expression: " + text::escape(utf8->error()));
  Compiled latin1;
  if (const auto converted = to_latin1(pattern)) {
    latin1 = std::make_shared<const re2::RE2>(*converted, options(re2::RE2::Options::EncodingLatin1));
    if (!latin1->ok()) latin1 = nullptr;
  }
  return RegularExpression(std::move(utf8), std::move(latin1));
}

std::optional<Span> RegularExpression::search(std::string_view text) const {
  const auto& compiled = text::is_utf8(text) ? utf8_ : latin1_;
  re2::StringPiece found;
  if (!compiled || !compiled->Match(piece(text), 0, text.size(), re2::RE2::UNANCHORED, &found, 1)) return std::nullopt;
  const auto begin = static_cast<std::size_t>(found.data() - text.data());
  return Span{.begin = begin, .end = begin + found.size()};
}

}  // namespace client::scenario
