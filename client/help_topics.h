#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

// What `echo_client help TOPIC` says: short reminders of what docs/scenarios.md explains.

namespace client {

/// The names of all topics.
std::span<const std::string_view> help_topics();

/// The text of a topic, lines with their ends; nothing when there is no such topic.
std::optional<std::string> help_on(std::string_view topic);

}  // namespace client
