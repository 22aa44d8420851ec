// echo_client connect on a terminal.

#include <signal.h>

#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/listener.h"
#include "tests/support/process_status.h"
#include "tests/support/server_process.h"
#include "tests/support/socket.h"
#include "tests/support/terminal.h"

namespace programs {
namespace {

using support::Exit;
using support::Listener;
using support::Socket;
using support::Terminal;

class ConnectOnATerminal : public testing::TestWithParam<const char*> {
 protected:
  /// echo_client, connected to the listener.
  std::vector<std::string> client(std::vector<std::string> more = {}) const {
    more.insert(more.begin(), {support::program_path("echo_client"), "--backend", GetParam()});
    more.push_back(listener_.url());
    return more;
  }

  Listener listener_;
};

TEST_P(ConnectOnATerminal, SendsLinesAndShowsWhatComesBack) {
  Terminal terminal(client());
  Socket peer = listener_.accept();
  terminal.type("Hello\n");
  EXPECT_EQ(peer.receive_exactly(6), "Hello\n");
  peer.send_all("GOT:Hello\n");
  EXPECT_EQ(terminal.read_until("\n"), "GOT:Hello\n");
}

TEST_P(ConnectOnATerminal, HalfClosesAtCtrlD) {
  Terminal terminal(client());
  Socket peer = listener_.accept();
  terminal.type(Terminal::kEndOfInput);
  EXPECT_EQ(peer.receive_until_eof(), "");
  peer.send_all("late\n");
  peer.close();
  EXPECT_EQ(terminal.read_until("\n"), "late\n");
  EXPECT_EQ(terminal.wait(), Exit::code(0));
}

TEST_P(ConnectOnATerminal, EndsAtCtrlC) {
  Terminal terminal(client());
  Socket peer = listener_.accept();
  peer.send_all("there\n");
  terminal.read_until("there\n");
  terminal.type(Terminal::kInterrupt);
  EXPECT_EQ(terminal.wait(), Exit::code(130));
}

TEST_P(ConnectOnATerminal, EndsWhenThePeerCloses) {
  Terminal terminal(client());
  listener_.accept().send_all("bye\n");
  EXPECT_EQ(terminal.read_until("\n"), "bye\n");
  EXPECT_EQ(terminal.wait(), Exit::code(0));
}

TEST_P(ConnectOnATerminal, DoesNotLetThePeerControlIt) {
  Terminal terminal(client());
  Socket peer = listener_.accept();
  peer.send_all("\x1b]0;title\x07" "Gr\xc3");
  EXPECT_EQ(terminal.read_until("Gr"), "\\x1b]0;title\\x07Gr");
  peer.send_all("\xbc\xc3\x9f" "e\r\nfalse\rtrue\n");
  EXPECT_EQ(terminal.read_until("true\n"), "üße\r\nfalse\\rtrue\n");
}

TEST_P(ConnectOnATerminal, ShowsTheBytesAsTheyAreWhenItIsToldTo) {
  Terminal terminal(client({"--escape", "never"}));
  listener_.accept().send_all("\x1b[31mred\n");
  EXPECT_EQ(terminal.read_until("\n"), "\x1b[31mred\n");
}

TEST_P(ConnectOnATerminal, EndsAtASignalWhileTheTerminalTakesNoMore) {
  Terminal terminal(client());
  Socket peer = listener_.accept();
  // The connection is full and the client asleep: it waits for the terminal.
  const std::string flood(64 * 1024, 'x');
  while (peer.try_send(flood) > 0 || !support::is_asleep(terminal.pid())) std::this_thread::yield();
  terminal.signal(SIGTERM);
  EXPECT_EQ(terminal.wait(), Exit::code(143));
}

INSTANTIATE_TEST_SUITE_P(Backends, ConnectOnATerminal, testing::Values("epoll", "io_uring"),
                         [](const auto& test) { return std::string(test.param); });

}  // namespace
}  // namespace programs
