#include <string>

#include <gtest/gtest.h>

#include "client/scenario/load.h"
#include "tests/support/temporary_directory.h"

// What the documents show works.

namespace client::scenario {
namespace {

TEST(ScenarioReference, HasExamplesThatAreScenarios) {
  const std::string document = support::read_file(GOTBACK_DOCS "/scenarios.md");
  const std::string fence = "```json\n";
  int examples = 0;
  for (auto begin = document.find(fence); begin != std::string::npos; begin = document.find(fence, begin + 1)) {
    const std::size_t end = document.find("```", begin + fence.size());
    const std::string example = document.substr(begin + fence.size(), end - begin - fence.size());
    const auto scenario = parse("scenarios.md", example, {});
    EXPECT_TRUE(scenario) << example << (scenario ? "" : render(scenario.error().front()));
    ++examples;
  }
  EXPECT_EQ(examples, 5);
}

}  // namespace
}  // namespace client::scenario
