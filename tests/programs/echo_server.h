#pragma once

#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/process.h"
#include "tests/support/server_process.h"

// What the tests of echo_server have in common.

namespace programs {

/// Once for each backend.
class EchoServer : public testing::TestWithParam<const char*> {
 protected:
  /// The words that start echo_server with the backend of this test.
  std::vector<std::string> words(std::vector<std::string> more) const {
    more.insert(more.begin(), {support::program_path("echo_server"), "--backend", GetParam()});
    return more;
  }

  /// The same, behind the words of a program that starts it: prlimit, or a shell.
  support::Command through(std::vector<std::string> starter, std::vector<std::string> more) const {
    for (std::string& word : words(std::move(more))) starter.push_back(std::move(word));
    return {.arguments = std::move(starter)};
  }
  support::Command command(std::vector<std::string> more) const { return through({}, std::move(more)); }

  /// A server that runs.
  support::ServerProcess serve(std::vector<std::string> more = {"tcp://127.0.0.1:0"}, size_t listeners = 1) const {
    return support::ServerProcess(command(std::move(more)), listeners);
  }
};

/// Defines a suite of such tests.
#define ECHO_SERVER_SUITE(Suite)                                          \
  class Suite : public programs::EchoServer {};                           \
  INSTANTIATE_TEST_SUITE_P(, Suite, testing::Values("epoll", "io_uring"), \
                           [](const auto& backend) { return std::string(backend.param); })

}  // namespace programs
