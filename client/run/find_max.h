#pragma once

#include <functional>
#include <string>

#include "client/load/rate_search.h"
#include "client/run/scenario_run.h"

namespace client::run {

/// Runs a scenario whose load has `find_max` at one rate after the other (load/rate_search.h). Gives the result of the
/// highest rate at which the thresholds held, or of the first one when they are not known to hold at any, with
/// LoadResult::search; or that of the run that was cut short. `tell` gets a line for each. Errors: as of run_scenario.
sched::Result<ScenarioResult> find_max(const scenario::Scenario& scenario, const RunSettings& settings,
                                       const Watcher& watcher, const std::function<void(const std::string&)>& tell);

/// As run_scenario, or find_max where the scenario asks for that.
sched::Result<ScenarioResult> run_or_search(const scenario::Scenario& scenario, const RunSettings& settings,
                                            const Watcher& watcher,
                                            const std::function<void(const std::string&)>& tell);

/// What is known of the rate at which this came out. Nothing holds, and of nothing is known that it does not, where the
/// generator itself was the limit; but what failed has failed.
load::RateSearch::Outcome outcome_of(const ScenarioResult& result);

/// How long the scenario takes by its own plan: until the last of its clients connects, and its load with what is
/// queued then, all rates of a search included. How long steps take is not planned.
sched::Duration planned_time(const scenario::Scenario& scenario);

}  // namespace client::run
