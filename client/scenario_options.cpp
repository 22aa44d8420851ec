#include <map>
#include <string>

#include <fmt/format.h>

#include "client/commands.h"
#include "text/escape.h"

namespace client {

namespace {

using command_line::Words;

void assign(std::map<std::string, std::string>& variables, const Words& texts) {
  for (const std::string& text : texts) {
    const std::size_t equals = text.find('=');
    if (equals == 0 || equals == std::string::npos) {
      throw CLI::ValidationError(fmt::format("--var {}", text::quote(text)), "write NAME=VALUE");
    }
    variables.insert_or_assign(text.substr(0, equals), text.substr(equals + 1));
  }
}

}  // namespace

CLI::Option* add_target(CLI::App& app, std::optional<transport::Url>& target) {
  return command_line::add_parsed(app, "--target", target, transport::parse_url, "replace the target of every scenario")
      ->type_name("URL");
}

void add_selection(CLI::App& app, Selection& selection, const char* group) {
  app.add_option("--only", selection.only, "take those whose names match")->type_name("GLOB")->group(group);
  app.add_option("--exclude", selection.exclude,
                 "leave out those whose names match, and do not read files\nand folders that do; repeatable")
      ->allow_extra_args(false)
      ->type_name("GLOB")
      ->group(group);
  app.add_option("--tag", selection.tags, "take those that have the tag; repeatable: one of them")
      ->allow_extra_args(false)
      ->type_name("TAG")
      ->group(group);
}

CLI::Option* add_variables(CLI::App& app, std::map<std::string, std::string>& variables) {
  return app
      .add_option_function<Words>(
          "--var", [&variables](const Words& texts) { assign(variables, texts); },
          "set a variable, over the scenario's own; repeatable")
      ->allow_extra_args(false)
      ->type_name("NAME=VALUE");
}

}  // namespace client
