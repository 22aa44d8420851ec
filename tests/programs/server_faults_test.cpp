// System calls of the epoll backend that fail although nothing is wrong, as strace(1) makes them.

#include <poll.h>

#include <filesystem>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/programs/echo_server.h"
#include "tests/support/coroutines.h"
#include "tests/support/exchange.h"
#include "tests/support/process.h"
#include "tests/support/reference_answer.h"
#include "tests/support/socket.h"
#include "tests/support/temporary_directory.h"

namespace programs {
namespace {

using support::Exit;
using support::Finished;
using support::Repeated;
using support::ServerProcess;
using support::Socket;

/// A server in which every fifth of some system calls fails.
class ServerFaults : public testing::Test {
 protected:
  void SetUp() override {
    const Finished tried = support::run({.arguments = {"sh", "-c", "strace -qq -o /dev/null true"}});
    if (tried.exit != Exit::code(0)) GTEST_SKIP() << "strace(1) cannot be used here: " << tried.error;
  }

  /// -D keeps the server, not strace, as the program that is run. In one that strace holds LeakSanitizer cannot look.
  ServerProcess serve(const std::string& calls, const std::string& error) const {
    return ServerProcess(support::Command{.arguments = {"strace", "-D", "-f", "-qq", "-o", trace_, "-E",
                                                        "ASAN_OPTIONS=detect_leaks=0", "-e", "trace=" + calls, "-e",
                                                        "inject=" + calls + ":error=" + error + ":when=3+5",
                                                        support::program_path("echo_server"), "--backend", "epoll",
                                                        "--send-buffer", "1KiB", "tcp://127.0.0.1:0"}});
  }

  /// How many calls have failed.
  size_t faults() const {
    const std::string trace = support::read_file(trace_);
    size_t count = 0;
    for (size_t at = trace.find("INJECTED"); at != std::string::npos; at = trace.find("INJECTED", at + 1)) ++count;
    return count;
  }

 private:
  support::TemporaryDirectory directory_;
  std::filesystem::path trace_ = directory_ / "trace";
};

TEST_F(ServerFaults, OfInterruptionsAreNotNoticed) {
  for (const std::string calls : {"recvfrom", "sendto", "epoll_pwait2", "accept4"}) {
    ServerProcess server = serve(calls, "EINTR");
    const std::string line = support::patterned(2'000) + "\n";
    const std::string answer = support::line_answer("GOT:", line);
    for (int i = 0; i < 20; ++i) {
      Socket client = Socket::connect(server.url(), {.receive_buffer = 4096, .segment = 1000});
      EXPECT_EQ(support::exchange(client, Repeated(line, 50), Repeated(answer, 50)), "") << calls;
    }
    EXPECT_EQ(server.stop(), Exit::code(0)) << calls;
    EXPECT_GE(faults(), 3U) << calls;
  }
}

/// Sends lines one by one, and goes on when one is not answered soon: what was taken from a backend that waits for
/// changes comes back with the next change. Returns all of the answer; `said` becomes what was sent.
std::string answers_to_insistence(Socket& client, std::string& said) {
  constexpr int kSoon = 10;
  std::string answer;
  for (int lines = 0; lines < 100 || (answer.size() < support::line_answer("GOT:", said).size() && lines < 1000);
       ++lines) {
    const std::string line = "line " + std::to_string(lines) + "\n";
    client.send_all(line);
    said += line;
    pollfd answered{client.fd(), POLLIN, 0};
    if (::poll(&answered, 1, kSoon) == 1) answer += client.receive_some();
  }
  return answer;
}

TEST_F(ServerFaults, OfCallsThatWouldHaveToWaitLoseNothing) {
  for (const std::string calls : {"recvfrom", "sendto"}) {
    ServerProcess server = serve(calls, "EAGAIN");
    Socket client = Socket::connect(server.url());
    std::string said;
    const std::string answer = answers_to_insistence(client, said);
    EXPECT_EQ(answer, support::line_answer("GOT:", said)) << calls;
    client.close();
    EXPECT_EQ(server.stop(), Exit::code(0)) << calls;
    EXPECT_GE(faults(), 10U) << calls;
  }
}

}  // namespace
}  // namespace programs
