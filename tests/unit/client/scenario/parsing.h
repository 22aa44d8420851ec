#pragma once

#include <expected>
#include <stdexcept>
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
inline std::string with_steps(const std::string& steps) { return R"({"clients": [{"steps": [)" + steps + "]}]}"; }

/// A file with one group, whose keys beside "steps" are `keys`. They begin in line 1, column 15.
inline std::string with_group(const std::string& keys) {
  return R"({"clients": [{)" + keys + R"(, "steps": [{"close": {}}]}]})";
}

/// A file with one group and further keys, which begin in line 1, column 2.
inline std::string with_file(const std::string& keys) {
  return "{" + keys + R"(, "clients": [{"steps": [{"close": {}}]}]})";
}

/// The first group of a file that is right.
inline Group group_of(const std::string& text, const LoadOptions& options = {}) {
  const auto scenario = parsed(text, options);
  if (!scenario) throw std::runtime_error(render(scenario.error().front()));
  return scenario->groups.front();
}

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
  return std::get<T>(group_of(with_steps(step), options).steps.front().action);
}

}  // namespace client::scenario
