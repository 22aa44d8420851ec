#pragma once

#include <string>
#include <string_view>

namespace client::run {

/// The end of what a program writes: about the last 4 KiB.
class OutputTail {
 public:
  void add(std::string_view bytes);

  /// Its last lines, escaped, each ended by a newline. Where the beginning was left out it begins with a whole line.
  std::string lines() const;

 private:
  std::string text_;
  bool is_cut_ = false;
};

}  // namespace client::run
