#include "client/run/output_tail.h"

#include <algorithm>
#include <cstddef>

#include "text/escape.h"

namespace client::run {

namespace {

constexpr std::size_t kKept = 4096;

}  // namespace

void OutputTail::add(std::string_view bytes) {
  text_ += bytes;
  if (text_.size() <= 2 * kKept) return;
  text_.erase(0, text_.size() - kKept);
  is_cut_ = true;
}

std::string OutputTail::lines() const {
  std::string_view rest = text_;
  // A line that is longer than all that is kept is shown as far as it is there.
  const std::size_t begun = rest.find('\n');
  if (is_cut_ && begun + 1 < rest.size()) rest.remove_prefix(begun + 1);
  std::string lines;
  while (!rest.empty()) {
    const std::size_t end = rest.find('\n');
    lines += text::escape(rest.substr(0, end)) + '\n';
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  }
  return lines;
}

}  // namespace client::run
