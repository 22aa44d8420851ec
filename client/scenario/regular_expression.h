#pragma once

#include <cstddef>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace re2 {
class RE2;
}

namespace client::scenario {

/// A part of some bytes: where it begins and ends.
struct Span {
  std::size_t begin = 0;
  std::size_t end = 0;

  bool operator==(const Span&) const = default;
};

/// Why a pattern that looks_behind_its_end() cannot be searched for in a stream.
inline constexpr std::string_view kLooksBehindItsEnd =
    "framing raw takes a match as soon as it is there, whatever follows: leave out $, \\z, \\b and \\B";

/// A regular expression of RE2: its time is linear in the text, and it does not recurse. Immutable, cheap to copy; any
/// thread.
class RegularExpression {
 public:
  /// The longest pattern, in bytes.
  static constexpr std::size_t kMaxBytes = 1024;

  /// The memory that a pattern may take once it is compiled; a short one like (x{1000}){1000} asks for a lot.
  static constexpr std::size_t kMaxMemory = std::size_t{512} << 10;

  /// `pattern` is UTF-8. The error says what is wrong with it.
  static std::expected<RegularExpression, std::string> compile(std::string_view pattern);

  /// The first match anywhere in `text`: of characters where `text` is UTF-8, else of bytes, each taken as the
  /// character of its number (Latin-1).
  std::optional<Span> search(std::string_view text) const;

  /// The first match in a stream of bytes of which `text` has arrived: in the shortest beginning that has one, so that
  /// it is the same however much of the stream follows. Valid UTF-8 counts as characters. Nothing while there is none.
  /// The pattern does not look_behind_its_end().
  std::optional<Span> first_in_stream(std::string_view text) const;

  /// Whether the pattern has `$`, `\z`, `\b` or `\B`: whether it matches depends on what follows.
  bool looks_behind_its_end() const;

  /// The names of its groups (?P<name>…), sorted.
  std::vector<std::string> group_names() const;

  /// What the group `name` stands for in the first match in `text`; with an empty name the first group, or if there is
  /// none the whole match. Nothing when there is no match, no such group, or it takes no part in the match.
  std::optional<std::string_view> group(std::string_view text, std::string_view name) const;

 private:
  using Compiled = std::shared_ptr<const re2::RE2>;

  const re2::RE2* for_text(std::string_view text) const;

  RegularExpression(Compiled utf8, Compiled latin1) : utf8_(std::move(utf8)), latin1_(std::move(latin1)) {}

  Compiled utf8_;
  Compiled latin1_;  // Null where the pattern asks for what Latin-1 does not have: it matches nothing there.
};

}  // namespace client::scenario
