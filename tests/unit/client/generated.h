#pragma once

#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "client/options.h"
#include "client/scenario/load.h"

// The scenarios that commands make of their options, for tests.

namespace client {

inline std::expected<scenario::Scenario, std::vector<scenario::Diagnostic>> read_generated(const RunOptions& options) {
  const GeneratedScenario generated = options.generated.value();
  return scenario::parse(scenario::SourceFile("<command line>", generated.text, generated.origin), {});
}

/// That of `options`, which is right.
inline scenario::Scenario scenario_in(const RunOptions& options) {
  auto scenario = read_generated(options);
  if (scenario) return std::move(*scenario);
  ADD_FAILURE() << render(scenario.error().front());
  return {};
}

/// What users are told of that of `options`, which is wrong.
inline std::vector<std::string> mistakes_in(const RunOptions& options) {
  const auto scenario = read_generated(options);
  std::vector<std::string> mistakes;
  if (!scenario) {
    for (const scenario::Diagnostic& diagnostic : scenario.error()) mistakes.push_back(render(diagnostic));
  }
  if (mistakes.empty()) mistakes.emplace_back("it is right");
  return mistakes;
}

}  // namespace client
