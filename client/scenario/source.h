#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
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

/// What a user wrote when the text of a scenario was made from it, such as a command line. Places are those in it.
struct Origin {
  /// What a value was made of.
  struct Part {
    std::string pointer;  ///< JSON pointer to the value; it holds for all that is in it, unless another one is longer
    std::string name;     ///< what a user knows it by: "--expect 2"
    std::size_t offset = 0;  ///< in bytes of `text`
    std::size_t length = 0;
  };

  std::string text;  ///< one line
  std::vector<Part> parts;
};

/// A file's text, by lines; or one that was made, and what of.
class SourceFile {
 public:
  SourceFile() = default;
  /// `path` as the user named it. `text` may be any bytes, less than 4 GiB.
  SourceFile(std::string path, std::string text);
  /// `path` is for messages. What no part of `origin` was made into has the whole of it as its place.
  SourceFile(std::string path, std::string text, Origin origin);

  const std::string& path() const { return path_; }
  const std::string& text() const { return text_; }

  /// Whether the text was made of what the user wrote elsewhere.
  bool is_made() const { return origin_.has_value(); }

  /// How a user sets a key: `"eol": "crlf"` in a file, `--eol crlf` on a command line. `value` is JSON.
  std::string setting(std::string_view key, std::string_view value) const;

  /// What a user knows the value at `place` by, where the text was made: "--expect 2". Empty in a file.
  std::string_view part_name(const Place& place) const;

  // What follows is about what the user wrote, in the file or elsewhere.

  /// A line without its end, from 1; empty when there is no such line.
  std::string_view line(std::uint32_t number) const;

  /// The place of `length` bytes of the text from `offset` on, as far as they are in one line; the end of the text is a
  /// place too. Takes the same time wherever that is, in lines of any length.
  Place place(std::size_t offset, std::size_t length, std::string pointer) const;

  /// The line of `place` with its number, and below it carets under the place, each line ended by a newline:
  ///    9 |         { "send": "Hello" }, { "expect": "GOT:Hello" },
  ///      |                                          ^^^^^^^^^^^
  /// Of a long line the part around the place. What a terminal would not show as one character is replaced by U+FFFD.
  /// Empty for the file as a whole. A command line has `$` for the number.
  std::string excerpt(const Place& place) const;

  /// What stands in front of a line that follows the excerpt: "   |".
  static std::string gutter(const Place& place);

 private:
  void index();
  const std::string& written() const { return origin_ ? origin_->text : text_; }
  const Origin::Part* part_of(std::string_view pointer) const;
  std::size_t characters_before(std::size_t offset) const;
  std::size_t byte_of(const Place& place) const;

  std::string path_;
  std::string text_;
  std::optional<Origin> origin_;
  std::vector<std::uint32_t> line_starts_;
  std::vector<std::uint32_t> characters_before_block_;  // Of each kBlock bytes.
};

}  // namespace client::scenario
