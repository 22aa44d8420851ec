// How much echo_client run tells, in which order, and where.

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/programs/run.h"
#include "tests/support/listener.h"
#include "tests/support/normalized.h"
#include "tests/support/process.h"
#include "tests/support/socket.h"
#include "tests/support/terminal.h"

namespace programs {
namespace {

using support::Exit;
using support::Finished;
using support::Listener;
using support::Socket;
using support::Terminal;
using testing::HasSubstr;
using testing::MatchesRegex;
using testing::StartsWith;

class RunTelling : public Run {
 protected:
  RunTelling() {
    write("hello.json", kHello);
    write("wrong.json", kWrong);
  }

  /// What is told, normalized; standard output stays empty.
  std::string told(std::vector<std::string> words) const {
    words.insert(words.begin(), "--embedded");
    const Finished finished = run(std::move(words));
    EXPECT_EQ(finished.output, "");
    return support::normalized(finished.error);
  }
};

TEST_F(RunTelling, IsOnlyOfFailuresWhenItIsQuiet) {
  EXPECT_EQ(told({"--quiet", "hello.json"}), "");
  EXPECT_EQ(told({"--quiet", "wrong.json"}),
            R"(error: expect failed: equals                       scenario "wrong", client "greeter" 0, tcp ADDRESS
  --> wrong.json:4:51  /clients/0/steps/1/expect
 4 |       "steps": [ { "send": "Hello" }, { "expect": "GOT:HellO" } ] }
   |                                                   ^^^^^^^^^^^
   |   expected  "GOT:HellO"
   |   received  "GOT:Hello"      first difference at byte 8 (4f, received 6f)
   |   after TIME of 5s; 0 bytes unread; peer open; seed SEED
again: echo_client run --embedded --seed SEED wrong.json
FAIL wrong: 1 of 1 client failed, 0 replies matched, 6 B sent, 10 B received, TIME
FAIL: 0 of 1 scenario passed, 1 client, 0 replies matched, TIME
)");
}

TEST_F(RunTelling, IsOfClientsAndSeedsWhenItIsAsked) {
  EXPECT_EQ(told({"-v", "--backend", "epoll", "hello.json"}),
"hello: 1 client, seed SEED\n"
"ok   hello: 1 of 1 client passed, 1 reply matched, 6 B sent, 10 B received, TIME\n"
"PASS: 1 of 1 scenario passed, 1 client, 1 reply matched, TIME\n");
}

TEST_F(RunTelling, IsOfGroupsAndTargetsWhenItIsAskedTwice) {
  EXPECT_EQ(told({"-vv", "--backend", "epoll", "hello.json"}),
"hello: 1 client, seed SEED\n"
"  greeter: 1 client to tcp://ADDRESS\n"
"ok   hello: 1 of 1 client passed, 1 reply matched, 6 B sent, 10 B received, TIME\n"
"PASS: 1 of 1 scenario passed, 1 client, 1 reply matched, TIME\n");
}

TEST_F(RunTelling, IsInTheOrderOfTheFilesAndFolders) {
  write("b/2.json", kHello);
  write("b/1.json", kHello);
  write("b/deeper/3.json", kHello);
  write("b/no-scenario.txt", kHello);
  write("a.json", kHello);
  EXPECT_EQ(told({"hello.json", "b", "a.json"}),
"ok   hello: 1 of 1 client passed, 1 reply matched, 6 B sent, 10 B received, TIME\n"
"ok   1: 1 of 1 client passed, 1 reply matched, 6 B sent, 10 B received, TIME\n"
"ok   2: 1 of 1 client passed, 1 reply matched, 6 B sent, 10 B received, TIME\n"
"ok   3: 1 of 1 client passed, 1 reply matched, 6 B sent, 10 B received, TIME\n"
"ok   a: 1 of 1 client passed, 1 reply matched, 6 B sent, 10 B received, TIME\n"
"PASS: 5 of 5 scenarios passed, 5 clients, 5 replies matched, TIME\n");
}

TEST_F(RunTelling, IsOfWhatIsSelected) {
  write("help.json", kHello);
  write("other.json", R"({ "name": "hello by another name", )" + std::string(kHello.substr(1)));
  EXPECT_EQ(told({"--only", "hel[lo]*", "."}),
"ok   hello: 1 of 1 client passed, 1 reply matched, 6 B sent, 10 B received, TIME\n"
"ok   hello by another name: 1 of 1 client passed, 1 reply matched, 6 B sent, 10 B received, TIME\n"
"PASS: 2 of 2 scenarios passed, 2 clients, 2 replies matched, TIME\n");
}

TEST_F(RunTelling, HasNoControlCharactersWhenItIsNotOnATerminal) {
  for (const char* file : {"hello.json", "wrong.json"}) {
    const Finished finished = run({"--embedded", "-vv", file});
    EXPECT_TRUE(std::ranges::all_of(finished.error, [](char c) { return c == '\n' || (c >= ' ' && c <= '~'); }))
        << finished.error;
  }
}

TEST_F(RunTelling, DoesNotLetTheServerControlTheTerminal) {
  write("bell.json", R"({ "clients": [ { "steps": [ { "send": "\u001b[2J\u0007" }, { "expect": "" } ] } ] })");
  EXPECT_THAT(told({"bell.json"}), HasSubstr(R"(received  "GOT:\x1b[2J\x07")"));
}

/// What ends whatever stands on the line.
constexpr const char* kClearLine = "\r\x1b[K";

class RunOnATerminal : public RunTelling {
 protected:
  std::vector<std::string> client(const std::string& target) const {
    return {support::program_path("echo_client"), "run", "--target", target, folder_ / "hello.json"};
  }
};

TEST_F(RunOnATerminal, DrawsABarAndClearsItAtTheEnd) {
  Listener listener;
  Terminal terminal(client(listener.url()));
  Socket peer = listener.accept();
  EXPECT_EQ(terminal.read_until("ended"),
            std::string(kClearLine) + "hello [........................] 0 of 1 client ended");
  EXPECT_THAT(terminal.read_until("ended"), HasSubstr(kClearLine)) << "drawn again, over itself";
  peer.send_all("GOT:Hello\n");
  const std::string screen = terminal.read_until("PASS");
  EXPECT_THAT(screen.substr(screen.rfind(kClearLine)),
              MatchesRegex("\r\x1b\\[K\x1b\\[32mok  \x1b\\[0m hello: 1 of 1 client.*\n.*PASS"));
  EXPECT_EQ(terminal.wait(), Exit::code(0));
}

TEST_F(RunOnATerminal, ClearsTheBarWhenItIsInterrupted) {
  Listener listener;
  Terminal terminal(client(listener.url()));
  const Socket peer = listener.accept();
  terminal.read_until("1 connected");
  terminal.type(Terminal::kInterrupt);
  const std::string screen = terminal.read_until("(interrupted by SIGINT)\n");
  EXPECT_THAT(screen.substr(screen.rfind(kClearLine)),
              StartsWith("\r\x1b[K\x1b[31mFAIL\x1b[0m hello: interrupted by SIGINT"));
  EXPECT_EQ(terminal.wait(), Exit::code(130));
}

}  // namespace
}  // namespace programs
