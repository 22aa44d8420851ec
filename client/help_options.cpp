#include <string>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "client/commands.h"
#include "client/help_topics.h"
#include "text/escape.h"

namespace client {

namespace {

std::string topics() {
  const auto names = help_topics();
  return fmt::format("{} or {}", fmt::join(names.first(names.size() - 1), ", "), names.back());
}

}  // namespace

void add_help_options(CLI::App& app, std::string& topic) {
  const std::string more = fmt::format("TOPIC is {}.", topics());
  command_line::describe(
      app, {"Reminds of what scenarios are made of, and of exit codes.", "echo_client help [TOPIC]", more.c_str()});
  app.add_option("topic", topic)->group("");
}

CommandLine finish_help(const std::string& topic) {
  if (auto text = help_on(topic)) return Printout{*std::move(text)};
  return usage_error(fmt::format("there is no topic {}; write {}", text::quote(topic), topics()), kHelpCommand);
}

}  // namespace client
