#include "client/help_topics.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <re2/re2.h>

#include "client/load/metric.h"
#include "client/scenario/predicate.h"
#include "client/scenario/step_reader.h"
#include "tests/support/temporary_directory.h"

namespace client {
namespace {

using testing::HasSubstr;
using testing::IsSupersetOf;
using testing::UnorderedElementsAreArray;

/// Without the value that may stand behind it.
std::string key_of(std::string_view name) {
  return std::string(name.starts_with("$") ? name : name.substr(0, name.find(':')));
}

/// What the lines of a topic are about.
std::vector<std::string> names_of(std::string_view topic) {
  const auto topics = help_topics();
  const auto found = std::ranges::find(topics, topic, &HelpTopic::name);
  if (found == topics.end()) return {"there is no such topic"};
  std::vector<std::string> names;
  for (const std::string_view name : names_in(*found)) names.push_back(key_of(name));
  return names;
}

std::vector<std::string> texts(std::span<const std::string_view> keys) { return {keys.begin(), keys.end()}; }

TEST(HelpTopics, TellOfEveryStep) { EXPECT_THAT(names_of("steps"), IsSupersetOf(texts(scenario::step_keys()))); }

TEST(HelpTopics, TellOfEveryPredicate) {
  EXPECT_THAT(names_of("predicates"), UnorderedElementsAreArray(texts(scenario::predicate_keys())));
}

TEST(HelpTopics, TellOfEveryMetric) {
  std::vector<std::string> metrics;
  for (const load::Metric metric : load::kMetrics) metrics.emplace_back(name_of(metric));
  EXPECT_THAT(names_of("load"), IsSupersetOf(metrics));
}

/// The names in backquotes in the first column of the tables below a heading of a document, to the next heading.
std::set<std::string> names_in_document(const char* name, const std::string& heading) {
  std::string document = "\n" + support::read_file(std::string(GOTBACK_SOURCE_DIR "/docs/") + name);
  RE2::GlobalReplace(&document, R"((?m)^\|.*\n\|--)", "|--");  // The heads of tables.
  const std::size_t begin = document.find("\n" + heading + "\n");
  EXPECT_NE(begin, std::string::npos) << heading;
  const std::string section = document.substr(begin + 1, document.find("\n## ", begin + 1) - begin - 1);
  std::set<std::string> names;
  std::string column;
  for (re2::StringPiece rest(section); RE2::FindAndConsume(&rest, R"((?m)^\| (`[^|]*) \|)", &column);) {
    std::string names_of_row;
    for (re2::StringPiece row(column); RE2::FindAndConsume(&row, "`([^`]+)`", &names_of_row);) {
      names.insert(key_of(names_of_row));
    }
  }
  return names;
}

TEST(HelpTopics, TellOfAllThatTheDocumentsTell) {
  struct Place {
    const char* document;
    const char* heading;
    std::string_view topic;
  };
  for (const auto& [document, heading, topic] : std::to_array<Place>({
           {"scenarios.md", "## The file", "scenario"},
           {"scenarios.md", "## A group", "scenario"},
           {"scenarios.md", "## Frames", "framings"},
           {"scenarios.md", "## Variables", "variables"},
           {"load.md", "## Which model", "load"},
           {"load.md", "## What is measured", "load"},
           {"reports.md", "# Reports", "reports"},
           {"reports.md", "## Codes", "reports"},
       })) {
    const std::set<std::string> told = names_in_document(document, heading);
    EXPECT_THAT(told, testing::Not(testing::IsEmpty())) << heading;
    EXPECT_THAT(names_of(topic), IsSupersetOf(told)) << heading;
  }
  std::vector<std::string> steps = names_of("steps");
  std::ranges::move(names_of("predicates"), std::back_inserter(steps));
  EXPECT_THAT(steps, IsSupersetOf(names_in_document("scenarios.md", "## Steps")));
}

TEST(HelpTopics, AreFoundByWhatTheyTell) {
  EXPECT_EQ(topic_about("expect"), "steps");
  EXPECT_EQ(topic_about("bytes_received"), "load");
  EXPECT_EQ(topic_about("nothing"), "");
}

TEST(HelpTopics, FitOnATerminal) {
  for (const HelpTopic& topic : help_topics()) {
    const std::string_view text = topic.text;
    EXPECT_TRUE(text.ends_with("\n")) << topic.name;
    for (std::size_t begin = 0; begin < text.size(); begin = text.find('\n', begin) + 1) {
      EXPECT_LE(text.find('\n', begin) - begin, 100U) << text.substr(begin);
    }
  }
}

TEST(HelpTopics, AreListed) {
  for (const HelpTopic& topic : help_topics()) {
    EXPECT_THAT(list_of_topics(), HasSubstr("  " + std::string(topic.name) + "  "));
    EXPECT_EQ(help_on(topic.name), topic.text);
  }
  EXPECT_EQ(help_on("step"), std::nullopt);
}

}  // namespace
}  // namespace client
