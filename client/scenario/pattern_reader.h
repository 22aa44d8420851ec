#pragma once

#include "client/scenario/predicate.h"
#include "client/scenario/reader.h"

namespace client::scenario {

/// A string, which is an `equals`, or an object of predicates and nothing else.
void read_value(Reader& reader, const Cursor& at, Pattern& out);

/// The predicates among the members of an object; the caller reads the others.
void read_predicates(Reader& reader, const Cursor& object, Pattern& out);

}  // namespace client::scenario
