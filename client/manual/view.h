#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "text/terminal_filter.h"

// View: what a person is shown of a conversation, as a function of its bytes and of when they moved.

namespace client::manual {

/// How a conversation is shown; nothing of it: what comes, byte for byte.
struct Form {
  bool escaped = false;     ///< what comes is made fit for a terminal (text::TerminalFilter)
  bool hex = false;         ///< both directions as a hex dump, each marked with its sign
  bool timestamps = false;  ///< the time of day, in UTC, in front of each line that comes and of each line of a dump

  bool is_exact() const { return !escaped && !hex && !timestamps; }
};

class View {
 public:
  /// Since 1970.
  using Time = std::chrono::microseconds;

  explicit View(Form form) : form_(form) {}

  bool is_exact() const { return form_.is_exact(); }
  bool shows_sent() const { return form_.hex; }

  /// What is shown when `bytes` have come, or go. The bytes of a dump are shown at once: a line of it may be short, and
  /// begins where the one before ended.
  std::string received(std::string_view bytes, Time time);
  std::string sent(std::string_view bytes, Time time);

  /// What is still to be shown at the end of what comes. The view can then be used for another conversation.
  std::string finish(Time time);

 private:
  std::string with_timestamps(std::string text, Time time);

  const Form form_;
  text::TerminalFilter filter_;
  bool at_line_start_ = true;
  std::uint64_t received_ = 0;
  std::uint64_t sent_ = 0;
};

}  // namespace client::manual
