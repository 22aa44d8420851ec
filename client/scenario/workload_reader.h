#pragma once

#include <vector>

#include "client/scenario/reader.h"
#include "client/scenario/workload.h"

// Reads "load".

namespace client::scenario {

void read_value(Reader& reader, const Cursor& at, Load& out);

/// A number a second, above zero: "5000/s". Its unit is needed.
void read_rate(Reader& reader, const Cursor& at, double& out);
/// The same, or "0/s".
void read_rate_or_none(Reader& reader, const Cursor& at, double& out);

/// What is wrong with the groups of a scenario under load: what they hold that cannot be done again and again, or not
/// with several exchanges under way.
void check_groups_under_load(Reader& reader, const Load& load, const std::vector<Group>& groups);

}  // namespace client::scenario
