#include "text/crlf.h"

namespace text {

std::string CrLf::next(std::string_view bytes) {
  std::string out;
  out.reserve(bytes.size());
  for (const char byte : bytes) {
    if (byte == '\n' && !after_cr_) out += '\r';
    out += byte;
    after_cr_ = byte == '\r';
  }
  return out;
}

}  // namespace text
