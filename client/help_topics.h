#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

// What `echo_client help TOPIC` says: reminders of what docs/scenarios.md, docs/load.md and docs/reports.md explain.
// All that can be written in a scenario is there.

namespace client {

struct HelpTopic {
  std::string_view name;
  std::string_view about;  ///< a few words
  std::string_view text;   ///< lines with their ends
};

/// All of them (help_texts.cpp).
std::span<const HelpTopic> help_topics();

/// The text of a topic; nothing when there is no such topic.
std::optional<std::string> help_on(std::string_view topic);

/// What the lines of a topic's text are about, in their order; each by itself where a line is about several.
std::vector<std::string_view> names_in(const HelpTopic& topic);

/// The name of the first topic that has a line about `name`; empty when none has.
std::string_view topic_about(std::string_view name);

/// The names of all topics and what they are about, lines with their ends.
std::string list_of_topics();

}  // namespace client
