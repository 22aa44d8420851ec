#include "client/run/selection.h"

#include <fnmatch.h>

#include <algorithm>
#include <string>

namespace client::run {

namespace {

bool matches(const std::string& glob, const std::string& name) { return ::fnmatch(glob.c_str(), name.c_str(), 0) == 0; }

}  // namespace

bool is_excluded(const Selection& selection, const std::filesystem::path& path, const std::filesystem::path& below) {
  const std::string name = path.filename();
  const std::string without_ending = path.extension() == ".json" ? path.stem().string() : name;
  // The folders above are not looked at for a name: who has "slow" in the name of a project excludes no test with it.
  return std::ranges::any_of(selection.exclude, [&](const std::string& glob) {
    if (glob.contains('/')) return matches(glob, path) || matches(glob, below);
    return matches(glob, name) || matches(glob, without_ending);
  });
}

bool selects(const Selection& selection, const scenario::Scenario& scenario) {
  const auto has = [&](const std::string& tag) { return std::ranges::find(scenario.tags, tag) != scenario.tags.end(); };
  const auto is_named = [&](const std::string& glob) { return matches(glob, scenario.name); };
  return is_named(selection.only) && std::ranges::none_of(selection.exclude, is_named) &&
         (selection.tags.empty() || std::ranges::any_of(selection.tags, has));
}

}  // namespace client::run
