#include "client/run/load_scenarios.h"

#include <cstdlib>
#include <utility>

#include <fmt/format.h>

namespace client::run {

std::expected<LoadedScenarios, std::string> load_scenarios(const std::vector<std::filesystem::path>& paths,
                                                           const scenario::LoadOptions& options,
                                                           const Console& console) {
  const auto files = scenario::find_scenarios({paths.begin(), paths.end()});
  if (!files) return std::unexpected(files.error());
  LoadedScenarios loaded;
  for (const std::string& file : *files) {
    auto scenario = scenario::load(file, options);
    if (scenario) {
      loaded.scenarios.push_back(std::move(*scenario));
      continue;
    }
    for (const scenario::Diagnostic& diagnostic : scenario.error()) console.say(render(diagnostic));
    loaded.errors += scenario.error().size();
  }
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
