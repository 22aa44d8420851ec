#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace repository {

/// A text file of this repository.
struct SourceFile {
  std::string path;  ///< from the repository's root, with slashes
  std::string text;

  bool is_cpp() const;
  bool is_markdown() const { return path.ends_with(".md"); }
};

/// The C++ text with its comments blanked. Lines and columns stay where they are.
std::string without_comments(std::string_view cpp);
/// The C++ text with its comments and the content of its string and character literals blanked.
std::string code_only(std::string_view cpp);

/// Every text file below `root`, sorted by path. Left out: hidden folders other than .ci, build folders (`build`, and
/// whatever holds a CMakeCache.txt), and files that are not text that people write (known by their names).
std::vector<SourceFile> load_tree(const std::filesystem::path& root);

}  // namespace repository
