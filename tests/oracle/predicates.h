#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "tests/oracle/values.h"

// Whether a frame is as a pattern wants it, as docs/scenarios.md has it under "Steps". A pattern is its JSON: a string,
// or an object in which further keys of `expect` may stand, too.

namespace oracle {

enum class Sense : std::uint8_t { good, no_value, bad_value };

/// Whether what a pattern's `${…}` come to makes sense, before anything is compared.
Sense sense_of(const Json& pattern, const Values& values, bool is_raw);

/// What named groups have matched; nothing of those that took no part.
using Groups = std::map<std::string, std::optional<std::string>>;

/// Only for a pattern that makes sense. Adds named groups of what held.
bool holds(const Json& pattern, const std::string& frame, const Values& values, Groups& groups);

/// How many bytes at the front of what is unread a pattern takes with framing raw; nothing when there are too few yet.
std::optional<std::size_t> raw_size(const Json& pattern, const std::string& unread, const Values& values);

/// The first group of `pattern` in `text`, or all that it matches when it has none; nothing when it does not match.
std::optional<std::string> part_of(const std::string& text, const std::string& pattern);

}  // namespace oracle
