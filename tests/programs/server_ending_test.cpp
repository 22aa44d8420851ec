// How echo_server ends: its connections, and itself at a signal.

#include <linux/sockios.h>
#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>

#include <string>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/programs/echo_server.h"
#include "tests/support/coroutines.h"
#include "tests/support/process_status.h"
#include "tests/support/reference_answer.h"
#include "tests/support/socket.h"

namespace programs {
namespace {

using support::Exit;
using support::ServerProcess;
using support::Socket;
using support::Stream;

class ServerEnding : public EchoServer {};
INSTANTIATE_TEST_SUITE_P(, ServerEnding, both_backends(), name_of_backend);

/// Asks the server to end, and waits until it has begun to.
void begin_drain(ServerProcess& server, int signal = SIGTERM) {
  server.process().signal(signal);
  server.process().wait_for_line(Stream::error, [](auto line) { return line.starts_with("draining, because of "); });
}

bool is_accepted(const std::string& url) {
  try {
    Socket::connect(url);
    return true;
  } catch (const std::system_error& error) {
    EXPECT_EQ(error.code(), std::errc::connection_refused);
    return false;
  }
}

TEST_P(ServerEnding, ExitsAtASignalWithSuccess) {
  for (const int signal : {SIGTERM, SIGINT}) {
    for (const char* threads : {"1", "3"}) {
      ServerProcess server = serve({"--threads", threads, "tcp://127.0.0.1:0"});
      server.process().signal(signal);
      EXPECT_EQ(server.process().wait(), Exit::code(0));
    }
  }
}

TEST_P(ServerEnding, ExitsAtOnceAtASecondSignal) {
  const std::vector<std::pair<int, int>> signals{
      {SIGTERM, SIGTERM}, {SIGTERM, SIGINT}, {SIGINT, SIGINT}, {SIGINT, SIGTERM}};
  for (const auto& [first, second] : signals) {
    ServerProcess server = serve({"--drain-timeout", "1h", "tcp://127.0.0.1:0"});
    Socket client = Socket::connect(server.url());
    ask(client, "Hello\n");
    begin_drain(server, first);
    server.process().signal(second);
    EXPECT_EQ(server.process().wait(), Exit::code(128 + second));
  }
}

TEST_P(ServerEnding, ExitsAtOnceWhicheverThreadIsStillDraining) {
  ServerProcess server = serve({"--threads", "2", "--drain-timeout", "1h", "tcp://127.0.0.1:0"});
  // The kernel spreads connections by their ports: one after the other is closed until one is left, on either thread.
  for (int round = 0; round < 8; ++round) {
    Socket client = Socket::connect(server.url());
    ask(client, "Hello\n");
  }
  Socket client = Socket::connect(server.url());
  ask(client, "Hello\n");
  begin_drain(server);
  EXPECT_EQ(client.receive_until_eof(), "");
  server.process().signal(SIGTERM);
  EXPECT_EQ(server.process().wait(), Exit::code(143));
}

TEST_P(ServerEnding, WaitsForPeersThatEndInTime) {
  ServerProcess server = serve({"--drain-timeout", "1h", "tcp://127.0.0.1:0"});
  Socket first = Socket::connect(server.url());
  Socket second = Socket::connect(server.url());
  ask(first, "a\n");
  ask(second, "b\n");
  begin_drain(server);
  EXPECT_EQ(first.receive_until_eof(), "");
  EXPECT_EQ(second.receive_until_eof(), "");
  first.send_all("too late to be answered, yet no reset");
  first.close();
  second.close();
  EXPECT_EQ(server.process().wait(), Exit::code(0));
}

TEST_P(ServerEnding, ResetsPeersThatDoNotEndInTime) {
  ServerProcess server = serve({"--drain-timeout", "100ms", "tcp://127.0.0.1:0"});
  Socket client = Socket::connect(server.url());
  ask(client, "a\n");
  server.process().signal(SIGTERM);
  EXPECT_EQ(client.receive_until_eof(), "");
  EXPECT_EQ(server.process().wait(), Exit::code(0));
  EXPECT_THROW(client.send_all("a"), std::system_error);
}

TEST_P(ServerEnding, RefusesConnectionsWhileItDrains) {
  ServerProcess server = serve({"--drain-timeout", "1h", "tcp://127.0.0.1:0"});
  Socket client = Socket::connect(server.url());
  ask(client, "a\n");
  begin_drain(server);
  EXPECT_EQ(client.receive_until_eof(), "");
  // One that the kernel takes in just before the listener is gone is closed.
  while (is_accepted(server.url())) continue;
}

TEST_P(ServerEnding, AnswersWhatAPeerHasSentThatHasNotReadYet) {
  ServerProcess server = serve({"--send-buffer", "1KiB", "--drain-timeout", "1h", "tcp://127.0.0.1:0"});
  Socket client = Socket::connect(server.url());
  std::string sent;
  // Until the kernel's buffers of both ends are full of it, and the server stands still.
  const std::string piece = support::patterned(100'000);
  size_t arrived = 0;
  for (size_t moved = 1; moved > 0 || arrived <= 100'000;) {
    while (!support::is_asleep(server.process().pid())) std::this_thread::yield();
    moved = client.try_send(piece);
    sent += piece.substr(0, moved);
    int on_the_way = 0;
    ASSERT_EQ(::ioctl(client.fd(), SIOCOUTQ, &on_the_way), 0);
    arrived = sent.size() - static_cast<size_t>(on_the_way);
  }
  begin_drain(server);
  const std::string answer = client.receive_until_eof();
  EXPECT_GE(answer.size(), support::line_answer("GOT:", sent.substr(0, arrived)).size());
  EXPECT_TRUE(support::line_answer("GOT:", sent).starts_with(answer)) << answer.size();
  client.close();
  EXPECT_EQ(server.process().wait(), Exit::code(0));
}

TEST_P(ServerEnding, AnswersWhoIsStillInTheQueue) {
  for (const std::string url : {"tcp://127.0.0.1:0", "unix:@gotback-queued"}) {
    ServerProcess server = serve({"--drain-timeout", "1h", url + (url.starts_with("unix") ? GetParam() : "")});
    server.process().signal(SIGSTOP);
    std::vector<Socket> clients;
    for (int i = 0; i < 500; ++i) {
      clients.push_back(Socket::connect(server.url()));
      clients.back().send_all("queued\n");
    }
    for (const Socket& client : clients) {
      if (url.starts_with("tcp")) client.wait_until_arrived();
    }
    server.process().signal(SIGTERM);
    server.process().signal(SIGCONT);
    for (Socket& client : clients) {
      EXPECT_EQ(client.receive_until_eof(), "GOT:queued\n");
      client.close();
    }
    EXPECT_EQ(server.process().wait(), Exit::code(0));
  }
}

// --- single connections

TEST_P(ServerEnding, AnswersAllBeforeThePeersEndAndThenEnds) {
  for (const std::string url : {"tcp://127.0.0.1:0", "unix:@gotback-half-closed"}) {
    ServerProcess server = serve({url + (url.starts_with("unix") ? GetParam() : "")});
    for (const std::string& said : {std::string(), std::string("one\ntwo"), support::patterned(150'000)}) {
      Socket client = Socket::connect(server.url());
      client.send_all(said);
      client.shutdown_send();
      EXPECT_TRUE(client.receive_until_eof() == support::line_answer("GOT:", said)) << url << said.size();
    }
  }
}

TEST_P(ServerEnding, LetsAnIdlePeerReadTheLastAnswerAndAnEnd) {
  ServerProcess server = serve({"--idle-timeout", "100ms", "tcp://127.0.0.1:0"});
  Socket client = Socket::connect(server.url());
  ask(client, "first\n");
  // While the server stands still, 100 KB come and the idle timeout passes.
  server.process().signal(SIGSTOP);
  std::string lines;
  while (lines.size() < 100'000) lines += "and more\n";
  client.send_all(lines);
  pollfd silence{client.fd(), POLLIN, 0};
  ASSERT_EQ(::poll(&silence, 1, 200), 0) << "a server that is stopped has answered";
  server.process().signal(SIGCONT);
  EXPECT_TRUE(client.receive_until_eof() == support::line_answer("GOT:", lines));
}

TEST_P(ServerEnding, DoesNotResetAnIdlePeerThatSpeaksTooLate) {
  ServerProcess server = serve({"--idle-timeout", "50ms", "tcp://127.0.0.1:0"});
  Socket client = Socket::connect(server.url());
  ask(client, "first\n");
  EXPECT_EQ(client.receive_until_eof(), "");
  client.send_all(std::string(100'000, 'x'));
  client.shutdown_send();
  EXPECT_EQ(client.receive_until_eof(), "") << "no reset";
  server.process().wait_for_line(Stream::error, [](auto line) { return line.starts_with("Connection closed"); });
}

TEST_P(ServerEnding, ResetsAPeerThatDoesNotRead) {
  ServerProcess server = serve({"--write-timeout", "200ms", "--send-buffer", "1KiB", "tcp://127.0.0.1:0"});
  Socket client = Socket::connect(server.url());
  while (client.try_send(std::string(100'000, 'x')) > 0) continue;
  server.process().wait_for_line(Stream::error, [](auto line) { return line.starts_with("Connection closed"); });
  EXPECT_TRUE(ends_with_reset(client));
}

}  // namespace
}  // namespace programs
