#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

#include "tests/support/socket.h"

// Long exchanges with a server, of which no more is kept than the kernel holds.

namespace support {

/// A text over and over: a gigabyte that needs no gigabyte.
class Repeated {
 public:
  /// `text`, which is not empty, `times` times; `before` it once.
  Repeated(std::string text, size_t times, std::string before = {});

  size_t size() const { return before_.size() + text_.size() * times_; }

  /// The bytes from `offset`, which is below size(), as far as they lie in one piece.
  std::string_view from(size_t offset) const;

 private:
  std::string before_;
  std::string text_;
  size_t times_;
};

/// Sends all of `said` and ends its side, then reads to the end. It sends until the kernel takes no more and, if that
/// is given, `peer_rests` is true, and only then reads: as much as is there at once. Returns what is wrong about the
/// answer, nothing when it is `answer` and an end.
std::string exchange(Socket& socket, const Repeated& said, const Repeated& answer,
                     const std::function<bool()>& peer_rests = {});

}  // namespace support
