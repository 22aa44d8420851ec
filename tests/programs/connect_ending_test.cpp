// How echo_client connect ends, and what it says then.

#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <optional>
#include <string>
#include <system_error>
#include <thread>
#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "scheduler/descriptor.h"
#include "tests/programs/connect.h"
#include "tests/programs/peer.h"
#include "tests/support/listener.h"
#include "tests/support/process.h"
#include "tests/support/process_status.h"
#include "tests/support/socket.h"
#include "tests/support/socket_address.h"
#include "tests/support/temporary_directory.h"

namespace programs {
namespace {

using support::Exit;
using support::Finished;
using support::Listener;
using support::Process;
using support::Socket;
using support::Stream;
using support::TemporaryDirectory;
using testing::HasSubstr;
using testing::StartsWith;

class ConnectEnding : public Connect {};

/// A Unix socket whose queue is full: connecting to it takes for ever.
class CrowdedSocket {
 public:
  CrowdedSocket()
      : url_("unix:" + (directory_ / "socket").string()), fd_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    const support::SocketAddress address = support::SocketAddress::of_url(url_);
    EXPECT_EQ(::bind(fd_.get(), address.get(), address.size()), 0);
    EXPECT_EQ(::listen(fd_.get(), 0), 0);
    first_ = Socket::connect(url_);
  }

  const std::string& url() const { return url_; }

 private:
  TemporaryDirectory directory_;
  std::string url_;
  sched::Descriptor fd_;
  std::optional<Socket> first_;
};

TEST_P(ConnectEnding, EndsWhenThePeerClosesThoughInputIsOpen) {
  Peer peer([](Socket socket) { socket.send_all("bye"); });
  Process process(client({peer.url()}));
  EXPECT_EQ(process.wait(), Exit::code(0));
  EXPECT_EQ(process.written(Stream::output), "bye");
  EXPECT_EQ(process.written(Stream::error), "");
}

TEST_P(ConnectEnding, SendsTheInputThatIsThereToAPeerThatHasOnlyEndedItsOwnSide) {
  const TemporaryDirectory directory;
  const std::string content = binary(4 * kMebibyte);
  const std::string input = directory.write("input", content);
  std::string heard;
  Peer peer([&](Socket socket) {
    socket.send_all("bye");
    socket.shutdown_send();
    heard = socket.receive_until_eof();
  });
  const Finished finished = support::run(shell("exec \"$@\" < " + input, {peer.url()}));
  EXPECT_EQ(finished.exit, Exit::code(0));
  EXPECT_EQ(finished.output, "bye");
  peer.finish();
  EXPECT_TRUE(heard == content) << heard.size() << " bytes of " << content.size();
}

TEST_P(ConnectEnding, EndsWithoutNoiseWhenNobodyReadsItsOutput) {
  Peer peer([](Socket socket) {
    try {
      for (;;) socket.send_all("line\n");
    } catch (const std::system_error&) {
      return;  // the client has gone
    }
  });
  const Finished finished =
      support::run(shell("{ \"$@\"; echo status $? >&2; } < /dev/null | head -n 1", {peer.url()}));
  EXPECT_EQ(finished.output, "line\n");
  EXPECT_EQ(finished.error, "status 0\n");
}

TEST_P(ConnectEnding, TellsThatItsOutputIsFull) {
  Peer peer([](Socket socket) { socket.send_all("too much"); });
  const Finished finished = support::run(shell("exec \"$@\" > /dev/full", {peer.url()}));
  EXPECT_EQ(finished.exit, Exit::code(1));
  EXPECT_EQ(finished.error, "echo_client: standard output: ENOSPC (No space left on device)\n");
}

TEST_P(ConnectEnding, TellsThatItsInputCannotBeRead) {
  Peer peer([](Socket socket) { socket.receive_until_eof(); });
  const Finished finished = support::run(shell("exec \"$@\" < /", {peer.url()}));
  EXPECT_EQ(finished.exit, Exit::code(1));
  EXPECT_EQ(finished.error, "echo_client: standard input: EISDIR (Is a directory)\n");
}

TEST_P(ConnectEnding, TellsThatTheConnectionWasReset) {
  Listener listener;
  Process process(client({listener.url()}));
  Socket peer = listener.accept();
  peer.send_all("part");
  process.read_until(Stream::output, "part");
  peer.reset();
  EXPECT_EQ(process.wait(), Exit::code(1));
  EXPECT_EQ(process.written(Stream::error), "echo_client: receive: ECONNRESET (Connection reset by peer)\n");
}

TEST_P(ConnectEnding, TellsThatInputWasLostInAReset) {
  Peer peer([](Socket socket) {
    socket.receive_exactly(1);
    socket.reset();
  });
  const Finished finished = support::run(shell("head -c 100000000 /dev/zero | \"$@\"", {peer.url()}));
  EXPECT_EQ(finished.exit, Exit::code(1));
  EXPECT_THAT(finished.error, HasSubstr("ECONNRESET (Connection reset by peer)"));
}

TEST_P(ConnectEnding, TellsWhyThereIsNoConnection) {
  Listener listener;
  listener.close();
  const Finished refused = support::run(client({listener.url()}));
  EXPECT_EQ(refused.exit, Exit::code(1));
  EXPECT_EQ(refused.error, "echo_client: " + listener.url() + ": connect: ECONNREFUSED (Connection refused)\n");

  const Finished missing = support::run(client({"unix:/nowhere/socket"}));
  EXPECT_EQ(missing.exit, Exit::code(1));
  EXPECT_EQ(missing.error, "echo_client: unix:/nowhere/socket: connect: ENOENT (No such file or directory)\n");

  const Finished unknown = support::run(client({"name.invalid", "25000"}));
  EXPECT_EQ(unknown.exit, Exit::code(1));
  EXPECT_THAT(unknown.error, StartsWith("echo_client: tcp://name.invalid:25000: cannot resolve \"name.invalid\": "));
}

TEST_P(ConnectEnding, GivesUpConnectingAfterTheTimeout) {
  const CrowdedSocket socket;
  const Finished finished = support::run(client({"-w", "10ms", socket.url()}));
  EXPECT_EQ(finished.exit, Exit::code(1));
  EXPECT_EQ(finished.error, "echo_client: " + socket.url() + ": timed out after 10ms\n");
}

TEST_P(ConnectEnding, EndsAtASignalWhileItConnects) {
  const CrowdedSocket socket;
  Process process(client({socket.url()}));
  // It blocks the signal and takes it as a descriptor (proc(5)): a signal that came sooner would kill it.
  while (!support::blocks_signal(process.pid(), SIGTERM)) std::this_thread::yield();
  process.signal(SIGTERM);
  EXPECT_EQ(process.wait(), Exit::code(143));
  EXPECT_EQ(process.written(Stream::error), "");
}

TEST_P(ConnectEnding, EndsAtASignalWithItsNumber) {
  for (const auto& [signal, code] : {std::pair(SIGHUP, 129), std::pair(SIGINT, 130), std::pair(SIGTERM, 143)}) {
    Listener listener;
    Process process(client({listener.url()}));
    Socket peer = listener.accept();
    peer.send_all("x");
    process.read_until(Stream::output, "x");
    process.signal(signal);
    EXPECT_EQ(process.wait(), Exit::code(code));
    EXPECT_EQ(process.written(Stream::error), "");
  }
}

TEST_P(ConnectEnding, EndsAtASignalWhileThePeerDoesNotRead) {
  Listener listener;
  Process process(shell("exec \"$@\" < /dev/zero", {listener.url()}));
  Socket peer = listener.accept();
  peer.receive_exactly(1);
  process.signal(SIGTERM);
  EXPECT_EQ(process.wait(), Exit::code(143));
}

TEST_P(ConnectEnding, EndsAtASignalWhileNobodyReadsItsOutput) {
  const TemporaryDirectory directory;
  const std::string fifo = directory / "fifo";
  ASSERT_EQ(::mkfifo(fifo.c_str(), 0600), 0);
  const sched::Descriptor reader(::open(fifo.c_str(), O_RDWR | O_CLOEXEC));
  Listener listener;
  Process process(shell("exec \"$@\" > " + fifo, {listener.url()}));
  Socket peer = listener.accept();
  // One byte stays in the pipe, so that it can take some, but not any number of bytes without waiting.
  peer.send_all("xy");
  std::array<char, 1> byte;
  ASSERT_EQ(::read(reader.get(), byte.data(), byte.size()), 1);
  // Then the connection is full and the client asleep: it waits for the pipe.
  const std::string flood(64 * 1024, 'x');
  while (peer.try_send(flood) > 0 || !support::is_asleep(process.pid())) std::this_thread::yield();
  process.signal(SIGTERM);
  EXPECT_EQ(process.wait(), Exit::code(143));
}

TEST_P(ConnectEnding, EndsAfterTheInputWhenItIsToldTo) {
  Listener listener;
  Process process(client({"-q", "1ms", listener.url()}));
  Socket peer = listener.accept();
  process.write_input("last words");
  process.close_input();
  EXPECT_EQ(process.wait(), Exit::code(0));
  EXPECT_EQ(peer.receive_until_eof(), "last words");
}

TEST_P(ConnectEnding, EndsWhenNothingCameOrWentForTheTimeout) {
  Listener listener;
  Process process(client({"-w", "1ms", listener.url()}));
  Socket peer = listener.accept();
  EXPECT_EQ(process.wait(), Exit::code(0));
  EXPECT_EQ(process.written(Stream::error), "");
}

INSTANTIATE_TEST_SUITE_P(Backends, ConnectEnding, testing::Values("epoll", "io_uring"),
                         [](const auto& test) { return std::string(test.param); });

}  // namespace
}  // namespace programs
