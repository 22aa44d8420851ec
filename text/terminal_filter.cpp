#include "text/terminal_filter.h"

#include <algorithm>
#include <utility>

#include "text/escape.h"
#include "text/utf8.h"

namespace text {

namespace {

bool is_plain(char byte) { return (byte >= ' ' && byte <= '~') || byte == '\n' || byte == '\t'; }

}  // namespace

std::string TerminalFilter::next(std::string_view bytes) {
  const std::string joined = held_.empty() ? std::string() : held_ + std::string(bytes);
  std::string_view rest = held_.empty() ? bytes : joined;
  std::string shown;
  while (!rest.empty()) {
    const auto plain = static_cast<std::size_t>(std::ranges::find_if_not(rest, is_plain) - rest.begin());
    shown += rest.substr(0, plain);
    rest.remove_prefix(plain);
    if (rest.empty() || rest == "\r" || is_cut_off(rest)) break;
    const bool ends_line = rest.starts_with("\r\n");
    const std::size_t size = ends_line ? 2 : std::max<std::size_t>(first_code_point(rest).size, 1);
    shown += ends_line ? std::string("\r\n") : escape(rest.substr(0, size));
    rest.remove_prefix(size);
  }
  held_ = rest;
  return shown;
}

std::string TerminalFilter::finish() { return escape(std::exchange(held_, {})); }

}  // namespace text
