#pragma once

#include <cstddef>
#include <functional>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "tests/repository/source_file.h"

namespace repository {

struct Violation {
  std::string path;
  size_t line = 0;  ///< from 1; 0 is the file as a whole
  std::string reason;

  bool operator==(const Violation&) const = default;
  friend std::ostream& operator<<(std::ostream& stream, const Violation& violation);
};

/// The part of a file that a rule looks at.
enum class Part { everything, without_comments, code };

/// Something that may stand in no line, or only in some files. Patterns are RE2's and searched, not anchored; an empty
/// one matches nothing.
struct BannedText {
  std::string_view pattern = {};
  Part part = Part::code;            ///< of C++; of every other file it is everything
  std::string_view applies_to = {};  ///< paths, as a pattern
  std::string_view except_in = {};   ///< paths, as a pattern
  std::string_view unless = {};      ///< what makes a line that matches right all the same
  std::string_view reason = {};
  /// A path and a line that break the rule, by which the rule itself is tested.
  std::string_view example_path = {};
  std::string_view example = {};
};

std::vector<Violation> violations(const BannedText& rule, const SourceFile& file);

/// A folder includes its own headers and those of the folders it may know; every include of our own starts at the root.
std::vector<Violation> check_include_directions(const SourceFile& file);

/// A library other than the standard one is included only where it may be.
std::vector<Violation> check_library_walls(const SourceFile& file);

/// A header starts with `#pragma once`.
std::vector<Violation> check_pragma_once(const SourceFile& file);

/// A file has at most 400 lines, unless it is in the list of exceptions (in rules.cpp); an exception that is not needed
/// is a violation too.
std::vector<Violation> check_length(const SourceFile& file);

/// In Markdown: links to files, and `folder/file.ext` between backquotes, lead to what `exists`; paths are from the
/// repository's root.
std::vector<Violation> check_links(const SourceFile& file, const std::function<bool(const std::string&)>& exists);

}  // namespace repository
