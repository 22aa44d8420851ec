#pragma once

#include <cstddef>
#include <expected>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "client/options.h"
#include "client/run/console.h"
#include "client/scenario/load.h"

namespace client::run {

struct LoadedScenarios {
  std::vector<scenario::Scenario> scenarios;  ///< those that are wanted and without errors, in order
  std::size_t errors = 0;                     ///< of all the others together; they have been told
  std::string why_none;                       ///< a sentence, when there is neither a scenario nor an error
};

/// Reads and checks all files that `paths` name (scenario::find_scenarios) and that --exclude does not, and keeps the
/// scenarios that are selected. Tells on `console` what is wrong with them, and which files of folders are none. The
/// error, a sentence, says which path cannot be read, or which of the given variables nothing uses.
std::expected<LoadedScenarios, std::string> load_scenarios(const std::vector<std::filesystem::path>& paths,
                                                           const Selection& selection,
                                                           const scenario::LoadOptions& options,
                                                           const Console& console);

/// The same with one that is in no file.
std::expected<LoadedScenarios, std::string> load_generated(const GeneratedScenario& generated,
                                                           const scenario::LoadOptions& options,
                                                           const Console& console);

/// Looks up a variable of the process's environment.
std::optional<std::string> environment(const std::string& name);

/// `3 errors in the scenarios`.
std::string count_of_errors(std::size_t errors);

}  // namespace client::run
