// echo_client exchange and bench against servers that are no echo servers: what is said on a command line is judged and
// told as what a file says.

#include <chrono>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/programs/peer.h"
#include "tests/support/listener.h"
#include "tests/support/normalized.h"
#include "tests/support/process.h"
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
using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

/// A server that answers the client's first bytes so, and reads on to its end.
class Answerer : public Peer {
 public:
  explicit Answerer(std::string answer)
      : Peer([answer](Socket socket) {
          socket.receive_some();
          socket.send_all(answer);
          socket.receive_until_eof();
        }) {}
};

/// The command, started by its name as one that is installed.
class Exchange : public testing::Test {
 protected:
  Finished client(std::vector<std::string> words) const {
    words.insert(words.begin(),
                 {"bash", "-c", R"(exec -a echo_client "$@")", "bash", support::program_path("echo_client")});
    return support::run({.arguments = std::move(words), .working_directory = folder_.path()});
  }

  /// What is told of an exchange with a server, with `URL` for its URL.
  static std::string told(const Finished& finished, const std::string& url) {
    std::string text = finished.error;
    for (std::size_t at = text.find(url); at != std::string::npos; at = text.find(url))
      text.replace(at, url.size(), "URL");
    return support::normalized(text);
  }

  const support::TemporaryDirectory folder_;
};

TEST_F(Exchange, PassesWhenTheAnswerIsRight) {
  const Answerer redis("+PONG\r\n");
  const Finished finished = client({"exchange", redis.url(), "--eol", "crlf", "--send", "PING", "--expect", "+PONG"});
  EXPECT_EQ(finished.exit, Exit::code(0));
  EXPECT_EQ(finished.output, "");
  EXPECT_THAT(finished.error, StartsWith("ok   exchange: 1 of 1 client passed, 1 reply matched, 6 B sent"));
}

TEST_F(Exchange, ShowsWhatOfTheCommandFails) {
  const Peer smtp([](Socket socket) {
    socket.send_all("220 ready\r\n");
    socket.receive_exactly(9);
    socket.send_all("503 no\r\n");
    socket.receive_until_eof();
  });
  const Finished finished = client({"exchange", smtp.url(), "--eol", "crlf", "--expect-matches", "^220", "--send",
                                    "HELO me", "--expect-matches", "^250"});
  EXPECT_EQ(finished.exit, Exit::code(1));
  std::string shown = told(finished, smtp.url());
  // How far to the right the marks are depends on the port.
  shown.erase(shown.find(" $ | "), shown.find("^^^^\n") + 5 - shown.find(" $ | "));
  EXPECT_EQ(shown,
            R"(error: expect failed: matches                      scenario "exchange", client "client" 0, tcp ADDRESS
  --> --expect-matches 2
   |   expected  matches "^250"
   |   received  "503 no"      not in the 6 bytes received
   |   after TIME of 5s; 0 bytes unread; peer open; seed SEED
FAIL exchange: 1 of 1 client failed, 1 reply matched, 9 B sent, 19 B received, TIME
FAIL: 0 of 1 scenario passed, 1 client, 1 reply matched, TIME
)");
  EXPECT_THAT(finished.error, HasSubstr(" --expect-matches '^220' --send 'HELO me' --expect-matches '^250'\n"));
}

TEST_F(Exchange, SaysWhichOptionHelps) {
  const Answerer crlf("+PONG\r\n");
  EXPECT_THAT(client({"exchange", crlf.url(), "--send", "PING", "--expect", "+PONG"}).error,
              HasSubstr("with --eol crlf this would match\n"));
  const Answerer chatty("+PONG\nmore\n");
  EXPECT_THAT(client({"exchange", chatty.url(), "--send", "PING", "--expect", "+PONG"}).error,
              HasSubstr("expected  nothing more; --allow-extra lets a client end so\n"));
  const Answerer forgiven("+PONG\nmore\n");
  EXPECT_EQ(client({"exchange", forgiven.url(), "--send", "PING", "--expect", "+PONG", "--allow-extra"}).exit,
            Exit::code(0));
}

TEST_F(Exchange, ExitsWith3WhenNobodyIsThere) {
  Listener nobody;
  nobody.close();
  const Finished finished = client({"exchange", nobody.url(), "--expect", "x", "--retry", "1", "--every", "1ms"});
  EXPECT_EQ(finished.exit, Exit::code(3));
  EXPECT_THAT(finished.error, AllOf(HasSubstr("\n  --> " + nobody.url() + "\n"), HasSubstr("retried   2 attempts")));
}

TEST_F(Exchange, ExitsWith1WhenNoAnswerComes) {
  const Answerer silent("");
  const Finished finished = client({"exchange", silent.url(), "--send", "x", "--expect", "x", "--timeout", "50ms"});
  EXPECT_EQ(finished.exit, Exit::code(1));
  EXPECT_THAT(finished.error, StartsWith("error: expect timed out: timeout 50ms "));
}

TEST_F(Exchange, WaitsForAServerThatComesUp) {
  // It takes connections before it is ready.
  Listener listener;
  std::jthread server([&listener] {
    listener.accept();
    Socket socket = listener.accept();
    socket.receive_exactly(5);
    socket.send_all("+PONG\n");
    socket.receive_until_eof();
  });
  EXPECT_EQ(
      client({"exchange", listener.url(), "--send", "PING", "--expect", "+PONG", "--retry", "5", "--every", "1ms"})
          .exit,
      Exit::code(0));
}

TEST_F(Exchange, IsKeptAsAScenario) {
  const ServerProcess server;
  const Finished kept = client({"exchange", server.url(), "--send", "a", "--expect", "GOT:a", "--write", "a.json"});
  EXPECT_EQ(kept.exit, Exit::code(0)) << kept.error;
  EXPECT_EQ(client({"run", "a.json"}).exit, Exit::code(0));
  const Finished failed = client({"exchange", server.url(), "--send", "a", "--expect", "a", "--write", "b.json"});
  EXPECT_EQ(failed.exit, Exit::code(1));
  EXPECT_THAT(support::normalized(failed.error), HasSubstr("\nagain: echo_client run --seed SEED b.json\n"));
  EXPECT_EQ(client({"exchange", "tcp://h:1", "--send", "a", "--write", "none/b.json"}).exit, Exit::code(2));
}

TEST_F(Exchange, ReportsWhereOnTheCommandLineItFailed) {
  const Answerer wrong("+PoNG\n");
  const Finished finished =
      client({"exchange", wrong.url(), "--send", "PING", "--expect", "+PONG", "--report", "json=-", "--quiet"});
  EXPECT_THAT(finished.output, AllOf(HasSubstr(R"("file": "<command line>")"),
                                     HasSubstr(R"("pointer": "/clients/0/steps/0/exchange/expect")")));
}

TEST_F(Exchange, SaysWhatTheServerOfABenchIsToDo) {
  const ServerProcess server;
  const Finished finished = client({"bench", server.url(), "--warmup", "0s", "--duration", "1ms", "--prefix", "X:"});
  EXPECT_EQ(finished.exit, Exit::code(1));
  EXPECT_THAT(finished.error, HasSubstr(R"(
  --> no --send and --expect: the server is to echo lines with "X:" in front (--prefix)
 $ | echo_client bench tcp://)"));
}

TEST_F(Exchange, IsMeasuredByBench) {
  const ServerProcess server;
  const Finished finished = client({"bench", server.url(), "--warmup", "0s", "--duration", "50ms", "--send",
                                    "${iteration}", "--expect", "GOT:${iteration}", "--write", "-"});
  EXPECT_EQ(finished.exit, Exit::code(0)) << finished.error;
  EXPECT_THAT(finished.output, HasSubstr(R"("expect": "GOT:${iteration}")"));
}

}  // namespace
}  // namespace programs
