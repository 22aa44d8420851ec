#pragma once

#include <string>
#include <string_view>

namespace text {

/// Makes a stream of bytes that came from elsewhere fit for a terminal. Text, tabs and the ends of lines (LF, CR LF)
/// stay as they are; whatever would control the terminal or deceive who looks at it is shown as escape() shows it. The
/// result does not depend on how the stream was cut into pieces.
class TerminalFilter {
 public:
  /// What of the stream can be shown when `bytes` are the next of it. A character that is cut off, or a CR, is held
  /// until it is known what follows.
  std::string next(std::string_view bytes);

  /// What is held, at the end of the stream.
  std::string finish();

 private:
  std::string held_;  ///< at most 3 bytes
};

}  // namespace text
