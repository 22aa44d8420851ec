#include "command_line/command_line.h"

#include <algorithm>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "text/suggestion.h"

namespace command_line {

namespace {

/// CLI11's help with usage lines of our own, bare values, and one empty line between groups.
class HelpFormatter final : public CLI::Formatter {
 public:
  explicit HelpFormatter(std::string usage) : usage_(std::move(usage)) { column_width(kColumn); }

  std::string make_help(const CLI::App* app, std::string, CLI::AppFormatMode mode) const override {
    const std::string groups = CLI::detail::find_and_replace(make_groups(app, mode), "\n\n", "\n");
    return make_description(app) + "\nUsage: " + usage_ + "\n" + groups + make_subcommands(app, mode) + "\n" +
           make_footer(app);
  }

  std::string make_option_opts(const CLI::Option* option) const override {
    return option->get_type_size() == 0 ? "" : " " + option->get_type_name();
  }

 private:
  static constexpr std::size_t kColumn = 28;

  std::string usage_;
};

/// The command that was given, or `app` itself.
const CLI::App& command_of(const CLI::App& app) {
  const std::vector<CLI::App*> commands = app.get_subcommands();
  return commands.empty() ? app : *commands.front();
}

/// The options' long names, without the dashes.
std::vector<std::string> names_of(const std::vector<const CLI::App*>& commands) {
  std::vector<std::string> names;
  for (const CLI::App* command : commands) {
    for (const CLI::Option* option : command->get_options()) {
      if (option->get_group().empty()) continue;  // It is not shown.
      names.insert(names.end(), option->get_lnames().begin(), option->get_lnames().end());
    }
  }
  return names;
}

std::string unknown_option(std::string_view name, std::string_view dashes,
                           const std::vector<const CLI::App*>& commands) {
  const std::vector<std::string> names = names_of(commands);
  const std::string_view meant = text::nearest(name, std::vector<std::string_view>(names.begin(), names.end()));
  std::string message = fmt::format("unknown option {}", text::quote(fmt::format("{}{}", dashes, name)));
  if (!meant.empty()) message += fmt::format(", did you mean \"{}{}\"?", dashes.empty() ? "" : "--", meant);
  return message;
}

}  // namespace

void describe(CLI::App& app, const Help& help) {
  app.description(help.about);
  app.formatter(std::make_shared<HelpFormatter>(help.usage));
  app.footer(help.more);
  app.set_help_flag("-h,--help", "print this and exit")->group(kOther);
}

std::string help_of(const CLI::App& app) {
  return app.get_formatter()->make_help(&app, app.get_name(), CLI::AppFormatMode::Normal);
}

Words for_cli11(const Words& arguments) {
  Words words;
  const auto end_of_options = std::ranges::find(arguments, "--");
  for (auto argument = arguments.begin(); argument != end_of_options; ++argument) {
    const bool has_empty_value = argument->starts_with("--") && argument->find('=') == argument->size() - 1;
    words.push_back(has_empty_value ? argument->substr(0, argument->size() - 1) : *argument);
    if (has_empty_value) words.emplace_back();
  }
  words.insert(words.end(), end_of_options, arguments.end());
  std::ranges::reverse(words);
  return words;
}

std::vector<Given> given_in(const CLI::App& app, const Words& arguments) {
  std::vector<Given> all;
  bool takes_options = true;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string& word = arguments[i];
    if (takes_options && word == "--") {
      takes_options = false;
      continue;
    }
    if (!takes_options || word.size() < 2 || !word.starts_with('-')) {
      all.push_back({.option = {}, .value = word, .word = i});
      continue;
    }
    const std::size_t equals = word.starts_with("--") ? word.find('=') : std::string::npos;
    Given given{.option = word.substr(0, equals), .value = {}, .word = i};
    const CLI::Option* option = app.get_option_no_throw(given.option);
    if (equals != std::string::npos) {
      given.value = word.substr(equals + 1);
    } else if (option != nullptr && option->get_items_expected_min() > 0 && i + 1 < arguments.size()) {
      given.word = ++i;
      given.value = arguments[i];
    }
    all.push_back(std::move(given));
  }
  return all;
}

/// Of what was given and is not known, the first option; else the first word.
std::string message_of_extras(const CLI::App& app, const std::vector<const CLI::App*>& commands) {
  const Words extras = app.remaining();
  const auto is_option = [](const std::string& word) { return word.size() > 1 && word.starts_with('-'); };
  const auto option = std::ranges::find_if(extras, is_option);
  if (option == extras.end()) {
    return extras.empty() ? "there is a word too many"
                          : fmt::format("{} is a word too many", text::quote(extras.front()));
  }
  const std::string_view word = std::string_view(*option).substr(0, option->find('='));
  const std::size_t dashes = std::min(word.find_first_not_of('-'), word.size());
  return unknown_option(word.substr(dashes), word.substr(0, dashes), commands);
}

std::string message_of(const CLI::Error& error, const CLI::App& app) {
  std::string message = error.what();
  // Ours; CLI11's own may have several lines and repeat what was given as it is.
  if (dynamic_cast<const CLI::ValidationError*>(&error) != nullptr) return message;
  if (dynamic_cast<const CLI::ExtrasError*>(&error) != nullptr)
    return message_of_extras(command_of(app), {&command_of(app), &app});
  constexpr std::string_view kUnknownInFile = "INI was not able to parse ";
  if (message.starts_with(kUnknownInFile)) {
    return unknown_option(message.substr(kUnknownInFile.size()), "", {&app}) + " (in the file of --config)";
  }
  std::ranges::replace(message, '\n', ' ');
  return text::escape(message);
}

std::string with_help(const std::string& what, std::string_view program_and_command) {
  return fmt::format("{}{} '{} --help'", what, what.ends_with('?') ? " See" : "; see", program_and_command);
}

}  // namespace command_line
