#include "client/run/suite.h"

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "client/report/file.h"
#include "client/run/find_max.h"
#include "client/run/load_scenarios.h"
#include "text/escape.h"

namespace client::run {

using scenario::Scenario;

namespace {

/// Those of setups and teardowns included.
std::vector<const scenario::Group*> all_groups(const std::vector<Scenario>& scenarios) {
  std::vector<const scenario::Group*> groups;
  for (const Scenario& scenario : scenarios) {
    for (const scenario::Group& group : scenario.groups) groups.push_back(&group);
    if (scenario.setup) groups.push_back(&*scenario.setup);
    if (scenario.teardown) groups.push_back(&*scenario.teardown);
  }
  return groups;
}

}  // namespace

Verdict Suite::load(const Console& console) {
  std::error_code error;
  if (!options_.command_meant.empty() && !std::filesystem::exists(options_.paths.front(), error)) {
    console.complain(fmt::format("there is no file {}, did you mean the command \"{}\"?",
                                 text::quote(options_.paths.front().string()), options_.command_meant));
    return Verdict::invalid;
  }
  auto loaded = options_.generated ? load_generated(*options_.generated, load_options(seed_), console)
                                   : load_scenarios(options_.paths, options_.selection, load_options(seed_), console);
  if (!loaded) {
    console.complain(loaded.error());
    return Verdict::invalid;
  }
  if (loaded->errors > 0) {
    console.complain(options_.generated ? "nothing was run" : count_of_errors(loaded->errors) + ": nothing was run");
    return Verdict::invalid;
  }
  scenarios_ = std::move(loaded->scenarios);
  if (!options_.write.empty()) return keep(console);
  if (!scenarios_.empty()) return Verdict::passed;
  console.complain(loaded->why_none);
  return Verdict::nothing_selected;
}

/// Writes what was generated to its file.
Verdict Suite::keep(const Console& console) const {
  auto done = report::check_writable(options_.write);
  const Verdict otherwise = done ? Verdict::unreported : Verdict::invalid;
  if (done) done = report::write(options_.write, options_.generated->text);
  if (done) return Verdict::passed;
  console.complain(done.error());
  return otherwise;
}

sched::Duration Suite::usual_time_limit() const {
  const auto is_load = [](const Scenario& scenario) { return scenario.load.has_value(); };
  // Not in nanoseconds: there may be very many repetitions.
  std::chrono::duration<double> limit = std::chrono::minutes(std::ranges::all_of(scenarios_, is_load) ? 1 : 5);
  for (const Scenario& scenario : scenarios_) limit += planned_time(scenario) * static_cast<double>(options_.repeat);
  constexpr std::chrono::duration<double> kLongest = std::chrono::hours(24 * 365 * 100);
  return std::chrono::duration_cast<sched::Duration>(std::min(limit, kLongest));
}

sched::Duration Suite::usual_time_limit(const Scenario& scenario) {
  return planned_time(scenario) + (scenario.load ? std::chrono::minutes(1) : std::chrono::minutes(5));
}

std::string Suite::listing() const {
  std::string lines;
  for (const Scenario& scenario : scenarios_) {
    std::string tags;
    for (const std::string& tag : scenario.tags) tags += (tags.empty() ? "  " : ", ") + text::escape(tag);
    lines += fmt::format("{}: {}{}\n", text::escape(scenario.source.path()), text::escape(scenario.name), tags);
  }
  return lines;
}

std::vector<Scenario> Suite::repetition(std::uint64_t number) const {
  std::vector<Scenario> scenarios;
  for (const Scenario& scenario : scenarios_) {
    // It has been read with one seed, and the others make no difference to whether it is right.
    auto again = scenario::parse(scenario.source, load_options(seed_ + number));
    if (again && target_) scenario::point_to(*again, *target_, scenario::PointTo::unnamed);
    if (again) scenarios.push_back(std::move(*again));
  }
  return scenarios;
}

std::vector<transport::Url> Suite::targets() const {
  std::vector<transport::Url> targets;
  for (const scenario::Group* group : all_groups(scenarios_)) {
    if (!group->target.is_named || !group->target.url.is_constant()) continue;
    const auto url = transport::parse_url(group->target.url.constant());
    if (url && std::ranges::find(targets, *url) == targets.end()) targets.push_back(*url);
  }
  return targets;
}

bool Suite::lacks_targets() const {
  const auto groups = all_groups(scenarios_);
  return std::ranges::any_of(groups, [](const scenario::Group* group) { return !group->target.is_named; });
}

void Suite::point_to(const std::string& url) {
  target_ = url;
  for (Scenario& scenario : scenarios_) scenario::point_to(scenario, url, scenario::PointTo::unnamed);
}

scenario::LoadOptions Suite::load_options(std::uint64_t seed) const {
  scenario::LoadOptions options;
  options.variables = options_.variables;
  options.seed = seed;
  if (options_.target) options.target = to_string(*options_.target);
  options.environment = environment;
  return options;
}

}  // namespace client::run
