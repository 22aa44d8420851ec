#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

// Where things stand in a scenario file, so that whatever goes wrong, before or while it runs, can point at its place.
// Values that do not change; any thread.

namespace client::scenario {

/// Where a value stands. Lines and columns count from 1, columns in characters (code points).
struct Place {
  std::uint32_t line = 0;  ///< 0 when it is the file as a whole
  std::uint32_t column = 0;
  std::uint32_t length = 0;  ///< in characters, within the line; at least 1
  std::string pointer;       ///< JSON pointer (RFC 6901) to the value: "/clients/0/steps/1/expect"

  bool operator==(const Place&) const = default;
};

/// A file's text, by lines.
class SourceFile {
 public:
  SourceFile() = default;
  /// `path` as the user named it. `text` may be any bytes, less than 4 GiB.
  SourceFile(std::string path, std::string text);

  const std::string& path() const { return path_; }
  const std::string& text() const { return text_; }

  /// A line without its end, from 1; empty when there is no such line.
  std::string_view line(std::uint32_t number) const;

  /// The place of `length` bytes from `offset` on, as far as they are in one line; the end of the text is a place too.
  /// Takes the same time wherever that is, in lines of any length.
  Place place(std::size_t offset, std::size_t length, std::string pointer) const;

  /// The line of `place` with its number, and below it carets under the place, each line ended by a newline:
  ///    9 |         { "send": "Hello" }, { "expect": "GOT:Hello" },
  ///      |                                          ^^^^^^^^^^^
  /// Of a long line the part around the place. What a terminal would not show as one character is replaced by U+FFFD.
  /// Empty for the file as a whole.
  std::string excerpt(const Place& place) const;

  /// What stands in front of a line that follows the excerpt: "   |".
  static std::string gutter(const Place& place);

 private:
  std::size_t characters_before(std::size_t offset) const;
  std::size_t byte_of(const Place& place) const;

  std::string path_;
  std::string text_;
  std::vector<std::uint32_t> line_starts_;
  std::vector<std::uint32_t> characters_before_block_;  // Of each kBlock bytes.
};

}  // namespace client::scenario
