// echo_client connect in a real terminal, as its user sees it.

#include <signal.h>

#include <filesystem>
#include <stop_token>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "tests/programs/connect.h"
#include "tests/support/listener.h"
#include "tests/support/process_status.h"
#include "tests/support/server_process.h"
#include "tests/support/socket.h"
#include "tests/support/temporary_directory.h"
#include "tests/support/tmux.h"

namespace programs {
namespace {

using support::Listener;
using support::Socket;
using support::Tmux;

/// The mode of the terminal before and after a command, as stty(1) tells it.
class Modes {
 public:
  explicit Modes(Tmux& tmux) : tmux_(tmux) { remember(before_); }

  void expect_the_same_again() {
    remember(after_);
    EXPECT_EQ(support::read_file(before_), support::read_file(after_));
  }

 private:
  void remember(const std::string& path) {
    tmux_.enter("stty -a > " + path + "; echo told''");
    tmux_.wait_for("\ntold\n");
    tmux_.clear();
  }

  Tmux& tmux_;
  support::TemporaryDirectory directory_;
  std::string before_ = directory_ / "before";
  std::string after_ = directory_ / "after";
};

// AddressSanitizer keeps what was freed, up to 256 MiB.
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define GOTBACK_KEEPS_FREED_MEMORY
#endif
#endif
#ifdef GOTBACK_KEEPS_FREED_MEMORY
constexpr size_t kBoundedMemory = 512 * kMebibyte;
#else
constexpr size_t kBoundedMemory = 64 * kMebibyte;
#endif

class ConnectInTmux : public testing::TestWithParam<const char*> {
 protected:
  /// Starts the client in the shell and accepts its connection.
  Socket connect() {
    tmux_.enter(support::program_path("echo_client") + " --backend " + GetParam() + " " + listener_.url());
    Socket peer = listener_.accept();
    tmux_.wait_for_last_row(">");
    return peer;
  }

  /// Waits until the client has ended, and then for its exit status.
  void expect_status(int status) {
    tmux_.wait_for_last_row("ready$");
    tmux_.enter("echo status $?.");
    tmux_.wait_for("\nstatus " + std::to_string(status) + ".");
  }

  /// The client, which the shell has started last.
  pid_t client() {
    const std::string shell = std::to_string(tmux_.shell());
    return std::stoi(support::read_file("/proc/" + shell + "/task/" + shell + "/children"));
  }

  Listener listener_;
  Tmux tmux_;
};

TEST_P(ConnectInTmux, EditsLinesAndRemembersThem) {
  Socket peer = connect();
  tmux_.type("Helo");
  tmux_.press("Left");
  tmux_.type("l");
  tmux_.press("Enter");
  EXPECT_EQ(peer.receive_exactly(6), "Hello\n");
  tmux_.enter("World");
  EXPECT_EQ(peer.receive_exactly(6), "World\n");
  tmux_.press("Up");
  tmux_.press("Up");
  tmux_.wait_for_last_row("> Hello");
  tmux_.press("Down");
  tmux_.wait_for_last_row("> World");
  tmux_.press("C-a");
  tmux_.type("W");
  tmux_.press("Delete");
  tmux_.press("Enter");
  EXPECT_EQ(peer.receive_exactly(6), "World\n");
}

TEST_P(ConnectInTmux, ShowsWhatComesAboveTheEditedLine) {
  Socket peer = connect();
  tmux_.type("half of a l");
  tmux_.wait_for_last_row("> half of a l");
  tmux_.press("Left");
  peer.send_all("first\nsecond\n");
  tmux_.wait_for("\nfirst\nsecond\n> half of a l\n");
  tmux_.type("x");
  tmux_.wait_for_last_row("> half of a xl");
  peer.send_all("third\n");
  tmux_.wait_for("\nfirst\nsecond\nthird\n> half of a xl\n");
  tmux_.press("Enter");
  EXPECT_EQ(peer.receive_exactly(13), "half of a xl\n");
}

TEST_P(ConnectInTmux, HasAPromptOfThePeerInFrontOfTheEditedLine) {
  Socket peer = connect();
  peer.send_all("Welcome\nlogin: ");
  tmux_.wait_for_last_row("login:");
  tmux_.enter("anna");
  EXPECT_EQ(peer.receive_exactly(5), "anna\n");
  peer.send_all("\nLast seen yesterday\n");
  tmux_.wait_for("Welcome\nlogin: anna\n\nLast seen yesterday\n>");
}

TEST_P(ConnectInTmux, ShowsALineThatIsLongerThanTheScreenIsWide) {
  Socket peer = connect();
  const std::string line(200, 'a');
  tmux_.type(line);
  tmux_.wait_for_last_row(std::string(42, 'a'));
  peer.send_all("above\n");
  tmux_.wait_for("\nabove\n> " + std::string(78, 'a') + "\n" + std::string(80, 'a') + "\n" + std::string(42, 'a') +
                 "\n");
}

TEST_P(ConnectInTmux, GoesOnInAnotherSize) {
  Socket peer = connect();
  tmux_.type("before ");
  tmux_.resize(40, 10);
  tmux_.type("after");
  tmux_.wait_for("before after");
  peer.send_all("shown\n");
  tmux_.wait_for("shown");
  tmux_.press("Enter");
  EXPECT_EQ(peer.receive_exactly(13), "before after\n");
}

TEST_P(ConnectInTmux, TakesAPasteOfAMebibyte) {
  std::string lines;
  while (lines.size() < kMebibyte) lines += "/line " + std::to_string(lines.size()) + ": grüße, über alles\n";
  const std::string one_line = std::string(kMebibyte, 'x') + "\n";
  Socket peer = connect();
  tmux_.paste(lines, Tmux::Paste::marked);
  EXPECT_TRUE(peer.receive_exactly(lines.size()) == lines);
  tmux_.paste(one_line, Tmux::Paste::unmarked);
  EXPECT_TRUE(peer.receive_exactly(one_line.size()) == one_line);
  tmux_.enter("typed");
  EXPECT_EQ(peer.receive_exactly(6), "typed\n");
  EXPECT_LT(support::peak_memory(client()), kBoundedMemory);
}

TEST_P(ConnectInTmux, TakesAPasteThoughThePeerDoesNotRead) {
  const std::string line = std::string(1000, 'x') + "\n";
  std::string lines;
  while (lines.size() < kMebibyte) lines += line;
  Socket peer = connect();
  tmux_.paste(lines, Tmux::Paste::marked);
  tmux_.type("typed");
  tmux_.wait_for_last_row("> typed");
  tmux_.press("Enter");
  EXPECT_TRUE(peer.receive_exactly(lines.size()) == lines);
  EXPECT_EQ(peer.receive_exactly(6), "typed\n");
}

TEST_P(ConnectInTmux, StaysUsableWhileThePeerFloods) {
  Modes modes(tmux_);
  Socket peer = connect();
  std::jthread flood([&](const std::stop_token& over) {
    try {
      while (!over.stop_requested()) peer.send_all("flood \x1b[31m \xe2\x80\xae \x9b" "31m\n");
    } catch (const std::system_error&) {
      return;  // the client has gone
    }
  });
  tmux_.wait_for("flood");
  tmux_.type("typed");
  tmux_.wait_for("typed");
  EXPECT_LT(support::peak_memory(client()), kBoundedMemory);
  tmux_.press("C-c");
  expect_status(130);
  modes.expect_the_same_again();
}

TEST_P(ConnectInTmux, GivesTheTerminalBackWhenItEnds) {
  Modes modes(tmux_);
  {
    Socket peer = connect();
    tmux_.type("half");
    peer.close();
    expect_status(0);
    modes.expect_the_same_again();
  }
  {
    Socket peer = connect();
    tmux_.enter("/quit");
    expect_status(0);
    modes.expect_the_same_again();
  }
  Socket peer = connect();
  tmux_.press("C-d");
  EXPECT_EQ(peer.receive_until_eof(), "");
  peer.close();
  expect_status(0);
  modes.expect_the_same_again();
}

TEST_P(ConnectInTmux, GivesTheTerminalBackWhenItIsKilledWhileALineIsEdited) {
  Modes modes(tmux_);
  for (const auto& [signal, status] : {std::pair(SIGTERM, 143), std::pair(SIGINT, 130), std::pair(SIGABRT, 134),
                                       std::pair(SIGQUIT, 131), std::pair(SIGHUP, 129)}) {
    Socket peer = connect();
    tmux_.type("half");
    tmux_.wait_for_last_row("> half");
    ::kill(client(), signal);
    expect_status(status);
    modes.expect_the_same_again();
  }
}

TEST_P(ConnectInTmux, StopsAndGoesOn) {
  Modes modes(tmux_);
  Socket peer = connect();
  std::string line = ">";
  for (const char* word : {" half", " of", " it"}) {
    line += word;
    tmux_.type(line.size() == 6 ? "half" : word);
    tmux_.wait_for_last_row(line);
    tmux_.press("C-z");
    tmux_.wait_for("Stopped");
    modes.expect_the_same_again();
    tmux_.enter("fg");
    tmux_.wait_for_last_row(line);
  }
  tmux_.press("Enter");
  EXPECT_EQ(peer.receive_exactly(11), "half of it\n");
}

INSTANTIATE_TEST_SUITE_P(Backends, ConnectInTmux, testing::Values("epoll", "io_uring"),
                         [](const auto& test) { return std::string(test.param); });

}  // namespace
}  // namespace programs
