#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

// What a frame is, as docs/scenarios.md has it under "Frames": written anew and simply, to judge the client's own.

namespace oracle {

using Json = nlohmann::json;

struct Framing {
  enum class Kind : std::uint8_t { ended_by, whole_stream, length_prefix, fixed, raw };

  Kind kind = Kind::ended_by;
  std::string ending = "\n";  ///< of ended_by
  std::size_t prefix_bytes = 0;
  bool is_big_endian = true;
  std::uint64_t size = 0;  ///< of fixed
};

/// What the values of the keys `framing` and `eol` mean.
Framing framing_of(const Json& framing, const std::string& eol);

/// What is sent for `text`.
std::string enclosed(const Framing& framing, const std::string& text);

/// The most bytes that can be sent as one frame.
std::uint64_t longest_text(const Framing& framing);

struct Cut {
  std::string frame;
  std::size_t taken = 0;  ///< bytes of what is unread, what ends the frame included
  bool is_rest = false;   ///< it is what was left at the end of the stream
};

/// The first frame of what is unread; `ended`: a FIN has come behind it. Not for raw.
std::optional<Cut> first_frame(const Framing& framing, std::string_view unread, bool ended);

/// How many bytes the first frame says that it has; nothing where it does not say, or not yet.
std::optional<std::uint64_t> announced(const Framing& framing, std::string_view unread);

}  // namespace oracle
