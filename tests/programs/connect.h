#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/process.h"
#include "tests/support/process_status.h"
#include "tests/support/server_process.h"

// What the tests of echo_client connect have in common.

namespace programs {

using support::kMebibyte;

/// Bytes of every value, in an order that a lost, doubled or moved piece changes.
inline std::string binary(size_t size) {
  std::string bytes(size, '\0');
  std::uint32_t state = 1;
  for (char& byte : bytes) {
    state = state * 1664525 + 1013904223;
    byte = static_cast<char>(state >> 24);
  }
  return bytes;
}

/// Once for each backend.
class Connect : public testing::TestWithParam<const char*> {
 protected:
  /// echo_client with the backend of this test.
  std::vector<std::string> arguments(std::vector<std::string> more) const {
    more.insert(more.begin(), {support::program_path("echo_client"), "connect", "--backend", GetParam()});
    return more;
  }

  support::Command client(std::vector<std::string> more) const { return {.arguments = arguments(std::move(more))}; }

  /// A shell's line in which "$@" is the client.
  support::Command shell(const std::string& line, std::vector<std::string> more) const {
    std::vector<std::string> words = arguments(std::move(more));
    words.insert(words.begin(), {"bash", "-c", line, "bash"});
    return {.arguments = std::move(words)};
  }
};

}  // namespace programs
