#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "client/scenario/framing.h"

// The codec of framings: bytes in, frames out, and the way back. Pure functions.

namespace client::run {

/// A frame at the front of the unread bytes.
struct Frame {
  std::string_view bytes;    ///< without its end or its length
  std::size_t consumed = 0;  ///< how many unread bytes it takes, all included
  bool is_cut_off = false;   ///< the stream has ended before its end came
};

/// Cuts the first frame off `unread`; `framing` is not raw. Bytes left at the end of the stream (`ended`) are a last
/// frame, but for one that has a length: that is cut off, and no frame. Nothing when it is not whole yet. `searched` is
/// how many bytes are known to hold no end; it is moved on, so that a frame that comes in many pieces is looked at
/// once.
std::optional<Frame> first_frame(const scenario::Framing& framing, std::string_view unread, bool ended,
                                 std::size_t& searched);

/// How many bytes the frame takes that has begun, as far as that is known: where it has a length, or all have the same.
std::optional<std::uint64_t> announced_size(const scenario::Framing& framing, std::string_view unread);

/// Makes a frame of `text`, which has at most framing.longest() bytes.
void enclose(const scenario::Framing& framing, std::string& text);

}  // namespace client::run
