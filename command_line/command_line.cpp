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

Words reversed(Words arguments) {
  std::ranges::reverse(arguments);
  return arguments;
}

}  // namespace command_line
