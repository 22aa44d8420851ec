#include "client/help_topics.h"

#include <algorithm>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "client/load/metric.h"
#include "client/scenario/predicate.h"
#include "client/scenario/step_reader.h"

namespace client {
namespace {

/// What the lines of a topic are about, in their order.
std::vector<std::string> names_in(std::string_view topic) {
  const std::string text = help_on(topic).value();
  std::vector<std::string> names;
  for (std::size_t at = text.find("\n  "); at != std::string::npos; at = text.find("\n  ", at + 1)) {
    names.push_back(text.substr(at + 3, text.find("  ", at + 3) - at - 3));
  }
  return names;
}

std::vector<std::string> names_of(std::span<const std::string_view> keys) { return {keys.begin(), keys.end()}; }

TEST(HelpTopics, TellOfEveryStep) {
  EXPECT_THAT(names_in("steps"), testing::UnorderedElementsAreArray(names_of(scenario::step_keys())));
}

TEST(HelpTopics, TellOfEveryPredicate) {
  EXPECT_THAT(names_in("predicates"), testing::UnorderedElementsAreArray(names_of(scenario::predicate_keys())));
}

TEST(HelpTopics, TellOfEveryMetric) {
  std::vector<std::string> metrics;
  for (const load::Metric metric : load::kMetrics) metrics.emplace_back(name_of(metric));
  EXPECT_THAT(names_in("metrics"), testing::UnorderedElementsAreArray(metrics));
}

TEST(HelpTopics, FitOnATerminal) {
  for (const std::string_view topic : help_topics()) {
    const std::string text = help_on(topic).value();
    EXPECT_TRUE(text.ends_with("\n")) << topic;
    for (std::size_t begin = 0; begin < text.size(); begin = text.find('\n', begin) + 1) {
      EXPECT_LE(text.find('\n', begin) - begin, 120U) << text.substr(begin);
    }
  }
}

TEST(HelpTopics, AreTheseOnly) {
  EXPECT_THAT(help_topics(), testing::ElementsAre("steps", "predicates", "framings", "metrics", "exit-codes"));
  EXPECT_EQ(help_on("step"), std::nullopt);
}

}  // namespace
}  // namespace client
