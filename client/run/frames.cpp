#include "client/run/frames.h"

#include <algorithm>

namespace client::run {

std::string_view bytes_of(scenario::Eol eol) {
  switch (eol) {
    case scenario::Eol::lf:
      return "\n";
    case scenario::Eol::crlf:
      return "\r\n";
    case scenario::Eol::none:
      break;
  }
  return "";
}

std::optional<Frame> first_line(std::string_view unread, scenario::Eol eol, bool ended, std::size_t& searched) {
  const std::string_view end = bytes_of(eol);
  const std::size_t found = end.empty() ? std::string_view::npos : unread.find(end, searched);
  if (found != std::string_view::npos) {
    searched = 0;
    return Frame{unread.substr(0, found), found + end.size()};
  }
  if (ended && !unread.empty()) {
    searched = 0;
    return Frame{unread, unread.size()};
  }
  // An end may stand across what has arrived and what will.
  searched = end.empty() || unread.size() < end.size() ? 0 : unread.size() - end.size() + 1;
  return std::nullopt;
}

}  // namespace client::run
