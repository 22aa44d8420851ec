#pragma once

#include <string>

#include "client/run/scenario_run.h"

namespace client::run {

/// What came of a scenario, in a line for people. Where it did not pass, what made it fail comes first:
///   50 of 50 clients passed, 50 replies matched, 300 B sent, 500 B received, 12ms
///   the teardown failed, 3 of 50 clients failed, 47 passed, 47 replies matched, …
std::string verdict_line(const scenario::Scenario& scenario, const ScenarioResult& result);

}  // namespace client::run
