#pragma once

#include "client/scenario/model.h"
#include "client/scenario/reader.h"

namespace client::scenario {

/// A list of at least one step, for reader.group.
void read_value(Reader& reader, const Cursor& at, Steps& out);

}  // namespace client::scenario
