#include "client/scenario/regular_expression.h"

#include <algorithm>

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

std::string why_not(const re2::RE2& bad) {
  const bool repeats = bad.error_code() == re2::RE2::ErrorRepeatSize;
  return text::escape(bad.error()) + (repeats ? ", 1000 repetitions are the most" : "");
}

re2::StringPiece piece(std::string_view text) { return {text.data(), text.size()}; }

bool has_match(const re2::RE2& compiled, std::string_view text) {
  return compiled.Match(piece(text), 0, text.size(), re2::RE2::UNANCHORED, nullptr, 0);
}

std::optional<Span> first_match(const re2::RE2& compiled, std::string_view text) {
  re2::StringPiece found;
  if (!compiled.Match(piece(text), 0, text.size(), re2::RE2::UNANCHORED, &found, 1)) return std::nullopt;
  const auto begin = static_cast<std::size_t>(found.data() - text.data());
  return Span{.begin = begin, .end = begin + found.size()};
}

}  // namespace

std::expected<RegularExpression, std::string> RegularExpression::compile(std::string_view pattern) {
  if (pattern.size() > kMaxBytes) {
    return std::unexpected(fmt::format("a regular expression has {} bytes at most, not {}", kMaxBytes, pattern.size()));
  }
  auto utf8 = std::make_shared<const re2::RE2>(piece(pattern), options(re2::RE2::Options::EncodingUTF8));
  if (!utf8->ok()) return std::unexpected("bad regular expression: " + why_not(*utf8));
  Compiled latin1;
  if (const auto converted = to_latin1(pattern)) {
    latin1 = std::make_shared<const re2::RE2>(*converted, options(re2::RE2::Options::EncodingLatin1));
    if (!latin1->ok()) latin1 = nullptr;
  }
  return RegularExpression(std::move(utf8), std::move(latin1));
}

/// Null when it matches nothing in `text`.
const re2::RE2* RegularExpression::for_text(std::string_view text) const {
  return text::is_utf8(text) ? utf8_.get() : latin1_.get();
}

std::optional<Span> RegularExpression::search(std::string_view text) const {
  const re2::RE2* compiled = for_text(text);
  return compiled == nullptr ? std::nullopt : first_match(*compiled, text);
}

std::optional<Span> RegularExpression::first_in_stream(std::string_view text) const {
  if (!has_match(*utf8_, text)) return std::nullopt;
  // What has a match still has it when it is longer, so the shortest that has one can be searched by halving.
  std::size_t without = 0;
  std::size_t with = text.size();
  if (has_match(*utf8_, {})) with = 0;
  while (with > without + 1) {
    const std::size_t middle = without + (with - without) / 2;
    (has_match(*utf8_, text.substr(0, middle)) ? with : without) = middle;
  }
  return first_match(*utf8_, text.substr(0, with));
}

bool RegularExpression::looks_behind_its_end() const {
  // RE2 does not show what it has parsed. What is quoted by \Q is taken for more than it is, which is harmless.
  const std::string& pattern = utf8_->pattern();
  bool in_class = false;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    const char c = pattern[i];
    if (c == '\\') {
      const char escaped = i + 1 < pattern.size() ? pattern[++i] : '\0';
      if (!in_class && (escaped == 'z' || escaped == 'b' || escaped == 'B')) return true;
    } else if (in_class) {
      in_class = c != ']';
    } else if (c == '[') {
      in_class = true;
      // A ] that is the first in a class belongs to it.
      if (i + 1 < pattern.size() && pattern[i + 1] == '^') ++i;
      if (i + 1 < pattern.size() && pattern[i + 1] == ']') ++i;
    } else if (c == '$') {
      return true;
    }
  }
  return false;
}

std::vector<std::string> RegularExpression::group_names() const {
  std::vector<std::string> names;
  for (const auto& [name, number] : utf8_->NamedCapturingGroups()) names.push_back(name);
  return names;
}

std::optional<std::string_view> RegularExpression::group(std::string_view text, std::string_view name) const {
  const re2::RE2* compiled = for_text(text);
  if (compiled == nullptr) return std::nullopt;
  int number = std::min(compiled->NumberOfCapturingGroups(), 1);
  if (!name.empty()) {
    const auto& named = compiled->NamedCapturingGroups();
    const auto found = named.find(std::string(name));
    if (found == named.end()) return std::nullopt;
    number = found->second;
  }
  std::vector<re2::StringPiece> groups(static_cast<std::size_t>(number) + 1);
  if (!compiled->Match(piece(text), 0, text.size(), re2::RE2::UNANCHORED, groups.data(), number + 1)) {
    return std::nullopt;
  }
  if (groups.back().data() == nullptr) return std::nullopt;
  return std::string_view(groups.back().data(), groups.back().size());
}

}  // namespace client::scenario
