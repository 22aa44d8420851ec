#pragma once

#include <filesystem>
#include <string>

namespace client::run {

/// What was probably meant by `path`, which is not there, as the end of a sentence: `, did you mean "a.json"?`, or an
/// address. Empty when nothing is like it. Looks at the folder that it would be in.
std::string what_was_meant(const std::filesystem::path& path);

}  // namespace client::run
