#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "client/scenario/source.h"
#include "client/scenario/template.h"

namespace re2 {
class RE2;
}

// Predicates: what is asked of a frame. Pure functions of its bytes and of the client's context.

namespace client::scenario {

/// One question about a frame.
struct Predicate {
  enum class Kind : std::uint8_t { equals, contains, matches };

  Kind kind = Kind::equals;
  Template text;                            ///< of equals and contains
  std::shared_ptr<const re2::RE2> pattern;  ///< of matches: searched, not anchored (RE2 syntax)
  Place place;

  /// Whether the answer is yes.
  bool holds(std::string_view frame, const ExpansionContext& context) const;
};

/// The key that stands in a file: "equals".
std::string_view name_of(Predicate::Kind kind);

/// Several questions that must all be answered with yes; what one frame is compared with.
struct Pattern {
  std::vector<Predicate> predicates;  ///< at least one
  Place place;

  /// The first predicate that does not hold; null when all do.
  const Predicate* first_failing(std::string_view frame, const ExpansionContext& context) const;

  /// For a person: `"GOT:Hello"` for a single equals, else `contains "x" and matches "y"`.
  std::string describe(const ExpansionContext& context) const;
};

/// A part of unread bytes: where it begins and ends.
struct Span {
  std::size_t begin = 0;
  std::size_t end = 0;
};

/// On raw bytes: where `pattern` is found in `unread`, which is what it consumes; nothing when more bytes could still
/// make it hold. equals takes exactly as many bytes as its text has, contains and matches go through the first
/// occurrence. `mismatch` is set when no further bytes can help.
std::optional<Span> find_raw(const Pattern& pattern, std::string_view unread, const ExpansionContext& context,
                             bool& mismatch);

/// Where two texts first differ: "first difference at byte 8 (6f, received 4f)"; for texts of which one continues the
/// other: "received ends after 4 of 9 bytes" or "received goes on after 9 bytes".
std::string first_difference(std::string_view expected, std::string_view received);

}  // namespace client::scenario
