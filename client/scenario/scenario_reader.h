#pragma once

#include <optional>
#include <string>

#include "client/scenario/json.h"
#include "client/scenario/load.h"

namespace client::scenario {

/// Reads the tree of a file: its keys, its groups, their steps. What is wrong is in `errors`; without errors the result
/// is valid, but for its source, which the caller has.
Scenario read_scenario(const SourceFile& source, const Node& root, const LoadOptions& options, DiagnosticList& errors);

}  // namespace client::scenario
