#pragma once

#include <string>
#include <vector>

#include "client/run/exit_code.h"
#include "client/run/scenario_run.h"

namespace client::run {

/// What came of a load, in parts of its scenario's line: that its clients passed, or what did not: "35411 errors", "1
/// of 3 thresholds breached". Clients pass whatever becomes of their iterations, so that their number tells nothing
/// then.
std::vector<std::string> load_verdict(const ScenarioResult& result, Verdict verdict);

}  // namespace client::run
