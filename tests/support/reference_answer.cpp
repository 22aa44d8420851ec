#include "tests/support/reference_answer.h"

#include <algorithm>

namespace support {

std::string line_answer(std::string_view prefix, std::string_view stream) {
  std::string answer;
  bool at_start = true;
  for (const char byte : stream) {
    if (at_start) answer += prefix;
    answer += byte;
    at_start = byte == '\n';
  }
  return answer;
}

std::string without_prefixes(std::string_view prefix, std::string_view answer) {
  std::string echoed;
  while (!answer.empty()) {
    if (answer.starts_with(prefix)) {
      answer.remove_prefix(prefix.size());
    } else {
      echoed += answer.front();
      answer.remove_prefix(1);
    }
  }
  return echoed;
}

std::size_t longest_unit(std::string_view prefix, std::string_view answer) {
  std::size_t longest = 0;
  while (!answer.empty()) {
    const std::size_t end = std::min(answer.find(prefix), answer.size());
    longest = std::max(longest, end);
    answer.remove_prefix(std::min(end + prefix.size(), answer.size()));
  }
  return longest;
}

}  // namespace support
