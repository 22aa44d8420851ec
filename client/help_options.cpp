#include <algorithm>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "client/commands.h"
#include "client/help_topics.h"
#include "text/escape.h"
#include "text/suggestion.h"

namespace client {

namespace {

std::string more() { return "TOPIC is the name of a command, or one of these:\n\n" + list_of_topics(); }

/// The topics' names and the commands'.
std::vector<std::string_view> known_words(const CLI::App& program) {
  std::vector<std::string_view> words;
  for (const HelpTopic& topic : help_topics()) words.push_back(topic.name);
  for (const CLI::App* command : program.get_subcommands({})) words.emplace_back(command->get_name());
  return words;
}

}  // namespace

void add_help_options(CLI::App& app, command_line::Words& topic) {
  const std::string text = more();
  command_line::describe(
      app, {"Reminds of what scenarios are made of, and of exit codes.", "echo_client help [TOPIC]", text.c_str()});
  app.add_option("topic", topic)->group("");
}

CommandLine finish_help(const CLI::App& program, const command_line::Words& words) {
  if (words.empty()) return Printout{fmt::format("{}\n{}\n", command_line::help_of(program), more())};
  const std::string topic = fmt::format("{}", fmt::join(words, "-"));  // "exit codes", too.
  if (auto text = help_on(topic)) return Printout{*std::move(text)};
  for (const CLI::App* command : program.get_subcommands({})) {
    if (command->get_name() == topic) return Printout{command->help()};
  }
  const std::string_view about = topic_about(topic);
  const std::string meant =
      about.empty() ? text::did_you_mean(topic, known_words(program)) : fmt::format("; it is in \"{}\"", about);
  return usage_error(fmt::format("there is no topic {}{}", text::quote(topic, 60), meant), kHelpCommand);
}

}  // namespace client
