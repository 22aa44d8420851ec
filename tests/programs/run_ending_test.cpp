// echo_client run when it is interrupted.

#include <signal.h>

#include <chrono>
#include <filesystem>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/programs/run.h"
#include "tests/support/count_of.h"
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
using support::Finished;
using support::Listener;
using support::Process;
using support::Socket;
using support::Stream;
using testing::HasSubstr;
using testing::StartsWith;

using RunSimulation = Run;

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
            "FAIL many: interrupted by SIGINT, 20 of 20 clients cut short, 0 replies matched, 120 B sent, 0 B received, "
            "TIME\n"
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
  EXPECT_THAT(process.written(Stream::error),
              StartsWith("echo_client: interrupted by SIGINT before the server was ready\n"));
  EXPECT_EQ(::kill(std::stoi(support::read_file(folder_ / "pid")), 0), -1) << "it is gone";
}

/// A scenario whose setup and teardown are seen by the server, with a client that says work and goes on with `steps`.
std::string with_teardown(const std::string& steps, const std::string& of_teardown = R"({"send": "drop"})") {
  return R"({"setup": [{"send": "create"}], "teardown": [)" + of_teardown + R"(],
             "clients": [{"steps": [{"send": "work"}, )" +
         steps + "]}]}";
}

TEST_P(RunEnding, UndoesWhatTheSetupHasMadeAtASignal) {
  write("a.json", with_teardown(R"({"sleep": "50s"})"));
  for (const int signal : {SIGHUP, SIGINT, SIGTERM}) {
    Listener listener;
    Process process(command(on_backend({"--target", listener.url(), "--report", "tap=-", "a.json"})));
    EXPECT_EQ(listener.accept().receive_until_eof(), "create\n");
    Socket client = listener.accept();
    EXPECT_EQ(client.receive_exactly(5), "work\n");
    process.signal(signal);
    EXPECT_EQ(listener.accept().receive_until_eof(), "drop\n");
    EXPECT_EQ(process.wait(), Exit::code(128 + signal));
    EXPECT_THAT(process.written(Stream::output), HasSubstr("\nBail out! interrupted by SIG"));
  }
}

TEST_P(RunEnding, UndoesWhatEachJobHasMade) {
  write("a.json", with_teardown(R"({"sleep": "50s"})"));
  Listener listener;
  Process process(command(on_backend({"--target", listener.url(), "--jobs", "3", "--repeat", "9", "a.json"})));
  std::vector<Socket> working;
  std::vector<std::string> said;
  while (working.size() < 3) {
    Socket peer = listener.accept();
    said.push_back(peer.receive_exactly(5));
    if (said.back() == "work\n") working.push_back(std::move(peer));
  }
  process.signal(SIGTERM);
  for (int job = 0; job < 3; ++job) EXPECT_EQ(listener.accept().receive_until_eof(), "drop\n");
  EXPECT_EQ(process.wait(), Exit::code(143));
  EXPECT_THAT(process.written(Stream::error), HasSubstr("FAIL: 0 of 9 scenarios passed, 3 clients"));
}

TEST_P(RunEnding, EndsAtOnceAtASecondSignal) {
  write("a.json", with_teardown(R"({"sleep": "50s"})", R"({"send": "drop"}, {"sleep": "9s"})"));
  Listener listener;
  Process process(command(on_backend({"--target", listener.url(), "a.json"})));
  EXPECT_EQ(listener.accept().receive_until_eof(), "create\n");
  Socket client = listener.accept();
  EXPECT_EQ(client.receive_exactly(5), "work\n");
  process.signal(SIGINT);
  Socket teardown = listener.accept();
  EXPECT_EQ(teardown.receive_exactly(5), "drop\n");
  process.signal(SIGTERM);
  EXPECT_EQ(process.wait(5s), Exit::code(143));
}

TEST_P(RunEnding, HasNothingToDoWithATerminalThatItDoesNotMind) {
  write("a.json", R"({"clients": [{"steps": [{"send": "work"}, {"sleep": "50s"}]}]})");
  Listener listener;
  Process process(through({"nohup"}, on_backend({"--target", listener.url(), "a.json"})));
  Socket client = listener.accept();
  EXPECT_EQ(client.receive_exactly(5), "work\n");
  process.signal(SIGHUP);
  // It would be taken first, as the lower number.
  process.signal(SIGTERM);
  EXPECT_EQ(process.wait(), Exit::code(143));
}

TEST_P(RunEnding, EndsTheSearchForAHighestRate) {
  write("search.json", R"({"load": {"model": "open", "find_max": {"from": "10/s", "to": "100000/s", "for": "20s"}},
      "thresholds": [{"metric": "errors", "below": 1}], "teardown": [{"send": "drop"}],
      "clients": [{"steps": [{"exchange": {"send": "a", "expect": "GOT:a"}}]}]})");
  Listener listener;
  Process process(command(on_backend({"--target", listener.url(), "search.json"})));
  Socket client = listener.accept();
  EXPECT_EQ(client.receive_exactly(2), "a\n");
  process.signal(SIGINT);
  EXPECT_EQ(listener.accept().receive_until_eof(), "drop\n");
  EXPECT_EQ(process.wait(), Exit::code(130));
}

TEST_F(RunSimulation, EndsWhenItsTimeIsOverAndAtASignal) {
  write("a.json", R"({"clients": [{"count": 50, "iterations": 100,
                                   "steps": [{"exchange": {"send": "a", "expect": "GOT:a"}}]}]})");
  const Finished late =
      run({"--simulate", "--timeout", "300ms", "--repeat", "1000000000", "--report", "json=-", "a.json"});
  EXPECT_EQ(late.exit, Exit::code(6));
  const auto report = nlohmann::json::parse(late.output);
  EXPECT_EQ(report["reason"], "--timeout 300ms passed");
  Process process(command({"--simulate", "--repeat", "1000000000", "--report", "json=-", "a.json"}));
  process.read_until(Stream::error, "ok   a: ");
  process.signal(SIGINT);
  EXPECT_EQ(process.wait(), Exit::code(130));
  EXPECT_TRUE(nlohmann::json::parse(process.written(Stream::output))["incomplete"]);
}

TEST_F(RunSimulation, IsLimitedInItsOwnTimeToo) {
  write("a.json", R"({"defaults": {"client_timeout": "1h"}, "clients": [{"steps": [{"sleep": "20m"}]}]})");
  const Finished finished = run({"--simulate", "--repeat", "2", "a.json"});
  EXPECT_EQ(finished.exit, Exit::code(6));
  EXPECT_EQ(support::count_of("FAIL a: cut short by 5m00s of simulated time", finished.error), 2);
  EXPECT_EQ(run({"--simulate", "--timeout", "30m", "--repeat", "9", "a.json"}).exit, Exit::code(0))
      << "three hours in all, which take no time";
}

using RunKilled = Run;

TEST_F(RunKilled, TakesWhatItHasSpawnedWithItAndAllThatThatHasStarted) {
  Listener listener;
  write("hello.json", kHello);
  write("server", "trap '' TERM\nsetsid sleep 1000 & echo $! > grandchild\nsleep 1000 & echo $! > child\necho $$ > server_pid\n"
                  "echo 'READY {\"url\": \"" + listener.url() + "\"}'\nwait\n");
  Process process(command({"--spawn", "sh server", "hello.json"}));
  Socket client = listener.accept();
  const auto killed = std::chrono::steady_clock::now();
  process.signal(SIGKILL);
  EXPECT_EQ(process.wait(), Exit::signal(SIGKILL)) << "and nobody keeps its outputs open";
  for (const char* name : {"server_pid", "child", "grandchild"}) {
    EXPECT_TRUE(support::ends(std::stoi(support::read_file(folder_ / name)))) << name;
  }
  EXPECT_LT(std::chrono::steady_clock::now() - killed, std::chrono::seconds(4))
      << "nobody waits for it to end in order";
}

}  // namespace
}  // namespace programs
