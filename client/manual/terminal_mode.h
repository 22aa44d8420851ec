#pragma once

#include <termios.h>

// The mode of a terminal, which is given back as it was found, however the program ends; SIGKILL aside.

namespace client::manual {

/// Remembers the mode of a terminal and sets it again at its end, and also when the process is ended by a check, a
/// crash or a signal that nobody handles. One at a time in a process.
class TerminalMode {
 public:
  /// `fd` is a terminal, and outlives it.
  explicit TerminalMode(int fd);
  ~TerminalMode();

  TerminalMode(const TerminalMode&) = delete;
  TerminalMode& operator=(const TerminalMode&) = delete;

  /// Sets the mode that was remembered.
  void restore() const;
};

/// Does what SIGTSTP, which is blocked, asks for: stops the process until it is continued.
void stop_process();

}  // namespace client::manual
