#pragma once

#include <cstdint>
#include <string>
#include <string_view>

// Framing: how a byte stream is cut into frames, and what is added to a text when it is sent as one.

namespace client::scenario {

/// What ends a line.
enum class Eol : std::uint8_t { lf, crlf, none };

/// The bytes of it.
std::string_view bytes_of(Eol eol);

struct Framing {
  enum class Kind : std::uint8_t {
    line,           ///< ended by `eol`
    delimiter,      ///< ended by `delimiter`
    length_prefix,  ///< behind its length, a number of `prefix_bytes` bytes
    fixed,          ///< of `size` bytes
    raw,            ///< no frames: bytes as they come
  };

  Kind kind = Kind::line;
  Eol eol = Eol::lf;
  std::string delimiter = {};     ///< at least one byte
  std::uint8_t prefix_bytes = 0;  ///< 1, 2, 4 or 8
  bool is_little_endian = false;  ///< the length's least significant byte comes first
  std::uint64_t size = 0;         ///< at least 1

  bool operator==(const Framing&) const = default;

  /// What ends a frame; empty when nothing does.
  std::string_view end() const;

  /// The most bytes that a frame's text can have.
  std::uint64_t longest() const;
};

}  // namespace client::scenario
