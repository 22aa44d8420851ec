#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "client/scenario/diagnostic.h"
#include "client/scenario/model.h"

namespace client::scenario {

struct LoadOptions {
  std::map<std::string, std::string> variables;  ///< of --var: they win over those of groups and files
  std::optional<std::string> target;             ///< of --target: replaces every target
  std::uint64_t seed = 0;                        ///< what ${seed} gives, when the file does not say
  /// Looks up an environment variable.
  std::function<std::optional<std::string>(const std::string&)> environment;
};

/// Reads and checks a file. All that is wrong with it is told at once, in the order of the file.
std::expected<Scenario, std::vector<Diagnostic>> load(const std::string& path, const LoadOptions& options);

/// The same for `text`, which may be any bytes; `path` is for messages, and names the scenario.
std::expected<Scenario, std::vector<Diagnostic>> parse(std::string path, std::string text, const LoadOptions& options);

/// The files that `paths` name: files as they are, in order; folders recursively and sorted, their *.json without
/// *.schema.json, and without folders below them that hold a file .by-name. The error says which path is not there or
/// cannot be read.
std::expected<std::vector<std::string>, std::string> find_scenarios(const std::vector<std::string>& paths);

}  // namespace client::scenario
