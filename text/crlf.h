#pragma once

#include <string>
#include <string_view>

namespace text {

/// Turns the line feeds of a stream into CR LF; one that already has a CR in front stays as it is. The result does not
/// depend on how the stream was cut into pieces.
class CrLf {
 public:
  std::string next(std::string_view bytes);

 private:
  bool after_cr_ = false;
};

}  // namespace text
