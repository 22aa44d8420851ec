#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "client/scenario/diagnostic.h"
#include "client/scenario/source.h"

// JSON as a tree in which every value knows where it stands. nlohmann_json does the parsing; this is the only file that
// includes it. Comments are allowed. Bounds: kMaxDepth, kMaxValues; memory and time are linear in the text.

namespace client::scenario {

struct Member;

/// A JSON value.
struct Node {
  enum class Kind : std::uint8_t { null, boolean, number, string, list, object };

  Kind kind = Kind::null;
  bool boolean = false;
  Extent extent;
  std::string text;             ///< Of a string its value, UTF-8; of a number the characters in the file.
  std::vector<Node> elements;   ///< Of a list.
  std::vector<Member> members;  ///< Of an object, in the order of the file.
};

struct Member {
  std::string key;
  Extent key_extent;
  Node value;
};

inline constexpr std::size_t kMaxDepth = 64;
inline constexpr std::size_t kMaxValues = 1'000'000;

/// Parses all of `source`. Nothing when it is not JSON; `errors` says why. A key given twice is an error, too, but
/// parsing goes on.
std::optional<Node> parse_json(const SourceFile& source, DiagnosticList& errors);

/// `token` as a part of a JSON pointer: "~" and "/" are written as "~0" and "~1" (RFC 6901, section 3).
std::string pointer_token(std::string_view token);

}  // namespace client::scenario
