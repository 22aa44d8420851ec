#pragma once

#include <expected>
#include <string>
#include <vector>

#include "client/scenario/load.h"

// Scenarios in memory, for tests.

namespace client::scenario {

/// The file "x.json" with this text.
inline std::expected<Scenario, std::vector<Diagnostic>> parsed(const std::string& text,
                                                               const LoadOptions& options = {}) {
  return parse("x.json", text, options);
}

/// A file with one group whose steps are `steps`, a list without its brackets. They begin in line 1, column 25.
inline std::string with_steps(const std::string& steps) { return R"({"clients":[{"steps": [)" + steps + "]}]}"; }

/// What is wrong with a file, each as "LINE:COLUMN-LENGTH POINTER MESSAGE"; empty when nothing is.
inline std::vector<std::string> errors_of(const std::string& text, const LoadOptions& options = {}) {
  std::vector<std::string> errors;
  const auto scenario = parsed(text, options);
  if (scenario) return errors;
  for (const Diagnostic& diagnostic : scenario.error()) {
    const Place& place = diagnostic.place;
    errors.push_back(std::to_string(place.line) + ":" + std::to_string(place.column) + "-" +
                     std::to_string(place.length) + " " + place.pointer + " " + diagnostic.message);
  }
  return errors;
}

/// The only step of a file that is right but for that step's value.
template <typename T>
T step_of(const std::string& step, const LoadOptions& options = {}) {
  const auto scenario = parsed(with_steps(step), options);
  if (!scenario) throw std::runtime_error(render(scenario.error().front()));
  return std::get<T>(scenario->groups.front().steps.front().action);
}

}  // namespace client::scenario
