#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

// LineEditor: a line that is edited at the bottom of a terminal while other text appears above it. It is libedit, and
// the only place that knows of it.
//
// It neither reads nor writes the terminal: keys are handed to it, and what is to be written is taken from it, so that
// nothing waits. It has the terminal in raw mode, signals left on, from its construction to leave().

namespace client::manual {

class LineEditor {
 public:
  /// The terminal's descriptors, which outlive it. Of it the mode is set, and the size asked.
  LineEditor(int input, int output);
  ~LineEditor();

  LineEditor(const LineEditor&) = delete;
  LineEditor& operator=(const LineEditor&) = delete;

  /// Something that was entered.
  struct Entry {
    enum class Kind : unsigned char {
      line,         ///< Enter was pressed
      pasted_line,  ///< a line whose end was pasted
      piece,        ///< a line so far, without an end: it got too long to be edited
      end,          ///< Ctrl-D in an empty line
    };

    Kind kind = Kind::line;
    std::string text = {};  ///< UTF-8 or any other bytes, as they were typed
  };

  /// Hands over what was read from the terminal. next() works through it.
  void type(std::string_view keys);

  /// Works through the keys up to the next entry; nothing when there are no more. A key that is several bytes long, and
  /// one that takes another after it, is kept until all are there.
  std::optional<Entry> next();

  /// Shows `text`, which does not control the terminal, above the edited line. What follows its last line end is shown
  /// in front of the edited line, as a prompt is, and goes on with the next text.
  void print(std::string_view text);

  /// Ends the line that was not finished, if there is one, so that what is printed next is not taken for a part of it.
  void end_line();

  /// The terminal has another size.
  void resize();

  /// Erases the edited line, and gives the terminal back in the mode it had for editing to begin; enter() takes it
  /// again and draws the line.
  void leave();
  void enter();

  /// What is to be written to the terminal since the last call.
  std::string take_output();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace client::manual
