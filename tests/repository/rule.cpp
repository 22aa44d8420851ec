#include "tests/repository/rule.h"

#include <algorithm>
#include <filesystem>
#include <functional>

#include <fmt/format.h>
#include <re2/re2.h>

#include "tests/repository/rules.h"

namespace repository {
namespace {

constexpr size_t kMostLines = 400;

re2::StringPiece piece(std::string_view text) { return {text.data(), text.size()}; }

bool matches(std::string_view text, std::string_view pattern) {
  return !pattern.empty() && RE2::PartialMatch(piece(text), piece(pattern));
}

template <typename Rules, typename Name, typename Member>
bool lists(const Rules& rules, const Name& name, Member member) {
  return std::ranges::find(rules, name, member) != rules.end();
}

std::string part_of(const SourceFile& file, Part part) {
  if (!file.is_cpp() || part == Part::everything) return file.text;
  return part == Part::code ? code_only(file.text) : without_comments(file.text);
}

/// Calls `visit(line, number)` for each line, numbered from 1.
template <typename Visit>
void for_each_line(std::string_view text, Visit visit) {
  size_t number = 0;
  while (!text.empty()) {
    const size_t end = text.find('\n');
    visit(text.substr(0, end), ++number);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
}

struct Include {
  std::string header;
  bool is_ours = false;  ///< in quotes, not in angle brackets
  size_t line = 0;
};

std::vector<Include> includes_of(const SourceFile& file) {
  static const RE2 pattern(R"re(^\s*#\s*include\s*([<"])([^>"]+)[>"])re");
  std::vector<Include> includes;
  if (!file.is_cpp()) return includes;
  for_each_line(without_comments(file.text), [&](std::string_view line, size_t number) {
    std::string opening;
    std::string header;
    if (RE2::PartialMatch(piece(line), pattern, &opening, &header)) {
      includes.push_back({header, opening == "\"", number});
    }
  });
  return includes;
}

std::string first_folder(std::string_view path) { return std::string(path.substr(0, path.find('/'))); }

}  // namespace

std::ostream& operator<<(std::ostream& stream, const Violation& violation) {
  return stream << violation.path << ':' << violation.line << ": " << violation.reason;
}

std::vector<Violation> violations(const BannedText& rule, const SourceFile& file) {
  std::vector<Violation> found;
  if (!matches(file.path, rule.applies_to) || matches(file.path, rule.except_in)) return found;
  const RE2 pattern(piece(rule.pattern));
  for_each_line(part_of(file, rule.part), [&](std::string_view line, size_t number) {
    if (RE2::PartialMatch(piece(line), pattern) && !matches(line, rule.unless)) {
      found.push_back({file.path, number, std::string(rule.reason)});
    }
  });
  return found;
}

std::vector<Violation> check_include_directions(const SourceFile& file) {
  std::vector<Violation> found;
  const std::string folder = first_folder(file.path);
  const auto rule = std::ranges::find(folder_rules(), folder, &FolderRule::folder);
  for (const Include& include : includes_of(file)) {
    if (!include.is_ours) continue;
    const std::string target = first_folder(include.header);
    if (!lists(folder_rules(), target, &FolderRule::folder)) {
      found.push_back({file.path, include.line, fmt::format("\"{}\" does not start at the root", include.header)});
    } else if (rule == folder_rules().end() ||
               (target != folder && !lists(rule->may_include, target, std::identity{}))) {
      found.push_back({file.path, include.line, fmt::format("{} may not include {}", folder, target)});
    }
  }
  return found;
}

std::vector<Violation> check_library_walls(const SourceFile& file) {
  std::vector<Violation> found;
  for (const Include& include : includes_of(file)) {
    if (include.is_ours) continue;
    const auto rule = std::ranges::find_if(
        library_rules(), [&](const LibraryRule& candidate) { return matches(include.header, candidate.header); });
    if (rule != library_rules().end()) {
      if (matches(file.path, rule->not_in) || (!rule->only_in.empty() && !matches(file.path, rule->only_in))) {
        found.push_back({file.path, include.line, fmt::format("{} may not be included here", rule->library)});
      }
    } else if (include.header.contains('/') && !matches(include.header, "^(sys|linux|net|netinet|arpa)/")) {
      found.push_back({file.path, include.line, fmt::format("<{}> is of a library that has no rule", include.header)});
    }
  }
  return found;
}

std::vector<Violation> check_pragma_once(const SourceFile& file) {
  const std::string code = without_comments(file.text);
  const size_t start = std::min(code.find_first_not_of(" \n"), code.size());
  if (!file.path.ends_with(".h") || code.substr(start).starts_with("#pragma once\n")) return {};
  return {{file.path, 1, "a header starts with #pragma once"}};
}

std::vector<Violation> check_length(const SourceFile& file) {
  const auto lines = static_cast<size_t>(std::ranges::count(file.text, '\n'));
  const bool is_listed = lists(long_files(), file.path, &LongFile::path);
  if (file.is_cpp() && lines > kMostLines && !is_listed) {
    return {{file.path, 0, fmt::format("{} lines: more than {}", lines, kMostLines)}};
  }
  if (is_listed && lines <= kMostLines) return {{file.path, 0, "is no longer long: take it out of long_files()"}};
  return {};
}

std::vector<Violation> check_links(const SourceFile& file, const std::function<bool(const std::string&)>& exists) {
  static const RE2 link(R"(\]\(([^)\s#]*)(#[^)\s]*)?\))");
  static const RE2 mention(R"(`(\w+/[\w./-]+\.(?:h|cpp|py|json|md|cmake|txt))`)");
  static const RE2 elsewhere(R"(^[a-z]+:)");
  std::vector<Violation> found;
  if (!file.is_markdown()) return found;
  const std::filesystem::path folder = std::filesystem::path(file.path).parent_path();
  bool in_code = false;
  for_each_line(file.text, [&](std::string_view line, size_t number) {
    if (line.starts_with("```")) in_code = !in_code;
    if (in_code) return;
    const auto require = [&](const std::string& path, const std::string& written) {
      if (!exists(path)) found.push_back({file.path, number, "there is no " + written});
    };
    std::string target;
    re2::StringPiece rest = piece(line);
    while (RE2::FindAndConsume(&rest, link, &target)) {
      if (target.empty() || RE2::PartialMatch(target, elsewhere)) continue;
      require((folder / target).lexically_normal().generic_string(), target);
    }
    rest = piece(line);
    while (RE2::FindAndConsume(&rest, mention, &target)) require(target, target);
  });
  return found;
}

}  // namespace repository
