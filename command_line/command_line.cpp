#include "command_line/command_line.h"

#include <algorithm>
#include <memory>
#include <utility>

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

}  // namespace

void describe(CLI::App& app, const Help& help) {
  app.description(help.about);
  app.formatter(std::make_shared<HelpFormatter>(help.usage));
  app.footer(help.more);
  app.set_help_flag("-h,--help", "print this and exit")->group(kOther);
}

Words for_cli11(const Words& arguments) {
  Words words;
  const auto end_of_options = std::ranges::find(arguments, "--");
  for (auto argument = arguments.begin(); argument != end_of_options; ++argument) {
    const bool has_empty_value = argument->starts_with("--") && argument->ends_with('=');
    words.push_back(has_empty_value ? argument->substr(0, argument->size() - 1) : *argument);
    if (has_empty_value) words.emplace_back();
  }
  words.insert(words.end(), end_of_options, arguments.end());
  std::ranges::reverse(words);
  return words;
}

std::string message_of(const CLI::Error& error) {
  std::string message = error.what();
  // Ours; CLI11's own may have several lines and repeat what was given as it is.
  if (dynamic_cast<const CLI::ValidationError*>(&error) != nullptr) return message;
  std::ranges::replace(message, '\n', ' ');
  return text::escape(message);
}

}  // namespace command_line
