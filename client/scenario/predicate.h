#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "client/scenario/regular_expression.h"
#include "client/scenario/source.h"
#include "client/scenario/template.h"

// Predicates: what is asked of a frame. Pure functions of its bytes and of the client's context.

namespace client::scenario {

/// One question about a frame.
struct Predicate {
  enum class Kind : std::uint8_t { equals, contains, matches };

  Kind kind = Kind::equals;
  Template text;
  std::optional<RegularExpression> pattern;  ///< of a `matches` whose text is constant; any other is compiled when used
  Place place;                               ///< of the text

  /// Whether the answer is yes.
  bool holds(std::string_view frame, const ExpansionContext& context) const;
};

/// The key that stands in a file: "equals".
std::string_view name_of(Predicate::Kind kind);

/// The keys of all predicates.
std::span<const std::string_view> predicate_keys();

/// The predicate with this key.
std::optional<Predicate::Kind> predicate_kind(std::string_view key);

/// Several questions that must all be answered with yes; what one frame is compared with.
struct Pattern {
  std::vector<Predicate> predicates;  ///< at least one
  Place place;

  /// The first predicate that does not hold; null when all do.
  const Predicate* first_failing(std::string_view frame, const ExpansionContext& context) const;

  /// For a person: `"GOT:Hello"` for a single equals, else `contains "x" and matches "y"`.
  std::string describe(const ExpansionContext& context) const;
};

/// On raw bytes: where `pattern` is found in `unread`; all up to its end is consumed. Nothing when more bytes could
/// still make it hold. equals takes exactly as many bytes as its text has, contains and matches go through the first
/// occurrence. `mismatch` is set when no further bytes can help.
std::optional<Span> find_raw(const Pattern& pattern, std::string_view unread, const ExpansionContext& context,
                             bool& mismatch);

/// Where two texts first differ: "first difference at byte 8 (6f, received 4f)"; for texts of which one continues the
/// other: "received ends after 4 of 9 bytes" or "received goes on after 9 bytes". Bytes count from 0.
std::string first_difference(std::string_view expected, std::string_view received);

/// Why a frame is not what was expected, for a person.
struct Mismatch {
  std::string_view predicate;  ///< the first that does not hold: "equals"
  std::string expected;        ///< quoted and escaped; of a long text the part around the difference
  std::string received;        ///< likewise
  std::string detail;          ///< first_difference(), or what was not found; of one line, may be empty
  Place place;                 ///< of the predicate's text
};

/// `pattern` does not hold for `frame`.
Mismatch explain(const Pattern& pattern, std::string_view frame, const ExpansionContext& context);

}  // namespace client::scenario
