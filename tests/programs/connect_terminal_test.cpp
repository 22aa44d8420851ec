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
    more.insert(more.begin(), {"env", "TERM=xterm", support::program_path("echo_client"), "--backend", GetParam()});
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
  terminal.read_until("GOT:Hello\r\n");
}

TEST_P(ConnectOnATerminal, HalfClosesAtCtrlD) {
  Terminal terminal(client());
  Socket peer = listener_.accept();
  terminal.type(Terminal::kEndOfInput);
  EXPECT_EQ(peer.receive_until_eof(), "");
  peer.send_all("late\n");
  peer.close();
  terminal.read_until("late\r\n");
  EXPECT_EQ(terminal.wait(), Exit::code(0));
}

TEST_P(ConnectOnATerminal, EndsAtCtrlC) {
  Terminal terminal(client());
  Socket peer = listener_.accept();
  peer.send_all("there\n");
  terminal.read_until("there\r\n");
  terminal.type(Terminal::kInterrupt);
  EXPECT_EQ(terminal.wait(), Exit::code(130));
}

TEST_P(ConnectOnATerminal, EndsWhenThePeerCloses) {
  Terminal terminal(client());
  listener_.accept().send_all("bye\n");
  terminal.read_until("bye\r\n");
  EXPECT_EQ(terminal.wait(), Exit::code(0));
}

TEST_P(ConnectOnATerminal, DoesNotLetThePeerControlIt) {
  Terminal terminal(client());
  Socket peer = listener_.accept();
  peer.send_all("\x1b]0;title\x07" "\x1b]52;c;eA==\x1b\\" "\x9b" "2J\xc2\x9b" "2J\x7f\b\n");
  terminal.read_until("\\x1b]0;title\\x07\\x1b]52;c;eA==\\x1b\\\\x9b2J\\xc2\\x9b2J\\x7f\\x08\r\n");
  peer.send_all("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\n");
  terminal.read_until("\\u{202a}\\u{202b}\\u{202c}\\u{202d}\\u{202e}\\u{2066}\\u{2067}\\u{2068}\\u{2069}\r\n");
  peer.send_all("Gr\xc3");
  terminal.read_until("Gr");
  peer.send_all("\xbc\xc3\x9f" "e\r\nfalse\rtrue\n");
  terminal.read_until("Grüße\r\r\nfalse\\rtrue\r\n");
}

TEST_P(ConnectOnATerminal, ShowsNothingOfThePeersThatControlsItInAPrompt) {
  Terminal terminal(client());
  Socket peer = listener_.accept();
  peer.send_all("\x1b[31mlogin\tname: ");
  terminal.read_until("\\x1b[31mlogin   name: ");
}

TEST_P(ConnectOnATerminal, ShowsTheBytesAsTheyAreWhenItIsToldTo) {
  Terminal terminal(client({"--escape", "never"}));
  listener_.accept().send_all("\x1b[31mred\n");
  terminal.read_until("\x1b[31mred\r\n");
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
