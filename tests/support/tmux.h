#pragma once

#include <sys/types.h>

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/process.h"
#include "tests/support/temporary_directory.h"

namespace support {

/// A terminal as a person sees it: tmux(1) with one window of 80 columns and 24 rows, in which a shell runs: dash,
/// which leaves the terminal's mode to the programs. What does not come within kPatience is thrown as
/// std::runtime_error, whose text shows the screen. The shell and what it started are hung up when the owner ends.
class Tmux {
 public:
  /// The prompt of its shell.
  static constexpr std::string_view kPrompt = "ready$ ";

  Tmux();
  ~Tmux();

  /// Types text as it is, and presses keys by their names: "Enter", "Up", "C-c".
  void type(const std::string& text);
  void press(const std::string& key);
  /// A line, and Enter.
  void enter(const std::string& line);

  /// Pastes `text`, as it is or marked as a paste where the program wants that.
  enum class Paste : bool { unmarked, marked };
  void paste(std::string_view text, Paste how);

  /// Clears the screen; the shell waits for a command before and after.
  void clear();

  void resize(int columns, int rows);

  /// The rows of the screen, without blanks at their ends.
  std::string screen();
  /// Looks at the screen until `text` is on it, and gives it.
  std::string wait_for(std::string_view text);
  /// The same until its last row that is not empty is `row`.
  std::string wait_for_last_row(std::string_view row);

  /// The process of the shell.
  pid_t shell();

 private:
  std::string run(std::vector<std::string> words);
  std::string wait_until(const std::function<bool(const std::string&)>& shows, std::string_view what);

  TemporaryDirectory directory_;
  std::string socket_ = directory_ / "tmux";
  Process server_;
};

}  // namespace support
