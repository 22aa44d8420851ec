// How many system calls an echo takes, as strace(1) sees them.

#include <cstddef>
#include <filesystem>
#include <string>

#include <gtest/gtest.h>

#include "tests/programs/echo_server.h"
#include "tests/support/count_of.h"
#include "tests/support/process.h"
#include "tests/support/socket.h"
#include "tests/support/temporary_directory.h"

namespace programs {
namespace {

using support::Exit;
using support::Finished;
using support::ServerProcess;
using support::Socket;

class ServerCalls : public EchoServer {
 protected:
  void SetUp() override {
    const Finished tried = support::run({.arguments = {"sh", "-c", "strace -qq -o /dev/null true"}});
    if (tried.exit != Exit::code(0)) GTEST_SKIP() << "strace(1) cannot be used here: " << tried.error;
  }

  /// All calls of a server that answers so many lines, one after the other.
  std::ptrdiff_t calls_of(std::ptrdiff_t echoes) const {
    ServerProcess server(through({"strace", "-D", "-f", "-qq", "-o", trace_, "-E", "ASAN_OPTIONS=detect_leaks=0"},
                                 {"--log-level", "warn", "--threads", "1", "tcp://127.0.0.1:0"}));
    Socket client = Socket::connect(server.url());
    for (std::ptrdiff_t i = 0; i < echoes; ++i) {
      client.send_all("a line\n");
      EXPECT_EQ(client.receive_exactly(11), "GOT:a line\n");
    }
    client.close();
    EXPECT_EQ(server.stop(), Exit::code(0));
    return support::count_of("(", support::read_file(trace_));
  }

 private:
  support::TemporaryDirectory directory_;
  std::filesystem::path trace_ = directory_ / "trace";
};

INSTANTIATE_TEST_SUITE_P(, ServerCalls, testing::Values("epoll", "io_uring"),
                         [](const auto& backend) { return std::string(backend.param); });

// epoll: it waits, receives and sends. io_uring: one call sends the answer and waits for the next line.
TEST_P(ServerCalls, AreNoMoreThanAnEchoNeeds) {
  constexpr std::ptrdiff_t kEchoes = 1000;
  const std::ptrdiff_t each = std::string(GetParam()) == "epoll" ? 3 : 1;
  const std::ptrdiff_t few = calls_of(100);
  const std::ptrdiff_t many = calls_of(100 + kEchoes);
  // A few calls are interrupted, or look once more.
  constexpr std::ptrdiff_t kByChance = kEchoes / 20;
  EXPECT_GE(many, few + kEchoes - kByChance);
  EXPECT_LE(many, few + each * kEchoes + kByChance);
}

}  // namespace
}  // namespace programs
