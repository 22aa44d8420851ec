// echo_client connect that listens, probes, and shows what moves.

#include <signal.h>

#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/programs/connect.h"
#include "tests/programs/peer.h"
#include "tests/support/listener.h"
#include "tests/support/process.h"
#include "tests/support/reference_answer.h"
#include "tests/support/server_process.h"
#include "tests/support/socket.h"
#include "tests/support/temporary_directory.h"

namespace programs {
namespace {

using support::Exit;
using support::Finished;
using support::Listener;
using support::Process;
using support::Socket;
using support::Stream;
using testing::HasSubstr;
using testing::MatchesRegex;

class ConnectListening : public Connect {};

/// Where `process` says that it listens next.
std::string url_told_by(Process& process) {
  constexpr std::string_view kBefore = "echo_client: listening at ";
  const std::string line =
      process.wait_for_line(Stream::error, [kBefore](std::string_view text) { return text.starts_with(kBefore); });
  return line.substr(kBefore.size());
}

TEST_P(ConnectListening, TellsEachAddressWithItsRealPort) {
  Process process(client({"-l", "tcp://localhost:0"}));
  const std::string ip4 = url_told_by(process);
  const std::string ip6 = url_told_by(process);
  EXPECT_THAT(ip4, MatchesRegex("tcp://127.0.0.1:[1-9][0-9]*"));
  EXPECT_THAT(ip6, MatchesRegex("tcp://\\[::1\\]:[1-9][0-9]*"));
  EXPECT_EQ(ip4.substr(ip4.rfind(':')), ip6.substr(ip6.rfind(':')));
  Socket::connect(ip6).send_all("by the second");
  EXPECT_EQ(process.wait(), Exit::code(0));
  EXPECT_EQ(process.written(Stream::output), "by the second");
}

TEST_P(ConnectListening, ListensAtTheFamilyThatIsWanted) {
  Process process(client({"-l", "-6", "0"}));
  EXPECT_THAT(url_told_by(process), testing::StartsWith("tcp://[::]:"));
}

TEST_P(ConnectListening, TellsWhyItCannotListen) {
  Listener listener;
  const Finished finished = support::run(client({"-l", listener.url()}));
  EXPECT_EQ(finished.exit, Exit::code(1));
  EXPECT_EQ(finished.error,
            "echo_client: cannot listen on " + listener.url() + ": bind: EADDRINUSE (Address already in use)\n");
}

TEST_P(ConnectListening, AnswersAsTheServerDoes) {
  Process process(client({"-lk", "--echo", "127.0.0.1", "0"}));
  const std::string url = url_told_by(process);
  for (const std::string& words : {std::string("Hello\nWorld\n"), std::string("no newline"), binary(kMebibyte)}) {
    Socket socket = Socket::connect(url);
    std::jthread sender([&] {
      socket.send_all(words);
      socket.shutdown_send();
    });
    EXPECT_TRUE(socket.receive_until_eof() == support::line_answer("GOT:", words));
  }
}

TEST_P(ConnectListening, AnswersOneConnectionAndEnds) {
  Process process(client({"-l", "--echo", "127.0.0.1", "0"}));
  Socket socket = Socket::connect(url_told_by(process));
  socket.send_all("Hello\n");
  EXPECT_EQ(socket.receive_exactly(10), "GOT:Hello\n");
  socket.close();
  EXPECT_EQ(process.wait(), Exit::code(0));
  EXPECT_EQ(process.written(Stream::output), "");
}

TEST_P(ConnectListening, GoesOnAfterAConnectionThatIsReset) {
  Process process(client({"-lk", "127.0.0.1", "0"}));
  const std::string url = url_told_by(process);
  Socket first = Socket::connect(url);
  first.send_all("one");
  process.read_until(Stream::output, "one");
  first.reset();
  Socket::connect(url).send_all("two");
  process.read_until(Stream::output, "two");
  EXPECT_THAT(process.written(Stream::error), HasSubstr("receive: ECONNRESET"));
}

TEST_P(ConnectListening, RefusesASecondConnection) {
  Process process(client({"-l", "127.0.0.1", "0"}));
  const std::string url = url_told_by(process);
  Socket first = Socket::connect(url);
  first.send_all("here");
  process.read_until(Stream::output, "here");
  EXPECT_THROW(Socket::connect(url), std::system_error);
}

TEST_P(ConnectListening, HasNoTimeoutWhenItListens) {
  Process process(client({"-l", "-w", "1ns", "127.0.0.1", "0"}));
  Socket socket = Socket::connect(url_told_by(process));
  process.write_input("one");
  EXPECT_EQ(socket.receive_exactly(3), "one");
  socket.send_all("two");
  process.read_until(Stream::output, "two");
}

TEST_P(ConnectListening, EndsAtASignalWhileItWaits) {
  Process process(client({"-lk", "127.0.0.1", "0"}));
  url_told_by(process);
  process.signal(SIGTERM);
  EXPECT_EQ(process.wait(), Exit::code(143));
}

TEST_P(ConnectListening, RemovesTheFileOfItsSocket) {
  const support::TemporaryDirectory directory;
  const std::string path = directory / "socket";
  Process process(client({"-l", "-U", path}));
  Socket::connect(url_told_by(process)).send_all("x");
  EXPECT_EQ(process.wait(), Exit::code(0));
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST_P(ConnectListening, TellsOfEachPortThatIsProbed) {
  Listener listener;
  const Finished open = support::run(client({"-zv", listener.url()}));
  EXPECT_EQ(open.exit, Exit::code(0));
  EXPECT_EQ(open.error, "echo_client: " + listener.url() + ": open\n");
  listener.close();
  const Finished closed = support::run(client({"-zv", listener.url()}));
  EXPECT_EQ(closed.exit, Exit::code(1));
  EXPECT_EQ(closed.error, "echo_client: " + listener.url() + ": connect: ECONNREFUSED (Connection refused)\n");
}

TEST_P(ConnectListening, ResolvesNoNameWhenItMayNot) {
  const Finished finished = support::run(client({"-n", "name.invalid", "25000"}));
  EXPECT_EQ(finished.exit, Exit::code(1));
  EXPECT_THAT(finished.error, HasSubstr("names are not to be resolved"));
}

TEST_P(ConnectListening, DumpsWhatComesAndGoes) {
  Peer peer([](Socket socket) { socket.send_all("GOT:" + socket.receive_until_eof()); });
  const Finished finished = support::run(client({"--hex", peer.url()}), "Hi\n");
  EXPECT_EQ(finished.output, "> 00000000  48 69 0a                                          |Hi.|\n"
                             "< 00000000  47 4f 54 3a 48 69 0a                              |GOT:Hi.|\n");
}

TEST_P(ConnectListening, ShowsWhenEachLineCame) {
  Peer peer([](Socket socket) { socket.send_all("a\nb\n"); });
  const Finished finished = support::run(client({"--timestamps", peer.url()}));
  const std::string time = "[0-9-]{10}T[0-9:]{8}[.][0-9]{6}Z ";
  EXPECT_THAT(finished.output, MatchesRegex(time + "a\n" + time + "b\n"));
}

INSTANTIATE_TEST_SUITE_P(Backends, ConnectListening, testing::Values("epoll", "io_uring"),
                         [](const auto& test) { return std::string(test.param); });

}  // namespace
}  // namespace programs
