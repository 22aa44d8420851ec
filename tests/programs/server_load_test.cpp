// How echo_server answers much: more than the kernel's buffers hold, more than its memory, a line without an end.

#include <sys/resource.h>

#include <functional>
#include <string>

#include <gtest/gtest.h>

#include "tests/programs/echo_server.h"
#include "tests/support/coroutines.h"
#include "tests/support/exchange.h"
#include "tests/support/process_status.h"
#include "tests/support/reference_answer.h"
#include "tests/support/socket.h"

namespace programs {
namespace {

using support::exchange;
using support::kMebibyte;
using support::Repeated;
using support::ServerProcess;
using support::Socket;

class ServerLoad : public EchoServer {};
INSTANTIATE_TEST_SUITE_P(, ServerLoad, both_backends(), name_of_backend);

/// 100 KB of lines of all lengths, which begin and end with one.
std::string lines() {
  std::string text;
  for (unsigned i = 0; text.size() < 100'000; ++i) text += support::patterned(i * 7 % 3000, i) + "\n";
  return text;
}

/// What is wrong about the answer to `times` times lines().
std::string difference(Socket& client, size_t times, const std::function<bool()>& peer_rests = {}) {
  const std::string said = lines();
  return exchange(client, Repeated(said, times), Repeated(support::line_answer("GOT:", said), times), peer_rests);
}

TEST_P(ServerLoad, AnswersTenMegabytesThroughTheSmallestBuffers) {
  ServerProcess server = serve({"--send-buffer", "1KiB", "tcp://127.0.0.1:0"});
  Socket client = Socket::connect(server.url(), {.receive_buffer = 4096, .send_buffer = 4096, .segment = 1000});
  EXPECT_EQ(difference(client, 100), "");
}

TEST_P(ServerLoad, AnswersAPeerThatReadsOnlyWhenNothingMoves) {
  ServerProcess server = serve_both();
  const pid_t pid = server.process().pid();
  const auto rests = [pid] { return support::is_asleep(pid); };
  for (const std::string& url : server.urls()) {
    Socket first = Socket::connect(url);
    EXPECT_EQ(difference(first, 200, rests), "") << url;
    const size_t peak = support::peak_memory(pid);
    Socket client = Socket::connect(url);
    EXPECT_EQ(difference(client, 800, rests), "") << url;
    if (!support::kSanitized) EXPECT_LT(support::peak_memory(pid), peak + 2 * kMebibyte) << url;
  }
}

TEST_P(ServerLoad, AnswersALineOfAGigabyteAsItFlows) {
  ServerProcess server = serve();
  const pid_t pid = server.process().pid();
  if (!support::kSanitized) {
    const size_t most = support::mapped_memory(pid) + 16 * kMebibyte;
    const rlimit limit{.rlim_cur = most, .rlim_max = most};
    ASSERT_EQ(::prlimit(pid, RLIMIT_AS, &limit, nullptr), 0);
  }
  std::string part = support::patterned(kMebibyte);
  std::erase(part, '\n');
  const size_t times = 1024 * kMebibyte / part.size() + 1;
  Socket client = Socket::connect(server.url());
  EXPECT_EQ(exchange(client, Repeated(part, times), Repeated(part, times, "GOT:")), "");
}

}  // namespace
}  // namespace programs
