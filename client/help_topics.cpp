#include "client/help_topics.h"

#include <algorithm>

#include <fmt/format.h>

namespace client {

std::optional<std::string> help_on(std::string_view name) {
  const std::span<const HelpTopic> topics = help_topics();
  const auto topic = std::ranges::find(topics, name, &HelpTopic::name);
  return topic == topics.end() ? std::nullopt : std::optional(std::string(topic->text));
}

std::vector<std::string_view> names_in(const HelpTopic& topic) {
  constexpr std::string_view kIndent = "  ";
  std::vector<std::string_view> names;
  for (std::string_view rest = topic.text; !rest.empty();) {
    std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    const bool is_about_one = line.starts_with(kIndent) && line.size() > kIndent.size() && line[kIndent.size()] != ' ';
    if (!is_about_one) continue;
    line.remove_prefix(kIndent.size());
    line = line.substr(0, line.find(kIndent));
    for (std::size_t end = 0; end != std::string_view::npos; line.remove_prefix(std::min(end, line.size()))) {
      end = line.find(", ");
      names.push_back(line.substr(0, end));
      if (end != std::string_view::npos) end += 2;
    }
  }
  return names;
}

std::string_view topic_about(std::string_view name) {
  for (const HelpTopic& topic : help_topics()) {
    const std::vector<std::string_view> names = names_in(topic);
    if (std::ranges::find(names, name) != names.end()) return topic.name;
  }
  return {};
}

std::string list_of_topics() {
  std::string list;
  for (const HelpTopic& topic : help_topics()) list += fmt::format("  {:<26}{}\n", topic.name, topic.about);
  return list;
}

}  // namespace client
