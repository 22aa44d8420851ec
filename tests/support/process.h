#pragma once

#include <sys/types.h>

#include <chrono>
#include <functional>
#include <memory>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/support/patience.h"

namespace support {

/// How a program ended: by exiting with a code, or by a signal.
class Exit {
 public:
  static Exit code(int value) { return Exit(Kind::code, value); }
  static Exit signal(int number) { return Exit(Kind::signal, number); }

  bool operator==(const Exit&) const = default;
  friend std::ostream& operator<<(std::ostream& stream, const Exit& exit);

 private:
  enum class Kind { code, signal };
  Exit(Kind kind, int value) : kind_(kind), value_(value) {}

  Kind kind_;
  int value_;
};

struct Command {
  /// The program, looked up in PATH when it has no slash, and its arguments.
  std::vector<std::string> arguments;
  /// Variables added to the test's own environment, or replaced in it.
  std::vector<std::pair<std::string, std::string>> environment = {};
  /// Where it runs; empty: where the test runs.
  std::string working_directory = {};
};

enum class Stream { output, error };

/// A program that a test runs and drives as a user would: arguments, standard input, signals; output and exit status.
///
/// The program is the leader of a process group of its own. The whole group is killed when the Process is destroyed,
/// and the program also when the thread that started it ends, so that a failing test leaves nothing behind.
///
/// What the program writes is collected by a thread from the start, so it never blocks on a full pipe, whatever the
/// test is doing. What a test waits for and does not get within its time is thrown as std::runtime_error, whose text
/// shows the command and all of its output; GoogleTest reports that as the failure.
///
/// A Process is used by one thread, the one that made it.
class Process {
 public:
  /// Starts the program with a pipe as its standard input. Throws std::system_error when it cannot be started.
  /// Ignores SIGPIPE in the test's process from then on; the program itself starts with default signal handlers.
  explicit Process(Command command);
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  pid_t pid() const;

  /// Writes all bytes to the standard input. Throws std::system_error with EPIPE when the program has closed it.
  void write_input(std::string_view bytes, std::chrono::milliseconds patience = kPatience);
  void close_input();

  /// The next whole line, without its end, for which `matches` is true. Lines before it are skipped; a later call
  /// starts after the line returned. The end of the stream without such a line is a failure.
  std::string wait_for_line(Stream stream, const std::function<bool(std::string_view)>& matches,
                            std::chrono::milliseconds patience = kPatience);
  /// Reads on from where the last wait on this stream ended, through the first occurrence of `text`, and returns what
  /// was read.
  std::string read_until(Stream stream, std::string_view text, std::chrono::milliseconds patience = kPatience);
  /// Everything written so far, whether or not it was waited for.
  std::string written(Stream stream) const;

  /// Sends a signal to the program alone; does nothing when it has ended.
  void signal(int number);

  /// Waits until the program has ended and its outputs are closed, also by the processes it started. May be called
  /// again.
  Exit wait(std::chrono::milliseconds patience = kPatience);

 private:
  class Collector;

  [[noreturn]] void fail(std::string_view what) const;

  Command command_;
  std::unique_ptr<Collector> collector_;
};

/// Runs a program to its end with `input` as its whole standard input.
struct Finished {
  Exit exit;
  std::string output;
  std::string error;
};
Finished run(Command command, std::string_view input = {}, std::chrono::milliseconds patience = kPatience);

}  // namespace support
