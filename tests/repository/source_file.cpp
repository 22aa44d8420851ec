#include "tests/repository/source_file.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstddef>

#include "tests/support/temporary_directory.h"

namespace repository {
namespace {

namespace fs = std::filesystem;

enum class Keep { literals, nothing };

/// Goes over C++ once and copies it, with spaces for what is not kept.
class Blanker {
 public:
  Blanker(std::string_view cpp, Keep keep) : cpp_(cpp), keep_(keep) { blanked_.reserve(cpp.size()); }

  std::string run() && {
    while (at_ < cpp_.size()) {
      const char next = cpp_[at_];
      if (rest().starts_with("//")) {
        blank_through(cpp_.find('\n', at_));
      } else if (rest().starts_with("/*")) {
        blank_through(end_of("*/", at_ + 2));
      } else if (rest().starts_with("R\"") && !follows_identifier()) {
        copy_through(at_ + 1);
        const size_t open = cpp_.find('(', at_);
        const std::string close = ")" + std::string(cpp_.substr(at_ + 1, open - at_ - 1)) + "\"";
        literal_through(end_of(close, open));
      } else if (next == '"' || (next == '\'' && !follows_identifier())) {  // 1'000 is a number
        literal_through(end_of_quoted(next));
      } else {
        copy_through(at_ + 1);
      }
    }
    return std::move(blanked_);
  }

 private:
  std::string_view rest() const { return cpp_.substr(at_); }

  bool follows_identifier() const {
    return at_ > 0 && (std::isalnum(static_cast<unsigned char>(cpp_[at_ - 1])) != 0 || cpp_[at_ - 1] == '_');
  }

  size_t end_of(std::string_view close, size_t from) const {
    const size_t found = cpp_.find(close, from);
    return found == std::string_view::npos ? found : found + close.size();
  }

  size_t end_of_quoted(char quote) const {
    for (size_t at = at_ + 1; at < cpp_.size(); ++at) {
      if (cpp_[at] == '\\') {
        ++at;
      } else if (cpp_[at] == quote) {
        return at + 1;
      }
    }
    return cpp_.size();
  }

  void copy_through(size_t end) {
    end = std::min(end, cpp_.size());
    blanked_ += cpp_.substr(at_, end - at_);
    at_ = end;
  }

  void blank_through(size_t end) {
    end = std::min(end, cpp_.size());
    for (; at_ < end; ++at_) blanked_ += cpp_[at_] == '\n' ? '\n' : ' ';
  }

  void literal_through(size_t end) {
    if (keep_ == Keep::literals) return copy_through(end);
    end = std::min(end, cpp_.size());
    copy_through(at_ + 1);
    if (end > at_ + 1) blank_through(end - 1);
    copy_through(end);
  }

  std::string_view cpp_;
  Keep keep_;
  size_t at_ = 0;
  std::string blanked_;
};

bool is_text(const fs::path& path) {
  static constexpr std::array<std::string_view, 12> kExtensions{".h",    ".cpp", ".c",    ".md",  ".txt",  ".cmake",
                                                                ".json", ".py",  ".yaml", ".yml", ".toml", ".in"};
  static constexpr std::array<std::string_view, 6> kNames{"Makefile",    "LICENSE",       ".clang-format",
                                                          ".clang-tidy", ".editorconfig", ".gitignore"};
  const std::string folder = path.parent_path().filename();
  return std::ranges::find(kExtensions, path.extension()) != kExtensions.end() ||
         std::ranges::find(kNames, path.filename()) != kNames.end() || folder == "scripts" || folder == "bench" ||
         folder == ".ci";
}

bool is_left_out(const fs::path& folder) {
  const std::string name = folder.filename();
  return (name.starts_with('.') && name != ".ci") || name == "build" || name == "__pycache__" ||
         fs::exists(folder / "CMakeCache.txt");
}

}  // namespace

bool SourceFile::is_cpp() const { return path.ends_with(".h") || path.ends_with(".cpp") || path.ends_with(".c"); }

std::string without_comments(std::string_view cpp) { return Blanker(cpp, Keep::literals).run(); }

std::string code_only(std::string_view cpp) { return Blanker(cpp, Keep::nothing).run(); }

std::vector<SourceFile> load_tree(const fs::path& root) {
  std::vector<SourceFile> files;
  for (auto entry = fs::recursive_directory_iterator(root); entry != fs::recursive_directory_iterator(); ++entry) {
    if (entry->is_directory() && is_left_out(entry->path())) {
      entry.disable_recursion_pending();
    } else if (entry->is_regular_file() && is_text(entry->path())) {
      files.push_back({fs::relative(entry->path(), root).generic_string(), support::read_file(entry->path())});
    }
  }
  std::ranges::sort(files, {}, &SourceFile::path);
  return files;
}

}  // namespace repository
