#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tests/repository/rule.h"

namespace repository {

/// Which folders' headers a folder may include beside its own (docs/architecture.md).
struct FolderRule {
  std::string_view folder;
  std::vector<std::string_view> may_include;
};
const std::vector<FolderRule>& folder_rules();

/// Where a library may be included: in files that match `only_in`, or in all that do not match `not_in`. Patterns are
/// RE2's: of the included header's name, of the including file's path.
struct LibraryRule {
  std::string_view library;
  std::string_view header;
  std::string_view only_in = {};
  std::string_view not_in = {};
};
const std::vector<LibraryRule>& library_rules();

/// A file that may be longer than the others, and why it is better in one piece.
struct LongFile {
  std::string_view path;
  std::string_view reason;
};
const std::vector<LongFile>& long_files();

/// What may stand in no line, or only in some files.
std::span<const BannedText> banned_texts();

}  // namespace repository
