#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "client/scenario/model.h"

namespace client::scenario {

/// Something that is wrong with a file, and what to do about it.
struct Diagnostic {
  std::string path;
  Place place;          ///< line 0 when the file could not be read at all
  std::string message;  ///< `unknown key "exepct", did you mean "expect"?`
  std::string excerpt;  ///< SourceFile::excerpt, empty when there is no line
};

/// As compilers print it:
///   scenarios/x.json:9:11: error: unknown key "exepct", did you mean "expect"?  (/clients/0/steps/1)
///    9 |         { "exepct": "GOT:Hello" },
///      |           ^^^^^^^^
std::string render(const Diagnostic& diagnostic);

struct LoadOptions {
  std::map<std::string, std::string> variables;  ///< of --var: they win over those of groups and files
  std::optional<std::string> target;             ///< of --target: replaces every target
  std::uint64_t seed = 0;                        ///< what ${seed} gives, when the file does not say
  /// Looks up an environment variable.
  std::function<std::optional<std::string>(const std::string&)> environment;
};

/// Reads and checks a file. All that is wrong with it is told at once, in the order of the file.
std::expected<Scenario, std::vector<Diagnostic>> load(const std::string& path, const LoadOptions& options);

/// The files that `paths` name: files as they are, in order; folders recursively and sorted, their *.json without
/// *.schema.json. The error says which path is not there or cannot be read.
std::expected<std::vector<std::string>, std::string> find_scenarios(const std::vector<std::string>& paths);

}  // namespace client::scenario
