// Peers that are gone before all is said: a reset, or an end, in the middle of what the server does for them.

#include <signal.h>

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/programs/echo_server.h"
#include "tests/support/process_status.h"
#include "tests/support/socket.h"

namespace programs {
namespace {

using support::Clock;
using support::Exit;
using support::open_descriptors;
using support::ServerProcess;
using support::Socket;
using support::Stream;

constexpr int kPeers = 100;

/// A server that has peers which go, and one that stays.
class ServerResets : public EchoServer {
 protected:
  ServerResets() {
    ask(staying_);
    open_ = open_descriptors(pid());
  }

  pid_t pid() { return server_.process().pid(); }
  const std::vector<std::string>& urls() const { return server_.urls(); }

  /// Stops the server while `peers` come and go, so that it finds all of it when it goes on.
  void while_it_stands_still(void (*peers)(const std::string& url)) {
    for (const std::string& url : urls()) {
      server_.process().signal(SIGSTOP);
      for (int i = 0; i < kPeers; ++i) peers(url);
      server_.process().signal(SIGCONT);
    }
  }

  /// That the one who stays is answered, all that the others had is given back, and nobody is warned.
  void TearDown() override {
    const auto start = Clock::now();
    do ask(staying_);
    while (open_descriptors(pid()) > open_ && Clock::now() - start < support::kPatience);
    EXPECT_EQ(open_descriptors(pid()), open_);
    staying_.close();
    EXPECT_EQ(server_.stop(), Exit::code(0));
    EXPECT_EQ(server_.process().written(Stream::error), "");
  }

 private:
  ServerProcess server_ = serve_both({"--log-level", "warn", "--send-buffer", "1KiB"});
  Socket staying_ = Socket::connect(server_.url());
  size_t open_ = 0;
};

INSTANTIATE_TEST_SUITE_P(, ServerResets, testing::Values("epoll", "io_uring"),
                         [](const auto& backend) { return std::string(backend.param); });

TEST_P(ServerResets, InALineHarmNobody) {
  for (int i = 0; i < kPeers; ++i) {
    Socket client = Socket::connect(urls()[0]);
    client.send_all("half a li");
    if (i % 2 == 0) EXPECT_EQ(client.receive_exactly(13), "GOT:half a li");
    client.reset();
  }
}

TEST_P(ServerResets, InAnAnswerHarmNobody) {
  for (const std::string& url : urls()) {
    for (int i = 0; i < 20; ++i) {
      // The server stands still with a part of the answer. A Unix peer that has not read all resets by closing.
      Socket client = Socket::connect(url);
      while (client.try_send(std::string(100'000, 'x')) > 0) continue;
      EXPECT_EQ(client.receive_exactly(100).size(), 100U);
      if (url.starts_with("tcp")) client.reset();
    }
  }
}

TEST_P(ServerResets, InTheQueueHarmNobody) {
  while_it_stands_still([](const std::string& url) {
    Socket client = Socket::connect(url);
    client.send_all("nobody reads the answer\n");
    if (url.starts_with("tcp")) client.reset();
  });
}

TEST_P(ServerResets, OfWhoSaidNothingInTheQueueHarmNobody) {
  while_it_stands_still([](const std::string& url) {
    Socket client = Socket::connect(url);
    if (url.starts_with("tcp")) client.reset();
  });
}

/// What the kernel answers a write to with EPIPE, and a SIGPIPE for whoever did not say that it wants none.
TEST_P(ServerResets, BehindWhatIsStillToBeAnsweredHarmNobody) {
  while_it_stands_still([](const std::string& url) {
    Socket client = Socket::connect(url);
    client.send_all(std::string(150'000, 'x'));
  });
}

}  // namespace
}  // namespace programs
