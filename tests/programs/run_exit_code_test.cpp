// The exit code of echo_client run, and what it says beside it.

#include <signal.h>

#include <string>
#include <string_view>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/programs/peer.h"
#include "tests/programs/run.h"
#include "tests/support/listener.h"
#include "tests/support/normalized.h"
#include "tests/support/process.h"
#include "tests/support/server_process.h"
#include "tests/support/socket.h"

namespace programs {
namespace {

using support::Exit;
using support::Finished;
using support::Listener;
using support::Process;
using support::Socket;
using testing::EndsWith;
using testing::HasSubstr;

class RunExitCode : public Run {
 protected:
  /// A URL at which nobody listens.
  static std::string nowhere() {
    Listener listener;
    listener.close();
    return listener.url();
  }

  /// A server that answers wrongly.
  static void lie(Socket socket) {
    socket.send_all("GOT:HellO\n");
    socket.receive_until_eof();
  }

  /// A scenario for a server of its own.
  static std::string to(const std::string& target, std::string_view scenario) {
    return "{\"target\": \"" + target + "\"," + std::string(scenario.substr(1));
  }

  /// 500 clients at once.
  void write_many() const {
    write("many.json", R"({"clients": [{"count": 500, "steps": [{"exchange": {"send": "a", "expect": "GOT:a"}}]}]})");
  }
};

TEST_F(RunExitCode, IsZeroWhenAllHavePassed) {
  write("hello.json", kHello);
  const Finished finished = run({"--embedded", "hello.json"});
  EXPECT_EQ(finished.exit, Exit::code(0));
  EXPECT_EQ(finished.output, "");
  EXPECT_EQ(support::normalized(finished.error),
            "ok   hello: 1 of 1 client passed, 1 reply matched, 6 B sent, 10 B received, TIME\n"
            "PASS: 1 of 1 scenario passed, 1 client, 1 reply matched, TIME\n");
}

TEST_F(RunExitCode, IsOneWhenAnAssertionHasFailed) {
  write("a.json", kWrong);
  write("b.json", kHello);
  const Finished finished = run({"--embedded", "."});
  EXPECT_EQ(finished.exit, Exit::code(1));
  EXPECT_THAT(support::normalized(finished.error),
              EndsWith("FAIL: 1 of 2 scenarios passed, 2 clients, 1 reply matched, TIME\n"))
      << "the others are run all the same";
}

TEST_F(RunExitCode, IsTwoForAWrongCommandLine) {
  const Finished finished = run({"--treads", "2", "hello.json"});
  EXPECT_EQ(finished.exit, Exit::code(2));
  EXPECT_EQ(finished.error,
            "echo_client: unknown option \"--treads\", did you mean \"--threads\"? See 'echo_client run --help'\n");
}

TEST_F(RunExitCode, IsTwoForAScenarioThatIsWrongAndNothingIsRun) {
  write("a.json", kHello);
  write("b.json", R"({
  "clients": [
    { "steps": [
        { "send": "Hello" },
        { "exepct": "GOT:Hello" } ] } ],
  "defaults": { "timeuot": "5s" }
}
)");
  const Finished finished = run({"--embedded", "."});
  EXPECT_EQ(finished.exit, Exit::code(2));
  EXPECT_EQ(finished.output, "");
  EXPECT_EQ(finished.error, R"(./b.json:5:11: error: unknown key "exepct", did you mean "expect"?  (/clients/0/steps/1)
 5 |         { "exepct": "GOT:Hello" } ] } ],
   |           ^^^^^^^^

./b.json:6:17: error: unknown key "timeuot", did you mean "timeout"?  (/defaults)
 6 |   "defaults": { "timeuot": "5s" }
   |                 ^^^^^^^^^

echo_client: 2 errors in the scenarios: nothing was run
)");
}

TEST_F(RunExitCode, IsTwoWhenAFileIsNotThere) {
  const Finished finished = run({"--embedded", "hello.json"});
  EXPECT_EQ(finished.exit, Exit::code(2));
  EXPECT_EQ(finished.error, "echo_client: there is no file or folder \"hello.json\"\n");
}

TEST_F(RunExitCode, IsThreeWhenThereIsNoServer) {
  write("hello.json", kHello);
  const Finished finished = run({"--target", nowhere(), "hello.json"});
  EXPECT_EQ(finished.exit, Exit::code(3));
  EXPECT_THAT(finished.error, HasSubstr("ECONNREFUSED"));
  EXPECT_THAT(finished.error, EndsWith(" (could not test)\n"));
}

TEST_F(RunExitCode, IsThreeWhenTheMachineCannotHoldTheClients) {
  write_many();
  const Finished finished =
      support::run(through({"prlimit", "--nofile=64:64"}, {"--target", "tcp://127.0.0.1:9", "many.json"}));
  EXPECT_EQ(finished.exit, Exit::code(3));
  EXPECT_EQ(finished.output, "");
  EXPECT_EQ(finished.error,
            "echo_client: many.json: 500 connections need 532 file descriptors, and the limit RLIMIT_NOFILE is 64: use "
            "--threads 16, or raise the limit with: ulimit -n 532\n");
}

TEST_F(RunExitCode, DoesNotDependOnTheMachineInASimulation) {
  write_many();
  const Finished finished = support::run(through({"prlimit", "--nofile=64:64"}, {"--simulate", "many.json"}));
  EXPECT_EQ(finished.exit, Exit::code(0)) << finished.error;
}

TEST_F(RunExitCode, IsFiveWhenNothingIsThereToRun) {
  const Finished finished = run({"--embedded", "."});
  EXPECT_EQ(finished.exit, Exit::code(5));
  EXPECT_EQ(finished.error, "echo_client: there is no scenario: no file *.json is there\n");
}

TEST_F(RunExitCode, IsFiveWhenNothingIsSelected) {
  write("hello.json", kHello);
  const Finished finished = run({"--embedded", "--only", "bye*", "."});
  EXPECT_EQ(finished.exit, Exit::code(5));
  EXPECT_EQ(finished.error, "echo_client: none of the scenarios is selected by --only, --exclude and --tag\n");
}

TEST_F(RunExitCode, IsSixWhenTheTimeIsUp) {
  const Peer peer([](Socket socket) { socket.receive_until_eof(); });
  write("a.json", kHello);
  write("b.json", kHello);
  const Finished finished = run({"--target", peer.url(), "--timeout", "300ms", "a.json", "b.json"});
  EXPECT_EQ(finished.exit, Exit::code(6));
  EXPECT_EQ(support::normalized(finished.error),
            R"(error: expect cut short: --timeout 300ms           scenario "a", client "greeter" 0, tcp ADDRESS
  --> a.json:4:51  /clients/0/steps/1/expect
 4 |       "steps": [ { "send": "Hello" }, { "expect": "GOT:Hello" } ] }
   |                                                   ^^^^^^^^^^^
   |   expected  "GOT:Hello"
   |   received  nothing
   |   after TIME of 5s; 0 bytes unread; peer open; seed SEED
again: echo_client run --target tcp://ADDRESS --seed SEED a.json
FAIL a: cut short by --timeout 300ms, 1 of 1 client cut short, 0 replies matched, 6 B sent, 0 B received, TIME
FAIL: 0 of 2 scenarios passed, 1 client, 0 replies matched, TIME (--timeout 300ms passed)
)");
}

struct Interruption {
  int signal;
  std::string name;
  int code;
};

class RunSignal : public Run, public testing::WithParamInterface<Interruption> {};
INSTANTIATE_TEST_SUITE_P(, RunSignal,
                         testing::Values(Interruption{SIGHUP, "SIGHUP", 129}, Interruption{SIGINT, "SIGINT", 130},
                                         Interruption{SIGTERM, "SIGTERM", 143}),
                         [](const auto& interruption) { return interruption.param.name; });

TEST_P(RunSignal, IsToldByTheExitCode) {
  const auto& [signal, name, code] = GetParam();
  Listener listener;
  write("hello.json", kHello);
  Process process(command({"--target", listener.url(), "hello.json"}));
  Socket peer = listener.accept();
  EXPECT_EQ(peer.receive_exactly(6), "Hello\n");
  process.signal(signal);
  EXPECT_EQ(process.wait(), Exit::code(code));
  EXPECT_EQ(support::normalized(process.written(support::Stream::error)),
            "FAIL hello: interrupted by " + name + ", 1 of 1 client cut short, 0 replies matched, 6 B sent, "
            "0 B received, TIME\n"
            "FAIL: 0 of 1 scenario passed, 1 client, 0 replies matched, TIME (interrupted by " + name + ")\n");
}

TEST_F(RunExitCode, PrefersAFailureToTheTimeThatIsUp) {
  const Peer wrong(&lie);
  const Peer silent([](Socket socket) { socket.receive_until_eof(); });
  write("a.json", to(wrong.url(), kHello));
  write("b.json", to(silent.url(), kHello));
  const Finished finished = run({"--timeout", "1s", "a.json", "b.json"});
  EXPECT_EQ(finished.exit, Exit::code(1));
  EXPECT_THAT(finished.error, HasSubstr("first difference at byte 8"));
  EXPECT_THAT(finished.error, HasSubstr("cut short: --timeout 1s"));
}

TEST_F(RunExitCode, PrefersThatThereIsNoServerToAFailure) {
  const Peer wrong(&lie);
  write("a.json", to(nowhere(), kHello));
  write("b.json", to(wrong.url(), kHello));
  const Finished finished = run({"a.json", "b.json"});
  EXPECT_EQ(finished.exit, Exit::code(3));
  EXPECT_THAT(finished.error, HasSubstr("first difference at byte 8"));
}

TEST_F(RunExitCode, PrefersASignalToAFailure) {
  const Peer wrong(&lie);
  Listener silent;
  write("a.json", to(wrong.url(), kHello));
  write("b.json", to(silent.url(), kHello));
  Process process(command({"a.json", "b.json"}));
  const Socket peer = silent.accept();
  process.signal(SIGINT);
  EXPECT_EQ(process.wait(), Exit::code(130));
  EXPECT_THAT(process.written(support::Stream::error), HasSubstr("first difference at byte 8"));
}

}  // namespace
}  // namespace programs
