#include "client/scenario/framing.h"

#include <limits>

namespace client::scenario {

std::string_view bytes_of(Eol eol) {
  switch (eol) {
    case Eol::lf:
      return "\n";
    case Eol::crlf:
      return "\r\n";
    case Eol::none:
      break;
  }
  return "";
}

std::string_view Framing::end() const {
  if (kind == Kind::delimiter) return delimiter;
  return kind == Kind::line ? bytes_of(eol) : "";
}

std::uint64_t Framing::longest() const {
  constexpr unsigned kBitsAByte = 8;
  const bool is_counted = kind == Kind::length_prefix && prefix_bytes < sizeof(std::uint64_t);
  return is_counted ? (std::uint64_t{1} << (prefix_bytes * kBitsAByte)) - 1 : std::numeric_limits<std::uint64_t>::max();
}

}  // namespace client::scenario
