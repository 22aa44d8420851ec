#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "client/scenario/model.h"

namespace client::run {

/// A frame at the front of the unread bytes.
struct Frame {
  std::string_view bytes;    ///< without its end
  std::size_t consumed = 0;  ///< how many unread bytes it takes, its end included
};

/// Cuts the first line off `unread`. It ends with the eol; bytes left at the end of the stream (`ended`) are a last
/// frame, and with Eol::none the only one. Nothing when it is not whole yet. `searched` is how many bytes are known to
/// hold no end; it is moved on, so that a line that comes in many pieces is looked at once.
std::optional<Frame> first_line(std::string_view unread, scenario::Eol eol, bool ended, std::size_t& searched);

/// The bytes that end a frame.
std::string_view bytes_of(scenario::Eol eol);

}  // namespace client::run
