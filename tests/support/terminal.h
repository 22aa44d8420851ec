#pragma once

#include <sys/types.h>

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "scheduler/descriptor.h"
#include "tests/support/patience.h"
#include "tests/support/process.h"

namespace support {

/// A program on a terminal of its own (pty(7)), with the test as its user: what is typed passes through the kernel's
/// line editing, Ctrl-C and Ctrl-D included. Nothing is echoed, so the screen has only what the program writes.
///
/// The screen is read only by read_until(): until then the program meets a terminal that does not take any more. What a
/// test waits for and does not get within kPatience is thrown as std::runtime_error, whose text shows the screen. Used
/// by one thread. The program is killed when its owner ends.
class Terminal {
 public:
  /// Starts the program with the terminal as its standard input, output and error. Throws std::system_error.
  explicit Terminal(std::vector<std::string> words);
  ~Terminal();
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;

  static constexpr std::string_view kEnter = "\n";
  static constexpr std::string_view kInterrupt = "\x03";   ///< Ctrl-C
  static constexpr std::string_view kEndOfInput = "\x04";  ///< Ctrl-D, at the start of a line

  void type(std::string_view keys);

  /// Reads on through the first occurrence of `text`, and returns what was read.
  std::string read_until(std::string_view text);

  /// Completes when something is on the screen; it is not read.
  void wait_for_output();

  void signal(int number);

  /// Waits until the program has ended; the screen is not read. May be called once.
  Exit wait();

  pid_t pid() const { return pid_; }

 private:
  bool wait_until_readable(int fd) const;
  [[noreturn]] void fail(std::string_view what) const;

  sched::Descriptor master_;
  sched::Descriptor ended_;  ///< a pidfd
  pid_t pid_ = -1;
  bool reaped_ = false;
  std::string screen_;  ///< what was read and not yet returned
};

}  // namespace support
