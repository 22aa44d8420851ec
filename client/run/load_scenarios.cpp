#include "client/run/load_scenarios.h"

#include <algorithm>
#include <cstdlib>
#include <ranges>
#include <set>
#include <string_view>
#include <system_error>
#include <utility>
#include <variant>

#include <fmt/format.h>

#include "client/run/missing.h"
#include "client/run/selection.h"
#include "text/escape.h"
#include "text/suggestion.h"

namespace client::run {

namespace {

using scenario::NoScenario;
using scenario::Scenario;

constexpr std::size_t kMaxShownName = 60;  // In bytes.
constexpr std::size_t kMaxShownNames = 8;

using Read = std::expected<std::variant<Scenario, NoScenario>, std::vector<scenario::Diagnostic>>;

Read read(const scenario::Found& file, const scenario::LoadOptions& options) {
  return file.is_named ? Read(scenario::load(file.path, options)) : scenario::load_if_scenario(file.path, options);
}

void add(LoadedScenarios& loaded, Read read, const std::string& path, const Console& console) {
  if (!read) {
    for (const scenario::Diagnostic& diagnostic : read.error()) console.say(render(diagnostic));
    loaded.errors += read.error().size();
  } else if (auto* scenario = std::get_if<Scenario>(&*read)) {
    loaded.scenarios.push_back(std::move(*scenario));
  } else {
    console.say_from(Console::Detail::normal, fmt::format("{}: note: left out, it is no scenario: {}",
                                                          text::escape(path), std::get<NoScenario>(*read).why));
  }
}

/// Which of `defined` may have been meant by `name`, as the end of a sentence.
std::string hint_for_variable(const std::string& name, const std::vector<std::string_view>& defined) {
  std::string hint = text::did_you_mean(name, defined);
  if (!hint.empty()) return hint;
  if (defined.empty()) return "";
  std::string names;
  for (const std::string_view one : defined | std::views::take(kMaxShownNames)) {
    names += fmt::format("{}{}", names.empty() ? "" : ", ", text::quote(one, kMaxShownName));
  }
  return fmt::format("; variables are {}{}", names, defined.size() > kMaxShownNames ? " and others" : "");
}

/// A sentence about those of `given`, the variables of the command line, that none of `scenarios` uses; empty when
/// there are none. What only one that was not selected uses would change nothing.
std::string unused_variables(const std::map<std::string, std::string>& given, const std::vector<Scenario>& scenarios) {
  std::set<std::string_view> used;
  std::set<std::string_view> defined;
  for (const Scenario& scenario : scenarios) {
    used.insert(scenario.given.begin(), scenario.given.end());
    defined.insert(scenario.defined.begin(), scenario.defined.end());
  }
  // One that is given, too, was not meant.
  for (const auto& [name, value] : given) defined.erase(name);
  const std::vector<std::string_view> meant(defined.begin(), defined.end());
  std::string sentence;
  for (const auto& [name, value] : given) {
    if (used.contains(name)) continue;
    sentence += fmt::format("{}--var {}: no scenario that is selected uses it{}", sentence.empty() ? "" : "; ",
                            text::quote(name, kMaxShownName), hint_for_variable(name, meant));
  }
  return sentence;
}

/// What was meant by the first of `paths` that is not there.
std::string hint_for_missing(const std::vector<std::filesystem::path>& paths) {
  const auto is_missing = [](const std::filesystem::path& path) {
    std::error_code error;
    return path != scenario::kStandardInputWord && !std::filesystem::exists(path, error);
  };
  const auto missing = std::ranges::find_if(paths, is_missing);
  return missing == paths.end() ? "" : what_was_meant(*missing);
}

std::string why_none(std::size_t files, std::size_t scenarios, const Selection& selection) {
  if (scenarios > 0 || !selection.exclude.empty()) {
    return "none of the scenarios is selected by --only, --exclude and --tag";
  }
  return files == 0 ? "there is no scenario: no file *.json is there" : "there is no scenario in the files *.json";
}

}  // namespace

std::expected<LoadedScenarios, std::string> load_scenarios(const std::vector<std::filesystem::path>& paths,
                                                           const Selection& selection,
                                                           const scenario::LoadOptions& options,
                                                           const Console& console) {
  const auto is_left_out = [&selection](const std::filesystem::path& path, const std::filesystem::path& below) {
    return is_excluded(selection, path, below);
  };
  const auto files = scenario::find_scenarios({paths.begin(), paths.end()}, is_left_out);
  if (!files) return std::unexpected(files.error() + hint_for_missing(paths));
  LoadedScenarios loaded;
  for (const scenario::Found& file : *files) add(loaded, read(file, options), file.path, console);
  if (loaded.errors > 0) return loaded;
  const std::size_t count = loaded.scenarios.size();
  std::erase_if(loaded.scenarios, [&](const Scenario& scenario) { return !selects(selection, scenario); });
  if (loaded.scenarios.empty()) {
    loaded.why_none = why_none(files->size(), count, selection);
    return loaded;
  }
  if (std::string unused = unused_variables(options.variables, loaded.scenarios); !unused.empty()) {
    return std::unexpected(std::move(unused));
  }
  return loaded;
}

std::expected<LoadedScenarios, std::string> load_generated(const GeneratedScenario& generated,
                                                           const scenario::LoadOptions& options,
                                                           const Console& console) {
  const std::string path(scenario::kCommandLine);
  LoadedScenarios loaded;
  add(loaded, scenario::parse(scenario::SourceFile(path, generated.text, generated.origin), options), path, console);
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
