#pragma once

#include <vector>

#include "client/scenario/reader.h"
#include "client/scenario/workload.h"

// Reads "thresholds".

namespace client::scenario {

void read_value(Reader& reader, const Cursor& at, std::vector<Threshold>& out);

/// What is wrong with thresholds under this load of these groups: that one can never hold, or can have no sample.
void check_thresholds(Reader& reader, const std::vector<Threshold>& thresholds, const Load& load,
                      const std::vector<Group>& groups);

}  // namespace client::scenario
