#include "client/run/find_max.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "client/run/exit_code.h"
#include "text/units.h"

namespace client::run {

namespace {

using scenario::Scenario;
using sched::Duration;
using sched::Result;

/// The rates that held and that did not are no further apart, in the end.
constexpr double kCloseEnough = 1.05;

Scenario at_rate(Scenario scenario, double rate) {
  scenario::Load& load = *scenario.load;
  load.duration = load.find_max->duration;
  load.rate = rate;
  load.stages = {{.rate = rate, .duration = load.duration}};
  return scenario;
}

std::string line_of(double rate, const ScenarioResult& result, bool holds) {
  std::string text = fmt::format("find_max: {} {}", text::format_rate(rate), holds ? "holds" : "does not hold");
  for (const ThresholdResult& threshold : result.load->thresholds) {
    text += fmt::format("; {}: {}", threshold.text, threshold.shown);
  }
  return text;
}

/// The next rate to try; nothing when the search is over.
std::optional<double> next_rate(const LoadResult::Search& search, double last, double highest) {
  if (!search.breached) return last < highest ? std::optional(std::min(2 * last, highest)) : std::nullopt;
  if (!search.held || *search.breached / *search.held <= kCloseEnough) return std::nullopt;
  return std::sqrt(*search.held * *search.breached);
}

}  // namespace

Result<ScenarioResult> find_max(const Scenario& scenario, const RunSettings& settings, const Watcher& watcher,
                                const std::function<void(const std::string&)>& tell) {
  const scenario::FindMax& rates = *scenario.load->find_max;
  LoadResult::Search search;
  std::optional<ScenarioResult> best;
  RunSettings rest = settings;
  Duration elapsed{};
  for (std::optional<double> rate = rates.from; rate; rate = next_rate(search, *rate, rates.to)) {
    const Scenario attempt = at_rate(scenario, *rate);
    Result<ScenarioResult> result = run_scenario(attempt, rest, watcher);
    if (!result || result->end != ScenarioResult::End::complete) return result;
    elapsed += result->elapsed;
    rest.time_limit -= result->elapsed;
    const bool holds = judge(*result) == Verdict::passed;
    tell(line_of(*rate, *result, holds));
    (holds ? search.held : search.breached) = rate;
    if (holds || !best) best = std::move(*result);
  }
  best->elapsed = elapsed;
  best->load->search = search;
  return std::move(*best);
}

Result<ScenarioResult> run_or_search(const Scenario& scenario, const RunSettings& settings, const Watcher& watcher,
                                     const std::function<void(const std::string&)>& tell) {
  const bool searches = scenario.load && scenario.load->find_max;
  return searches ? find_max(scenario, settings, watcher, tell) : run_scenario(scenario, settings, watcher);
}

Duration planned_load(const Scenario& scenario) {
  if (!scenario.load) return {};
  const scenario::Load& load = *scenario.load;
  if (!load.find_max) return load.warmup + load.duration;
  // Doublings, and then halvings of what is left, which is a factor of two.
  const double doublings = std::ceil(std::log2(load.find_max->to / load.find_max->from)) + 1;
  const double halvings = std::ceil(std::log2(std::log(2) / std::log(kCloseEnough)));
  return (load.warmup + load.find_max->duration) * std::llround(doublings + halvings);
}

}  // namespace client::run
