#pragma once

#include <string_view>

#include "client/scenario/predicate.h"
#include "client/scenario/reader.h"

namespace client::scenario {

inline constexpr const char* kSaysNothing =
    "this says nothing about the frame; add equals, contains, matches or another predicate";

/// A string, which is an `equals`, or an object of predicates and nothing else.
void read_value(Reader& reader, const Cursor& at, Pattern& out);

/// The predicates among the members of an object; the caller reads the others.
void read_predicates(Reader& reader, const Cursor& object, Pattern& out);

/// Notes what `pattern`, which was read at `at`, has that does not go with raw bytes.
void check_for_raw_bytes(Reader& reader, const Cursor& at, const Pattern& pattern);

}  // namespace client::scenario
