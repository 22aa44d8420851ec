// The server that echo_client run tests: a target, or one that it embeds, spawns or simulates.

#include <signal.h>

#include <cerrno>
#include <filesystem>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <re2/re2.h>

#include "tests/programs/run.h"
#include "tests/support/listener.h"
#include "tests/support/normalized.h"
#include "tests/support/process.h"
#include "tests/support/server_process.h"
#include "tests/support/temporary_directory.h"

namespace programs {
namespace {

using support::Exit;
using support::Finished;
using support::ServerProcess;
using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

constexpr const char* kMulti = GOTBACK_SOURCE_DIR "/scenarios/multi.json";

/// What is told with the command that runs it again replaced, which says where the server was.
std::string without_command(std::string told) {
  RE2::GlobalReplace(&told, R"(\nagain: .*\n)", "\nagain: COMMAND\n");
  RE2::GlobalReplace(&told, R"(pid\\":\d+)", R"(pid\\":PID)");
  return told;
}

class RunServer : public RunOnBackend {};
INSTANTIATE_TEST_SUITE_P(, RunServer, testing::Values("epoll", "io_uring"),
                         [](const auto& backend) { return std::string(backend.param); });

TEST_P(RunServer, IsTheTargetInPlaceOfTheScenarios) {
  ServerProcess server({"tcp://127.0.0.1:0", "unix:@" + (folder_ / "name").string()}, 2);
  write("hello.json", R"({ "target": "tcp://localhost:1", )" + std::string(kHello.substr(1)));
  for (const std::string& url : server.urls()) {
    const Finished finished = run(on_backend({"--target", url, "hello.json"}));
    EXPECT_EQ(finished.exit, Exit::code(0)) << finished.error;
  }
}

TEST_P(RunServer, IsInsideTheClient) {
  write("a.json", kHello);
  write("b.json", kHello);
  for (const char* threads : {"1", "2"}) {
    const Finished finished = run(on_backend({"--embedded", "--threads", threads, "a.json", "b.json"}));
    EXPECT_EQ(finished.exit, Exit::code(0)) << finished.error;
  }
}

TEST_P(RunServer, TakesOptions) {
  write("hello.json", R"({
  "variables": { "prefix": "GOT:" },
  "clients": [ { "steps": [ { "send": "Hello" }, { "expect": "${prefix}Hello" } ] } ]
}
)");
  for (const std::string& prefix : {std::string(), std::string("not this: ")}) {
    for (std::vector<std::string> words : {on_backend({"--embedded"}), std::vector<std::string>{"--simulate"}}) {
      words.insert(words.end(), {"--server-options", "--prefix '" + prefix + "'", "hello.json"});
      EXPECT_EQ(run(words).exit, Exit::code(1)) << "the variable is GOT:";
      words.insert(words.end(), {"--var", "prefix=" + prefix});
      const Finished finished = run(words);
      EXPECT_EQ(finished.exit, Exit::code(0)) << finished.error;
    }
  }
}

/// echo_server as --spawn takes it.
std::string echo_server(const std::string& more = "tcp://127.0.0.1:0") {
  return support::program_path("echo_server") + " " + more;
}

TEST_P(RunServer, IsSpawnedAndGoneAfterwards) {
  write("hello.json", kHello);
  const std::string port_file = folder_ / "ready";
  const Finished finished =
      run(on_backend({"--spawn", echo_server("--port-file " + port_file + " tcp://127.0.0.1:0"), "hello.json"}));
  EXPECT_EQ(finished.exit, Exit::code(0));
  EXPECT_EQ(support::normalized(finished.error),
            "ok   hello: 1 of 1 client passed, 1 reply matched, 6 B sent, 10 B received, TIME\n"
            "PASS: 1 of 1 scenario passed, 1 client, 1 reply matched, TIME\n")
      << "and its log is not shown";
  const auto pid = nlohmann::json::parse(support::read_file(port_file)).at("pid").get<pid_t>();
  EXPECT_EQ(::kill(pid, 0), -1);
  EXPECT_EQ(errno, ESRCH);
}

TEST_P(RunServer, ThatIsSpawnedIsReadyWhenTheTargetAccepts) {
  write("hello.json", kHello);
  const std::string url = "unix:" + (folder_ / "socket").string();
  const std::string spawn = "bash -c 'exec " + echo_server(url) + " > /dev/null'";
  const Finished finished = run(on_backend({"--spawn", spawn, "--target", url, "hello.json"}));
  EXPECT_EQ(finished.exit, Exit::code(0)) << finished.error;
}

TEST_P(RunServer, ThatIsSpawnedShowsItsLogWhenSomethingFails) {
  write("wrong.json", kWrong);
  const Finished finished = run(on_backend({"--spawn", echo_server(), "wrong.json"}));
  EXPECT_EQ(finished.exit, Exit::code(1));
  const std::string told = without_command(support::normalized(finished.error));
  EXPECT_THAT(
      told,
      StartsWith(R"(error: expect failed: equals                       scenario "wrong", client "greeter" 0, tcp ADDRESS
  --> wrong.json:4:51  /clients/0/steps/1/expect
 4 |       "steps": [ { "send": "Hello" }, { "expect": "GOT:HellO" } ] }
   |                                                   ^^^^^^^^^^^
   |   expected  "GOT:HellO"
   |   received  "GOT:Hello"      first difference at byte 8 (4f, received 6f)
   |   after TIME of 5s; 0 bytes unread; peer open; seed SEED
again: COMMAND
FAIL wrong: 1 of 1 client failed, 0 replies matched, 6 B sent, 10 B received, TIME
the end of the server's standard output:
READY {\"url\":\"tcp://ADDRESS\",\"pid\":PID}
the end of the server's standard error:
Connection from (ADDRESS)
)"));
  EXPECT_THAT(told, EndsWith("\nFAIL: 0 of 1 scenario passed, 1 client, 0 replies matched, TIME\n"));
}

TEST_P(RunServer, ThatEndsAtOnceIsTold) {
  write("hello.json", kHello);
  const Finished finished = run(on_backend({"--spawn", "bash -c 'echo no luck >&2; exit 7'", "hello.json"}));
  EXPECT_EQ(finished.exit, Exit::code(3));
  EXPECT_EQ(support::normalized(finished.error),
            "echo_client: the server ended (exit code 7) before it printed a READY line\n"
            "the end of the server's standard error:\n"
            "no luck\n"
            "FAIL: 0 of 1 scenario passed, 0 clients, 0 replies matched, TIME (could not test)\n");
}

TEST_P(RunServer, ThatEndsAtOnceIsToldWhenThereIsATarget) {
  write("hello.json", kHello);
  const std::string url = "unix:" + (folder_ / "socket").string();
  const Finished finished = run(on_backend({"--spawn", "false", "--target", url, "hello.json"}));
  EXPECT_EQ(finished.exit, Exit::code(3));
  EXPECT_THAT(
      finished.error,
      StartsWith("echo_client: the server ended (exit code 1) before anything accepted connections at " + url + "\n"));
}

TEST_P(RunServer, ThatCannotBeStartedIsTold) {
  write("hello.json", kHello);
  const Finished finished = run(on_backend({"--spawn", "no-such-server tcp://localhost:0", "hello.json"}));
  EXPECT_EQ(finished.exit, Exit::code(3));
  EXPECT_THAT(finished.error,
              StartsWith("echo_client: cannot start \"no-such-server\": ENOENT (No such file or " "directory)\n"));
}

TEST_P(RunServer, ThatDiesMeanwhileIsTold) {
  write("hello.json", kHello);
  write("server.py", R"(
import os, signal, socket, sys
listener = socket.create_server(('127.0.0.1', 0))
print('READY {"url": "tcp://127.0.0.1:%d"}' % listener.getsockname()[1], flush=True)
client, _ = listener.accept()
client.recv(6)
print('out of luck', file=sys.stderr, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
)");
  const Finished finished = run(on_backend({"--spawn", "python3 server.py", "hello.json"}));
  EXPECT_EQ(finished.exit, Exit::code(3));
  EXPECT_THAT(finished.error, StartsWith("error: expect failed: closed "));
  EXPECT_THAT(finished.error, HasSubstr("\necho_client: the server ended by itself before the run did: SIGKILL\n"));
  EXPECT_THAT(finished.error, HasSubstr("\nthe end of the server's standard error:\nout of luck\n"));
}

TEST_P(RunServer, ThatEndsInOrderBeforeTheRunDoesWasNotTested) {
  write("hello.json", kHello);
  write("server.py", R"(
import os, socket, time
listener = socket.create_server(('127.0.0.1', 0))
print('READY {"url": "tcp://127.0.0.1:%d"}' % listener.getsockname()[1], flush=True)
print('and more', flush=True)
client, _ = listener.accept()
client.recv(6)
server = os.getpid()
if os.fork() == 0:
    # What it leaves behind answers when it has ended.
    while os.getppid() == server: time.sleep(0.001)
    client.sendall(b'GOT:Hello\n')
    client.recv(1)
else:
    print('that is all')
)");
  const Finished finished = run(on_backend({"--spawn", "python3 server.py", "--report", "json=-", "hello.json"}));
  EXPECT_EQ(finished.exit, Exit::code(3)) << finished.error;
  const std::string told = support::normalized(finished.error);
  EXPECT_THAT(told, StartsWith("ok   hello: "));
  EXPECT_THAT(told, HasSubstr(R"(
echo_client: the server ended by itself before the run did: exit code 0
the end of the server's standard output:
READY {\"url\": \"tcp://ADDRESS\"}
and more
that is all
)"));
  EXPECT_THAT(told, EndsWith(" (could not test)\n"));
  EXPECT_EQ(nlohmann::json::parse(finished.output)["verdict"], "could_not_test");
}

TEST_P(RunServer, ThatIsThereBeforeItIsSpawnedIsNotTested) {
  const support::Listener listener;
  write("hello.json", kHello);
  write("target.json", R"({ "target": ")" + listener.url() + R"(", )" + std::string(kHello.substr(1)));
  for (const std::vector<std::string>& words :
       {std::vector<std::string>{"--target", listener.url(), "hello.json"}, std::vector<std::string>{"target.json"}}) {
    std::vector<std::string> all = on_backend({"--spawn", "touch started"});
    all.insert(all.end(), words.begin(), words.end());
    const Finished finished = run(all);
    EXPECT_EQ(finished.exit, Exit::code(3));
    EXPECT_THAT(
        finished.error,
        StartsWith("echo_client: " + listener.url() +
                   " accepts connections before the server of --spawn is started: another server would be tested\n"));
    EXPECT_FALSE(std::filesystem::exists(folder_ / "started"));
  }
}

TEST_P(RunServer, ThatIsSpawnedIsWhereTheScenariosSay) {
  write("server.py", R"(
import os, socket, sys, threading
def serve(listener, name):
    while True:
        client, _ = listener.accept()
        # Who waits until it is ready connects, and says nothing.
        if client.recv(100): client.sendall(b'GOT:' + name + b'\n')
        client.close()
tcp = socket.create_server(('127.0.0.1', 0))
print('READY {"url": "tcp://127.0.0.1:%d"}' % tcp.getsockname()[1], flush=True)
threading.Thread(target=serve, args=(tcp, b'tcp')).start()
for name in sys.argv[1:]:
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(name)
    listener.listen()
    threading.Thread(target=serve, args=(listener, name.encode())).start()
)");
  const auto asking = [](const std::string& name) {
    return R"("clients": [{"steps": [{"exchange": {"send": "who", "expect": "GOT:)" + name + R"("}}]}]})";
  };
  for (const std::string name : {"one", "two"}) {
    write(name + ".json", R"({"target": "unix:)" + (folder_ / name).string() + R"(", )" + asking(name));
  }
  write("tcp.json", "{" + asking("tcp"));
  for (const char* jobs : {"1", "3"}) {
    for (const char* name : {"one", "two"}) std::filesystem::remove(folder_ / name);
    const Finished finished = run(on_backend(
        {"--spawn", "python3 server.py one two", "--jobs", jobs, "--repeat", "2", "one.json", "two.json", "tcp.json"}));
    EXPECT_EQ(finished.exit, Exit::code(0)) << finished.error;
  }
}

TEST_P(RunServer, ThatIsSpawnedNeedsNoLineWhereAllNameATarget) {
  const std::string url = "unix:" + (folder_ / "socket").string();
  write("a.json", R"({ "target": ")" + url + R"(", )" + std::string(kHello.substr(1)));
  const std::string silent = "bash -c 'exec " + echo_server(url) + " > /dev/null'";
  const Finished finished = run(on_backend({"--spawn", silent, "a.json"}));
  EXPECT_EQ(finished.exit, Exit::code(0)) << finished.error;
}

TEST_P(RunServer, ThatIsNotReadyInTheTimeOfTheRunIsTold) {
  write("hello.json", kHello);
  const Finished finished = run(on_backend({"--spawn", "sleep 1000", "--timeout", "300ms", "hello.json"}));
  EXPECT_EQ(finished.exit, Exit::code(6));
  EXPECT_EQ(support::normalized(finished.error),
            "echo_client: --timeout 300ms passed before the server was ready\n"
            "FAIL: 0 of 1 scenario passed, 0 clients, 0 replies matched, TIME (--timeout 300ms passed)\n");
}

using RunSimulated = Run;

TEST_F(RunSimulated, RepeatsTheSeedExactly) {
  const auto told = [this](const std::string& seed) {
    const Finished finished = run({"--simulate", "--seed", seed, "-vv", kMulti});
    EXPECT_EQ(finished.exit, Exit::code(0)) << finished.error;
    return finished.error;
  };
  const std::string once = told("7");
  EXPECT_EQ(told("7"), once) << "times included";
  EXPECT_NE(told("8"), once);
}

TEST_F(RunSimulated, ShowsAFailureAsOnAnyNetwork) {
  write("wrong.json", kWrong);
  const Finished simulated = run({"--simulate", "wrong.json"});
  const Finished embedded = run({"--embedded", "wrong.json"});
  EXPECT_EQ(simulated.exit, Exit::code(1));
  EXPECT_EQ(without_command(support::normalized(simulated.error)),
            without_command(support::normalized(embedded.error)));
}

}  // namespace
}  // namespace programs
