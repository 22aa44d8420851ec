#include "client/run/check_command.h"

#include <fmt/format.h>

#include "client/print.h"
#include "client/run/console.h"
#include "client/run/exit_code.h"
#include "client/run/load_scenarios.h"
#include "client/scenario/assertions.h"
#include "text/escape.h"

namespace client::run {

namespace {

std::string clients(std::uint64_t count) { return counted(count, "client", "clients"); }

std::string lines_of(const scenario::Scenario& scenario) {
  const bool asserts = asserts_more_than_connecting(scenario);
  std::string lines =
      fmt::format("{}: {}, {}{}\n", text::escape(scenario.source.path()), text::escape(scenario.name),
                  clients(scenario.clients()), asserts ? "" : " (nothing is asserted but that it connects)");
  if (scenario.setup) lines += "  setup\n";
  for (const scenario::Group& group : scenario.groups) {
    lines += fmt::format("  {}: {}\n", text::escape(group.name), clients(group.count));
  }
  if (scenario.teardown) lines += "  teardown\n";
  return lines;
}

int refuse(const Console& console, std::string_view why, Verdict verdict = Verdict::invalid) {
  console.complain(why);
  return exit_code(verdict, 0);
}

}  // namespace

int check(const CheckOptions& options) {
  const Console console(Console::Detail::normal);
  scenario::LoadOptions load_options{
      .variables = options.variables, .target = {}, .seed = options.seed, .environment = environment};
  if (options.target) load_options.target = to_string(*options.target);
  const auto loaded = load_scenarios(options.paths, options.selection, load_options, console);
  if (!loaded) return refuse(console, loaded.error());
  if (loaded->errors > 0) return refuse(console, count_of_errors(loaded->errors));
  if (loaded->scenarios.empty()) return refuse(console, loaded->why_none);
  const auto printed = print(list_of(loaded->scenarios));
  return printed ? exit_code(Verdict::passed, 0) : refuse(console, printed.error(), Verdict::unreported);
}

std::string list_of(const std::vector<scenario::Scenario>& scenarios) {
  std::string list;
  std::uint64_t sum = 0;
  for (const scenario::Scenario& scenario : scenarios) {
    list += lines_of(scenario);
    sum += scenario.clients();
  }
  return list + fmt::format("{}, {}\n", counted(scenarios.size(), "scenario", "scenarios"), clients(sum));
}

}  // namespace client::run
