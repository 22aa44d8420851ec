// echo_client run when it is interrupted.

#include <signal.h>

#include <chrono>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/programs/run.h"
#include "tests/support/listener.h"
#include "tests/support/normalized.h"
#include "tests/support/process.h"
#include "tests/support/process_status.h"
#include "tests/support/socket.h"
#include "tests/support/temporary_directory.h"

namespace programs {
namespace {

using namespace std::chrono_literals;
using support::Exit;
using support::Listener;
using support::Process;
using support::Socket;
using support::Stream;
using testing::StartsWith;

class RunEnding : public RunOnBackend {};
INSTANTIATE_TEST_SUITE_P(, RunEnding, testing::Values("epoll", "io_uring"),
                         [](const auto& backend) { return std::string(backend.param); });

TEST_P(RunEnding, ClosesEveryConnectionInOrderWhenItIsInterrupted) {
  write("many.json", R"({
  "clients": [
    { "name": "crowd", "count": 20,
      "steps": [ { "send": "Hello" }, { "expect": "GOT:Hello" } ] }
  ]
}
)");
  Listener listener;
  Process process(command(on_backend({"--target", listener.url(), "many.json"})));
  std::vector<Socket> peers;
  while (peers.size() < 20) {
    peers.push_back(listener.accept());
    EXPECT_EQ(peers.back().receive_exactly(6), "Hello\n");
  }
  process.signal(SIGINT);
  for (Socket& peer : peers) EXPECT_EQ(peer.receive_until_eof(), "") << "and no reset";
  EXPECT_EQ(process.wait(), Exit::code(130));
  EXPECT_EQ(process.written(Stream::output), "");
  EXPECT_EQ(support::normalized(process.written(Stream::error)),
            "FAIL many: 0 of 20 clients passed, 20 cut short, 0 replies matched, 120 B sent, 0 B received, TIME\n"
            "FAIL: 0 of 1 scenario passed, 20 clients, 0 replies matched, TIME (interrupted by SIGINT)\n");
}

TEST_P(RunEnding, DoesNotWaitForAPeerThatDoesNotRead) {
  write("flood.json", R"({
  "defaults": { "timeout": "1m" },
  "variables": { "x": "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ" },
  "clients": [
    { "steps": [
        { "send": "ready" },
        { "repeat": { "for": "1m", "steps": [ { "send": "${x}${x}${x}${x}${x}${x}" } ] } } ] }
  ]
}
)");
  Listener listener;
  Process process(command(on_backend({"--target", listener.url(), "flood.json"})));
  Socket peer = listener.accept();
  EXPECT_EQ(peer.receive_exactly(6), "ready\n");
  // The connection is full: the client waits for the peer.
  while (!support::is_asleep(process.pid())) std::this_thread::yield();
  process.signal(SIGTERM);
  EXPECT_EQ(process.wait(), Exit::code(143));
}

TEST_P(RunEnding, EndsAServerThatIsNotReadyYet) {
  write("hello.json", kHello);
  const std::string spawn = "bash -c 'echo $$ > started; mv started pid; exec sleep 1000'";
  Process process(command(on_backend({"--spawn", spawn, "hello.json"})));
  while (!std::filesystem::exists(folder_ / "pid")) std::this_thread::yield();
  process.signal(SIGINT);
  // A server has ten seconds to be ready.
  EXPECT_EQ(process.wait(5s), Exit::code(130));
  EXPECT_THAT(process.written(Stream::error), StartsWith("echo_client: interrupted before the server was ready\n"));
  EXPECT_EQ(::kill(std::stoi(support::read_file(folder_ / "pid")), 0), -1) << "it is gone";
}

}  // namespace
}  // namespace programs
