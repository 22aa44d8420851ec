#include "client/scenario/assertions.h"

#include <algorithm>
#include <array>
#include <optional>
#include <variant>

namespace client::scenario {

namespace {

template <typename... Kinds>
bool is_one_of(const Action& action) {
  return (std::holds_alternative<Kinds>(action) || ...);
}

bool asserts(const Steps& steps);

bool asserts(const Step& step) {
  if (const Steps* inner = inner_steps(step)) return asserts(*inner);
  if (const auto* connect = std::get_if<Connect>(&step.action)) return connect->expect_error.has_value();
  if (const auto* assert = std::get_if<Assert>(&step.action)) {
    return !assert->text.is_constant() || !is_constant(assert->pattern);
  }
  return is_one_of<Expect, Exchange, ExpectClose, ExpectSilence, CaptureStep, Fail>(step.action);
}

/// Whether it looks at what the server did, whatever the steps are.
bool is_of_what_came(const Threshold& threshold) {
  constexpr std::array kMetrics{load::Metric::connect, load::Metric::exchange, load::Metric::messages,
                                load::Metric::bytes_received};
  return std::ranges::find(kMetrics, threshold.metric) != kMetrics.end();
}

bool asserts(const Steps& steps) {
  return std::ranges::any_of(steps, [](const Step& step) { return asserts(step); });
}

}  // namespace

bool asserts_more_than_connecting(const Scenario& scenario) {
  const auto group_asserts = [](const Group& group) { return asserts(group.steps); };
  const auto single_asserts = [&](const std::optional<Group>& group) { return group && group_asserts(*group); };
  return std::ranges::any_of(scenario.groups, group_asserts) || single_asserts(scenario.setup) ||
         single_asserts(scenario.teardown) || std::ranges::any_of(scenario.thresholds, is_of_what_came);
}

}  // namespace client::scenario
