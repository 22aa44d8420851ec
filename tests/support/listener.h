#pragma once

#include <string>
#include <string_view>

#include "scheduler/descriptor.h"
#include "tests/support/socket.h"

namespace support {

/// A listening socket with which a test plays the server: one that lies, stalls, closes or resets.
class Listener {
 public:
  /// Listens on `url` (see Socket::connect; port 0 is any free port). Throws std::system_error.
  explicit Listener(std::string_view url = "tcp://127.0.0.1:0");

  /// Where it listens, with the port it got.
  const std::string& url() const { return url_; }
  /// The next connection. Throws std::system_error with std::errc::timed_out when none came within kPatience.
  Socket accept();
  /// Closes it: who connects from now on is refused.
  void close() { descriptor_.close(); }

 private:
  sched::Descriptor descriptor_;
  std::string url_;
};

}  // namespace support
