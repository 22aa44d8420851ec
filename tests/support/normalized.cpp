#include "tests/support/normalized.h"

#include <re2/re2.h>

namespace support {

std::string normalized(std::string text) {
  RE2::GlobalReplace(&text, R"(\bafter [0-9.]+(ns|us|ms|s|m)\b)", "after TIME");
  RE2::GlobalReplace(&text, R"((?m)(matched|received), [0-9.]+(ns|us|ms|s|m)($| \())", R"(\1, TIME\3)");
  RE2::GlobalReplace(&text, R"(127\.0\.0\.\d+:\d+|'127\.0\.0\.\d+', \d+)", "ADDRESS");
  RE2::GlobalReplace(&text, R"(seed \d+)", "seed SEED");
  RE2::GlobalReplace(&text, R"(\bagain: \S*/echo_client )", "again: echo_client ");
  RE2::GlobalReplace(&text, R"(--backend \w+)", "--backend NAME");
  return text;
}

}  // namespace support
