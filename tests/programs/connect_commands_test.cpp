// The commands of echo_client connect on a terminal.

#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/programs/connect.h"
#include "tests/support/listener.h"
#include "tests/support/server_process.h"
#include "tests/support/socket.h"
#include "tests/support/temporary_directory.h"
#include "tests/support/terminal.h"

namespace programs {
namespace {

using support::Exit;
using support::Listener;
using support::Socket;
using support::TemporaryDirectory;
using support::Terminal;

class ConnectCommands : public testing::TestWithParam<const char*> {
 protected:
  std::vector<std::string> words(std::vector<std::string> more) const {
    more.insert(more.begin(),
                {"env", "TERM=xterm", support::program_path("echo_client"), "connect", "--backend", GetParam()});
    return more;
  }

  /// Enters `line` when the editor is there to take it.
  void enter(const std::string& line) { terminal_.type(line + "\n"); }

  Listener listener_;
  Terminal terminal_{words({listener_.url()})};
  Socket peer_ = listener_.accept();
};

TEST_P(ConnectCommands, SendBytes) {
  enter("/hex 48 69 00ff 0a");
  EXPECT_EQ(peer_.receive_exactly(5), std::string("Hi\0\xff\n", 5));
}

TEST_P(ConnectCommands, SendAFile) {
  const TemporaryDirectory directory;
  const std::string content = binary(3 * kMebibyte);
  enter("/file " + directory.write("a file", content).string());
  enter("after");
  EXPECT_TRUE(peer_.receive_exactly(content.size()) == content);
  EXPECT_EQ(peer_.receive_exactly(6), "after\n");
}

TEST_P(ConnectCommands, SendOnlyRegularFiles) {
  enter("/file /dev/zero");
  terminal_.read_until("/file \"/dev/zero\": not a regular file; nothing was sent");
  enter("/file /nowhere");
  terminal_.read_until("/file \"/nowhere\": open: ENOENT (No such file or directory); nothing was sent");
  enter("x");
  EXPECT_EQ(peer_.receive_exactly(2), "x\n");
}

TEST_P(ConnectCommands, SendASlash) {
  enter("//etc");
  EXPECT_EQ(peer_.receive_exactly(5), "/etc\n");
}

TEST_P(ConnectCommands, TellOfOneThatIsUnknownAndSendNothing) {
  enter("/stat");
  terminal_.read_until("there is no command \"/stat\", did you mean \"stats\"?");
  terminal_.read_until("nothing was sent");
  enter("x");
  EXPECT_EQ(peer_.receive_exactly(2), "x\n");
}

TEST_P(ConnectCommands, HalfClose) {
  enter("/shutdown");
  EXPECT_EQ(peer_.receive_until_eof(), "");
  enter("too late");
  terminal_.read_until("sending has been ended: nothing was sent");
  peer_.send_all("still heard\n");
  terminal_.read_until("still heard");
  peer_.close();
  EXPECT_EQ(terminal_.wait(), Exit::code(0));
}

TEST_P(ConnectCommands, CloseAndOpenAgain) {
  enter("/close");
  EXPECT_EQ(peer_.receive_until_eof(), "");
  enter("lost");
  terminal_.read_until("not connected: nothing was sent");
  enter("/open");
  Socket again = listener_.accept();
  terminal_.read_until("connected to");
  enter("back");
  EXPECT_EQ(again.receive_exactly(5), "back\n");
}

TEST_P(ConnectCommands, OpenAnotherAddress) {
  Listener other;
  enter("/open " + other.url());
  EXPECT_EQ(peer_.receive_until_eof(), "");
  Socket elsewhere = other.accept();
  terminal_.read_until("connected to");
  enter("here");
  EXPECT_EQ(elsewhere.receive_exactly(5), "here\n");
}

TEST_P(ConnectCommands, TellWhyAnAddressIsNotOpened) {
  enter("/open nonsense");
  terminal_.read_until("/open: \"nonsense\"");
  listener_.close();
  enter("/open");
  terminal_.read_until("ECONNREFUSED");
  enter("/quit");
  EXPECT_EQ(terminal_.wait(), Exit::code(0));
}

TEST_P(ConnectCommands, Reset) {
  enter("/reset");
  try {
    peer_.receive_until_eof();
    ADD_FAILURE() << "no reset";
  } catch (const std::system_error& error) {
    EXPECT_EQ(error.code(), std::errc::connection_reset);
  }
}

TEST_P(ConnectCommands, TellWhatHasMoved) {
  enter("one");
  EXPECT_EQ(peer_.receive_exactly(4), "one\n");
  peer_.send_all("1\n2\n3");
  terminal_.read_until("3");
  enter("/stats");
  terminal_.read_until("sent 4 B in 1 line; received 5 B in 2 lines; connected for ");
}

/// A client that listens, after its first connection has been closed.
class ConnectCommandsAfterListening : public ConnectCommands {
 protected:
  ConnectCommandsAfterListening() {
    constexpr std::string_view kBefore = "listening at ";
    keeper_.read_until(kBefore);
    std::string url = keeper_.read_until("\n");
    url_ = url.substr(0, url.find_last_not_of("\r\n") + 1);
    Socket::connect(url_).send_all("first\n");
    keeper_.read_until("received 6 B in 1 line");
  }

  Terminal keeper_{words({"-lkv", "127.0.0.1", "0"})};
  std::string url_;
};

TEST_P(ConnectCommandsAfterListening, TalkToTheNextConnection) {
  Socket second = Socket::connect(url_);
  second.send_all("second\n");
  keeper_.read_until("second\r\n");
  keeper_.type("hello\n");
  EXPECT_EQ(second.receive_exactly(6), "hello\n");
}

TEST_P(ConnectCommandsAfterListening, OpenAConnectionWhileTheNextIsWaitedFor) {
  keeper_.type("/open " + listener_.url() + "\n");
  Socket peer = listener_.accept();
  keeper_.read_until("connected to");
  keeper_.type("hello\n");
  EXPECT_EQ(peer.receive_exactly(6), "hello\n");
}

TEST_P(ConnectCommandsAfterListening, QuitWhileTheNextIsWaitedFor) {
  keeper_.type("/quit\n");
  EXPECT_EQ(keeper_.wait(), Exit::code(0));
}

TEST_P(ConnectCommandsAfterListening, LeaveSignalsTheirMeaning) {
  keeper_.type(Terminal::kInterrupt);
  EXPECT_EQ(keeper_.wait(), Exit::code(130));
}

TEST_P(ConnectCommands, ListThemselves) {
  enter("/help");
  terminal_.read_until("/hex BYTES");
  terminal_.read_until("/quit");
}

TEST_P(ConnectCommands, Quit) {
  enter("/quit");
  EXPECT_EQ(terminal_.wait(), Exit::code(0));
  EXPECT_EQ(peer_.receive_until_eof(), "");
}

INSTANTIATE_TEST_SUITE_P(Backends, ConnectCommandsAfterListening, testing::Values("epoll", "io_uring"),
                         [](const auto& test) { return std::string(test.param); });
INSTANTIATE_TEST_SUITE_P(Backends, ConnectCommands, testing::Values("epoll", "io_uring"),
                         [](const auto& test) { return std::string(test.param); });

}  // namespace
}  // namespace programs
