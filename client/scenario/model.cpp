#include "client/scenario/model.h"

#include <algorithm>

namespace client::scenario {

const Steps* inner_steps(const Step& step) {
  if (const auto* repeat = std::get_if<Repeat>(&step.action)) return &repeat->steps;
  if (const auto* retry = std::get_if<Retry>(&step.action)) return &retry->steps;
  return nullptr;
}

namespace {

/// Whether a step later on knows what its groups stand for.
bool captures(const Pattern& pattern) {
  return std::ranges::any_of(pattern.predicates, [](const Predicate& predicate) {
    return !predicate.groups.empty() || std::ranges::any_of(predicate.patterns, captures);
  });
}

bool can_be_pipelined(const Exchange& exchange) {
  const Expect& expect = exchange.expect;
  return exchange.send.chunks.empty() && expect.mode == Expect::Mode::next && expect.frames.size() == 1 &&
         expect.count == 1 && !expect.optional && expect.not_before == Duration::zero() &&
         expect.framing.kind != Framing::Kind::raw && expect.captures.empty() && !captures(expect.frames.front());
}

}  // namespace

bool can_be_pipelined(const Group& group) {
  const auto can_be = [](const Step& step) {
    const auto* exchange = std::get_if<Exchange>(&step.action);
    return exchange != nullptr && can_be_pipelined(*exchange);
  };
  return group.connection == ConnectionMode::per_client && group.message_rate == 0 && !group.captures_frames &&
         std::ranges::all_of(group.steps, can_be);
}

Duration connects_after(const Group& group, std::uint64_t index) {
  if (group.connect_rate <= 0) return group.start_after;
  constexpr Duration kLongest = std::chrono::hours(24 * 365);
  const std::chrono::duration<double> turn(static_cast<double>(index) / group.connect_rate);
  return group.start_after + (turn < kLongest ? std::chrono::duration_cast<Duration>(turn) : kLongest);
}

void point_to(Scenario& scenario, const std::string& url, PointTo which) {
  const auto replace = [&](Group& group) {
    if (which == PointTo::unnamed && group.target.is_named) return;
    group.target = {.url = Template(url), .source = {}, .place = group.place, .is_named = true};
  };
  std::ranges::for_each(scenario.groups, replace);
  if (scenario.setup) replace(*scenario.setup);
  if (scenario.teardown) replace(*scenario.teardown);
}

}  // namespace client::scenario
