#include "client/run/load_scenarios.h"

#include <cstdlib>
#include <utility>

#include <fmt/format.h>

namespace client::run {

namespace {

using Parsed = std::expected<scenario::Scenario, std::vector<scenario::Diagnostic>>;

void add(LoadedScenarios& loaded, Parsed scenario, const Console& console) {
  if (scenario) return loaded.scenarios.push_back(std::move(*scenario));
  for (const scenario::Diagnostic& diagnostic : scenario.error()) console.say(render(diagnostic));
  loaded.errors += scenario.error().size();
}

}  // namespace

std::expected<LoadedScenarios, std::string> load_scenarios(const std::vector<std::filesystem::path>& paths,
                                                           const scenario::LoadOptions& options,
                                                           const Console& console) {
  const auto files = scenario::find_scenarios({paths.begin(), paths.end()});
  if (!files) return std::unexpected(files.error());
  LoadedScenarios loaded;
  for (const std::string& file : *files) add(loaded, scenario::load(file, options), console);
  return loaded;
}

std::expected<LoadedScenarios, std::string> load_text(const std::string& text, const scenario::LoadOptions& options,
                                                      const Console& console) {
  LoadedScenarios loaded;
  add(loaded, scenario::parse("bench", text, options), console);
  return loaded;
}

std::optional<std::string> environment(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

std::string count_of_errors(std::size_t errors) {
  return fmt::format("{} error{} in the scenarios", errors, errors == 1 ? "" : "s");
}

}  // namespace client::run
