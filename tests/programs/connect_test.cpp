// echo_client connect on pipes and files: what is sent, what comes back, and what it leaves alone.

#include "tests/programs/connect.h"

#include <fcntl.h>
#include <unistd.h>

#include <filesystem>
#include <string>
#include <string_view>
#include <utility>

#include <gtest/gtest.h>

#include "tests/programs/peer.h"
#include "tests/support/listener.h"
#include "tests/support/process.h"
#include "tests/support/process_status.h"
#include "tests/support/server_process.h"
#include "tests/support/socket.h"
#include "tests/support/temporary_directory.h"

namespace programs {
namespace {

using support::Exit;
using support::Finished;
using support::Listener;
using support::Process;
using support::ServerProcess;
using support::Socket;
using support::Stream;
using support::TemporaryDirectory;

TEST_P(Connect, BringsBackEveryByte) {
  ServerProcess server({"--prefix", "", "tcp://127.0.0.1:0"});
  const std::string input = binary(10 * kMebibyte);
  const Finished finished = support::run(client({server.url()}), input);
  EXPECT_EQ(finished.exit, Exit::code(0));
  EXPECT_TRUE(finished.output == input) << finished.output.size() << " bytes of " << input.size();
  EXPECT_EQ(finished.error, "");
}

TEST_P(Connect, GivesWhatNcGives) {
  ServerProcess server({"tcp://127.0.0.1:0"});
  const std::string port = server.url().substr(server.url().rfind(':') + 1);
  for (const std::string& input :
       {std::string(), std::string("no newline"), std::string("two\nlines\n"), binary(kMebibyte)}) {
    const Finished expected = support::run({.arguments = {"nc", "-N", "127.0.0.1", port}}, input);
    const Finished finished = support::run(client({"127.0.0.1", port}), input);
    EXPECT_EQ(finished.exit, expected.exit);
    EXPECT_TRUE(finished.output == expected.output) << finished.output.size() << ", nc " << expected.output.size();
  }
}

TEST_P(Connect, ReachesUnixSockets) {
  const TemporaryDirectory directory;
  for (const std::string& url : {"unix:" + (directory / "socket").string(), "unix:@" + (directory / "name").string()}) {
    ServerProcess server({url});
    EXPECT_EQ(support::run(client({url}), "Hello\n").output, "GOT:Hello\n");
  }
}

TEST_P(Connect, HalfClosesAtTheEndOfTheInputAndReadsOn) {
  std::string heard;
  Peer peer([&](Socket socket) {
    heard = socket.receive_until_eof();
    socket.send_all("late");
  });
  const Finished finished = support::run(client({peer.url()}), "no newline");
  peer.finish();
  EXPECT_EQ(heard, "no newline");
  EXPECT_EQ(finished.exit, Exit::code(0));
  EXPECT_EQ(finished.output, "late");
}

TEST_P(Connect, HalfClosesAtOnceWhenThereIsNoInput) {
  for (const char* line : {"exec \"$@\" < /dev/null", "exec \"$@\" <&-"}) {
    Peer peer([](Socket socket) { socket.send_all(socket.receive_until_eof() + "end"); });
    const Finished finished = support::run(shell(line, {peer.url()}));
    EXPECT_EQ(finished.output, "end") << line;
    EXPECT_EQ(finished.exit, Exit::code(0)) << line;
  }
}

TEST_P(Connect, TakesItsInputFromAFileAndItsOutputToOne) {
  ServerProcess server({"--prefix", "", "tcp://127.0.0.1:0"});
  const TemporaryDirectory directory;
  const std::string content = binary(kMebibyte);
  const std::string input = directory.write("input", content);
  const std::string output = directory / "output";
  const Finished finished = support::run(shell("exec \"$@\" < " + input + " > " + output, {server.url()}));
  EXPECT_EQ(finished.exit, Exit::code(0));
  EXPECT_TRUE(support::read_file(output) == content);
}

TEST_P(Connect, WritesWhatComesBeforeThereIsInput) {
  Listener listener;
  Process process(client({listener.url()}));
  Socket peer = listener.accept();
  peer.send_all("220 ready");
  process.read_until(Stream::output, "220 ready");
  process.write_input("QUIT\n");
  EXPECT_EQ(peer.receive_exactly(5), "QUIT\n");
}

TEST_P(Connect, SendsInputAsItComes) {
  Listener listener;
  Process process(client({listener.url()}));
  Socket peer = listener.accept();
  for (const char* line : {"a", "bc\n", "\n", "d"}) {
    process.write_input(line);
    EXPECT_EQ(peer.receive_exactly(std::string_view(line).size()), line);
  }
}

TEST_P(Connect, LeavesItsStandardDescriptorsBlocking) {
  Listener listener;
  Process process(client({listener.url()}));
  Socket peer = listener.accept();
  peer.send_all("x");
  process.read_until(Stream::output, "x");
  for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    EXPECT_EQ(support::open_flags(process.pid(), fd) & O_NONBLOCK, 0U) << "descriptor " << fd;
  }
}

TEST_P(Connect, KeepsLittleInMemoryHoweverSlowTheOtherSideIs) {
  constexpr size_t kSize = 256 * kMebibyte;
  const TemporaryDirectory directory;
  const std::string input = directory.write("input", "");
  std::filesystem::resize_file(input, kSize);
  Listener listener;
  Process process(shell("exec \"$@\" < " + input, {listener.url()}));
  Socket peer = listener.accept();
  size_t heard = 0;
  for (std::string piece; !(piece = peer.receive_some()).empty();) heard += piece.size();
  EXPECT_EQ(heard, kSize);
  EXPECT_LT(support::peak_memory(process.pid()), 32 * kMebibyte);
  peer.close();
  EXPECT_EQ(process.wait(), Exit::code(0));
}

TEST_P(Connect, WritesEscapesOnlyWhenItIsToldTo) {
  const std::string_view message = "\x1b[31mred\r\n";
  for (const auto& [when, shown] : {std::pair<std::string, std::string_view>("auto", message),
                                    {"never", message},
                                    {"always", "\\x1b[31mred\r\n"}}) {
    Peer peer([&](Socket socket) { socket.send_all(message); });
    EXPECT_EQ(support::run(client({"--escape", when, peer.url()})).output, shown) << when;
  }
}

TEST_P(Connect, TellsAboutTheConnectionWhenItIsAsked) {
  Peer peer([](Socket socket) { socket.send_all(socket.receive_until_eof() + "!"); });
  const Finished finished = support::run(client({"-v", peer.url()}), "12345");
  EXPECT_EQ(finished.output, "12345!");
  const std::string address = peer.url().substr(std::string_view("tcp://").size());
  EXPECT_EQ(finished.error, "echo_client: connected to " + address + "\necho_client: sent 5 B, received 6 B\n");
}

INSTANTIATE_TEST_SUITE_P(Backends, Connect, testing::Values("epoll", "io_uring"),
                         [](const auto& test) { return std::string(test.param); });

}  // namespace
}  // namespace programs
