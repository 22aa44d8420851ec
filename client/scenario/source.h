#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

// Where things stand in a scenario file, so that whatever goes wrong, before or while it runs, can point at its place.

namespace client::scenario {

/// Where a value stands. Lines and columns count from 1, columns in characters (code points).
struct Place {
  std::uint32_t line = 0;
  std::uint32_t column = 0;
  std::uint32_t length = 0;  ///< in characters, within the line; at least 1
  std::string pointer;       ///< JSON pointer (RFC 6901) to the value: "/clients/0/steps/1/expect"
};

/// A file's text, by lines.
class SourceFile {
 public:
  SourceFile() = default;
  /// `path` as the user named it.
  SourceFile(std::string path, std::string text);

  const std::string& path() const { return path_; }
  const std::string& text() const { return text_; }

  /// A line without its end, from 1; empty when there is no such line.
  std::string_view line(std::uint32_t number) const;

  /// The line of `place` with its number, and below it carets under the place:
  ///    9 |         { "send": "Hello" }, { "expect": "GOT:Hello" },
  ///      |                                          ^^^^^^^^^^^
  /// A long line is cut around the place. What the file holds is escaped.
  std::string excerpt(const Place& place) const;

 private:
  std::string path_;
  std::string text_;
  std::vector<std::size_t> line_starts_;
};

}  // namespace client::scenario
