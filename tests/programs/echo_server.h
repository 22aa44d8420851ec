#pragma once

#include <unistd.h>

#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/process.h"
#include "tests/support/server_process.h"
#include "tests/support/socket.h"

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

  /// A server that runs on a TCP port and on a Unix socket; its urls() are these two.
  support::ServerProcess serve_both(std::vector<std::string> options = {}) const {
    // A name for each: the kernel may still be at ending the socket of a server that was killed.
    static int servers = 0;
    const std::string name = std::to_string(::getpid()) + "-" + std::to_string(++servers);
    options.insert(options.end(), {"tcp://127.0.0.1:0", "unix:@gotback-test-" + name});
    return serve(std::move(options), 2);
  }
};

/// Says a line, and waits for its answer.
inline void ask(support::Socket& socket, const std::string& line = "Hello\n") {
  socket.send_all(line);
  EXPECT_EQ(socket.receive_exactly(line.size() + 4), "GOT:" + line);
}

/// Reads to the end of the stream; whether that is a reset.
inline bool ends_with_reset(support::Socket& socket) {
  try {
    socket.receive_until_eof();
  } catch (const std::system_error& error) {
    return error.code() == std::errc::connection_reset;
  }
  return false;
}

/// What INSTANTIATE_TEST_SUITE_P takes for a suite of such tests.
inline auto both_backends() { return testing::Values("epoll", "io_uring"); }
inline std::string name_of_backend(const testing::TestParamInfo<const char*>& backend) { return backend.param; }

}  // namespace programs
