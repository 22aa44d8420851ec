#pragma once

#include "client/scenario/framing.h"
#include "client/scenario/reader.h"

namespace client::scenario {

void read_value(Reader& reader, const Cursor& at, Eol& out);

/// All of a framing but its `eol`, for which files have a key of its own.
void read_value(Reader& reader, const Cursor& at, Framing& out);

}  // namespace client::scenario
