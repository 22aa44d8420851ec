#pragma once

#include <functional>
#include <string>

#include "client/run/scenario_run.h"

namespace client::run {

/// Runs a scenario whose load has `find_max` at one rate after the other: doubled until the thresholds do not hold,
/// then between the last two until they are 5 % apart. Gives the result of the highest rate at which they held, or of
/// the first one when they did not hold there, with LoadResult::search; or that of the run that was cut short. `tell`
/// gets a line for each. Errors: as of run_scenario.
sched::Result<ScenarioResult> find_max(const scenario::Scenario& scenario, const RunSettings& settings,
                                       const Watcher& watcher, const std::function<void(const std::string&)>& tell);

/// As run_scenario, or find_max where the scenario asks for that.
sched::Result<ScenarioResult> run_or_search(const scenario::Scenario& scenario, const RunSettings& settings,
                                            const Watcher& watcher,
                                            const std::function<void(const std::string&)>& tell);

/// How long the scenario's load is to last, all rates of a search included; zero when it has none.
sched::Duration planned_load(const scenario::Scenario& scenario);

}  // namespace client::run
