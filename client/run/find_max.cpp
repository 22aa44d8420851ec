#include "client/run/find_max.h"

#include <algorithm>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "client/run/exit_code.h"
#include "text/units.h"

namespace client::run {

namespace {

using RateOutcome = load::RateSearch::Outcome;
using scenario::Scenario;
using sched::Duration;
using sched::Result;

Scenario at_rate(Scenario scenario, double rate) {
  scenario::Load& load = *scenario.load;
  load.duration = load.find_max->duration;
  load.rate = rate;
  load.stages = {{.rate = rate, .duration = load.duration}};
  return scenario;
}

/// Why nothing is known of the rate; empty when something is.
std::string why_inconclusive(const ScenarioResult& result) {
  const Verdict verdict = judge(result);
  const bool has_failed =
      verdict != Verdict::passed && verdict != Verdict::breached && verdict != Verdict::could_not_test;
  return has_failed ? "" : load::why_inconclusive(result.load->measured);
}

std::string line_of(double rate, const ScenarioResult& result, RateOutcome outcome) {
  const std::string what = outcome == RateOutcome::holds           ? "holds"
                           : outcome == RateOutcome::does_not_hold ? "does not hold"
                                                                   : "is inconclusive: " + why_inconclusive(result);
  std::string text = fmt::format("find_max: {} {}", text::format_rate(rate), what);
  for (const ThresholdResult& threshold : result.load->thresholds) {
    text += fmt::format("; {}: {}", threshold.text, threshold.shown);
  }
  return text;
}

}  // namespace

RateOutcome outcome_of(const ScenarioResult& result) {
  if (!why_inconclusive(result).empty()) return RateOutcome::inconclusive;
  return judge(result) == Verdict::passed ? RateOutcome::holds : RateOutcome::does_not_hold;
}

Result<ScenarioResult> find_max(const Scenario& scenario, const RunSettings& settings, const Watcher& watcher,
                                const std::function<void(const std::string&)>& tell) {
  const scenario::FindMax& rates = *scenario.load->find_max;
  load::RateSearch search(rates.from, rates.to);
  std::optional<ScenarioResult> best;
  RunSettings rest = settings;
  Duration elapsed{};
  for (std::optional<double> rate = search.next(); rate; rate = search.next()) {
    const Scenario attempt = at_rate(scenario, *rate);
    Result<ScenarioResult> result = run_scenario(attempt, rest, watcher);
    if (!result || result->end != ScenarioResult::End::complete) return result;
    elapsed += result->elapsed;
    rest.time_limit -= result->elapsed;
    const RateOutcome outcome = outcome_of(*result);
    tell(line_of(*rate, *result, outcome));
    search.add(outcome);
    if (outcome == RateOutcome::holds || !best) best = std::move(*result);
  }
  best->elapsed = elapsed;
  best->load->search = search.found();
  return std::move(*best);
}

Result<ScenarioResult> run_or_search(const Scenario& scenario, const RunSettings& settings, const Watcher& watcher,
                                     const std::function<void(const std::string&)>& tell) {
  const bool searches = scenario.load && scenario.load->find_max;
  return searches ? find_max(scenario, settings, watcher, tell) : run_scenario(scenario, settings, watcher);
}

Duration planned_time(const Scenario& scenario) {
  Duration ramp{};
  for (const scenario::Group& group : scenario.groups) ramp = std::max(ramp, connects_after(group, group.count - 1));
  if (!scenario.load) return ramp;
  const scenario::Load& load = *scenario.load;
  const Duration each = ramp + load.warmup + load.grace;
  if (!load.find_max) return each + load.duration;
  const std::uint64_t attempts = load::RateSearch::most_attempts(load.find_max->from, load.find_max->to);
  return (each + load.find_max->duration) * static_cast<Duration::rep>(attempts);
}

}  // namespace client::run
