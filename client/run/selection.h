#pragma once

#include <filesystem>

#include "client/options.h"
#include "client/scenario/model.h"

// Which scenarios are wanted, asked before a file is read and after. Globs are those of fnmatch(3), in which `*` stands
// for slashes, too.

namespace client::run {

/// Whether --exclude names a file or a folder: by its name, with or without `.json`; or with a glob that has a slash,
/// by `path`, which is as the user would write it, or by what of that is `below` the folder that was named.
bool is_excluded(const Selection& selection, const std::filesystem::path& path, const std::filesystem::path& below);

/// Whether a scenario is one of those that are wanted, by its name and its tags.
bool selects(const Selection& selection, const scenario::Scenario& scenario);

}  // namespace client::run
