#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "client/scenario/predicate.h"

// What a ${…} came to is judged where it is used: a value that cannot be used there is a fault of the scenario, or of
// who gave it, and says nothing about the frame.

namespace client::scenario {

struct BadValue {
  const Place* place = nullptr;  ///< of the predicate, in the pattern
  std::string_view predicate;    ///< its key: "matches"
  std::string text;              ///< what it came to
  std::string why;               ///< for a person: "bad regular expression: missing ): a("
};

/// The first text of `pattern` that has been filled in and cannot be used: a regular expression that is none, or that
/// `raw` bytes cannot be searched for; a number that is none, a length that is not whole, numbers with nothing between
/// them. No value is missing.
std::optional<BadValue> find_bad_value(const Pattern& pattern, const ExpansionContext& context, bool raw);

}  // namespace client::scenario
