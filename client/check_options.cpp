#include <cstdint>
#include <utility>

#include "client/commands.h"

namespace client {

namespace {

using command_line::Help;

constexpr Help kCheckHelp{
    "Checks scenario files, and those in folders, and lists what would run.", "echo_client check [OPTIONS] FILE|DIR...",
    R"(Nothing is connected or started, and what the machine allows is not asked. Of a folder all files *.json are checked
that are scenarios, as they are run; - is standard input.

Exit status: 0 all are right, 2 usage or an invalid scenario, 7 the list could not be written.

Examples:
  echo_client check scenarios
  echo_client check --var clients=1000 scenarios/multi.json)"};

}  // namespace

void add_check_options(CLI::App& app, CheckOptions& options) {
  describe(app, kCheckHelp);
  constexpr const char* kGroup = "Options";
  app.add_option("paths", options.paths)->group("");
  add_selection(app, options.selection, kGroup);
  add_target(app, options.target)->group(kGroup);
  add_variables(app, options.variables)->group(kGroup);
  command_line::add_parsed(app, "--seed", options.seed, command_line::parse_number<std::uint64_t>,
                           "what ${seed} is where a scenario has none (1)")
      ->type_name("N")
      ->group(kGroup);
}

CommandLine finish(CheckOptions options) {
  if (options.paths.empty()) return usage_error("a file or folder to check is missing", kCheck);
  return options;
}

}  // namespace client
