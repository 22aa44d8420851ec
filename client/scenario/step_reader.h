#pragma once

#include <span>
#include <string_view>

#include "client/scenario/model.h"
#include "client/scenario/reader.h"

namespace client::scenario {

/// A list of at least one step, for reader.group.
void read_value(Reader& reader, const Cursor& at, Steps& out);

/// The keys of all steps.
std::span<const std::string_view> step_keys();

}  // namespace client::scenario
