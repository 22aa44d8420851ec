#pragma once

#include <string>
#include <string_view>

#include "client/scenario/framing.h"
#include "client/scenario/predicate.h"

// What a pattern accepts and why it does not accept a frame, in words, for a person.

namespace client::scenario {

/// `"GOT:Hello"` for a single equals, else `contains "x" and matches "y"`; of long texts the beginning.
std::string describe(const Pattern& pattern, const ExpansionContext& context);

/// Where two texts first differ: "first difference at byte 8 (6f, received 4f)"; for texts of which one continues the
/// other: "received ends after 4 of 9 bytes" or "received goes on after 9 bytes"; and what is missing or too much where
/// one is the end of the other. Bytes count from 0.
std::string first_difference(std::string_view expected, std::string_view received);

/// Why a frame is not what was expected.
struct Mismatch {
  std::string_view predicate;    ///< the first that does not hold, inside of `all`, too: "equals"
  std::string expected;          ///< what it accepts, quoted and escaped; of a long text the part around the difference
  std::string received;          ///< likewise
  std::string detail;            ///< of one line
  const Place* place = nullptr;  ///< of the predicate's value, in the pattern
};

/// `pattern` does not hold for `frame`.
Mismatch explain(const Pattern& pattern, std::string_view frame, const ExpansionContext& context);

/// Whether `frame` differs from what was expected by nothing but a CR at its end: it is a line that CR LF ended, and
/// the framing is that of lines that LF ends.
bool would_match_with_crlf(const Pattern& pattern, std::string_view frame, const Framing& framing,
                           const ExpansionContext& context);

}  // namespace client::scenario
