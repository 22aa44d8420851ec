#pragma once

#include <cstdint>
#include <expected>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "client/scenario/diagnostic.h"
#include "client/scenario/model.h"

namespace client::scenario {

struct LoadOptions {
  std::map<std::string, std::string> variables = {};  ///< of --var: they win over those of groups and files
  std::optional<std::string> target = {};             ///< of --target: replaces every target
  std::uint64_t seed = 0;                             ///< what ${seed} gives, when the file does not say
  /// Looks up an environment variable.
  std::function<std::optional<std::string>(const std::string&)> environment = {};
};

/// What stands for standard input where a file is named, and what it is called in messages.
inline constexpr std::string_view kStandardInputWord = "-";
inline constexpr std::string_view kStandardInput = "<stdin>";

/// What a scenario is called in messages that was made of a command line.
inline constexpr std::string_view kCommandLine = "<command line>";

/// Reads and checks a file, or standard input. All that is wrong with it is told at once, in the order of the file.
std::expected<Scenario, std::vector<Diagnostic>> load(const std::string& path, const LoadOptions& options);

/// The same for what has been read already, or was made.
std::expected<Scenario, std::vector<Diagnostic>> parse(SourceFile source, const LoadOptions& options);

/// The same for `text`, which may be any bytes; `path` is for messages, and names the scenario.
std::expected<Scenario, std::vector<Diagnostic>> parse(std::string path, std::string text, const LoadOptions& options);

/// A file of a folder that has something else in it, and how that shows.
struct NoScenario {
  std::string why;
};

/// The same as load() for a file that was found in a folder, where there may be others' files. One that is not JSON is
/// an error, since a scenario that is broken is more likely than anything else.
std::expected<std::variant<Scenario, NoScenario>, std::vector<Diagnostic>> load_if_scenario(const std::string& path,
                                                                                            const LoadOptions& options);

/// A file that may have a scenario in it.
struct Found {
  std::string path;
  bool is_named = true;  ///< by the user, who did not name a folder that it is in
};

/// Whether a file or a folder is not to be looked at. `path` is as the user would write it, and `below` what of it is
/// below the folder that was named: all of it but the folders above, for a file that was named itself.
using LeftOut = std::function<bool(const std::filesystem::path& path, const std::filesystem::path& below)>;

/// The files that `paths` name: files as they are, in order; folders recursively and sorted, their *.json without
/// *.schema.json, and without folders below them that hold a file .by-name; kStandardInputWord once. The error says
/// which path is not there or cannot be read.
std::expected<std::vector<Found>, std::string> find_scenarios(const std::vector<std::string>& paths,
                                                              const LeftOut& left_out = {});

}  // namespace client::scenario
