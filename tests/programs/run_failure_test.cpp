// What echo_client run shows of a server that is wrong: the whole text, from which a reader sees the fault.

#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <re2/re2.h>

#include "tests/programs/peer.h"
#include "tests/programs/run.h"
#include "tests/support/count_of.h"
#include "tests/support/listener.h"
#include "tests/support/normalized.h"
#include "tests/support/process.h"
#include "tests/support/socket.h"

namespace programs {
namespace {

using support::Exit;
using support::Finished;
using support::Listener;
using support::Socket;
using testing::EndsWith;

constexpr std::string_view kConversation = R"({
  "defaults": { "timeout": "1s" },
  "clients": [
    { "name": "greeter",
      "steps": [
        { "send": "Hello" },
        { "expect": "GOT:Hello" },
        { "send": "World" },
        { "expect": "GOT:World" } ] }
  ]
}
)";

class RunFailure : public RunOnBackend {
 protected:
  /// What is told, on standard error and nowhere else, when the server goes on like this after the client's Hello. The
  /// run has to fail, and for nothing but that.
  std::string told_of(std::function<void(Socket&)> play) const {
    const Peer peer([&play](Socket socket) {
      EXPECT_EQ(socket.receive_exactly(6), "Hello\n");
      play(socket);
    });
    write("talk.json", kConversation);
    const Finished finished = run(on_backend({"--target", peer.url(), "talk.json"}));
    EXPECT_EQ(finished.exit, Exit::code(1));
    EXPECT_EQ(finished.output, "");
    return support::normalized(finished.error);
  }

  /// The same when it says this, and then waits for the client's end.
  std::string told_of_answer(std::string_view answer) const {
    return told_of([answer](Socket& socket) {
      socket.send_all(answer);
      socket.receive_until_eof();
    });
  }
};

INSTANTIATE_TEST_SUITE_P(, RunFailure, testing::Values("epoll", "io_uring"),
                         [](const auto& backend) { return std::string(backend.param); });

TEST_P(RunFailure, ShowsTheFirstByteThatIsWrong) {
  EXPECT_EQ(told_of_answer("GOT:HellO\n"),
            R"(error: expect failed: equals                       scenario "talk", client "greeter" 0, tcp ADDRESS
  --> talk.json:7:21  /clients/0/steps/1/expect
 7 |         { "expect": "GOT:Hello" },
   |                     ^^^^^^^^^^^
   |   expected  "GOT:Hello"
   |   received  "GOT:HellO"      first difference at byte 8 (6f, received 4f)
   |   after TIME of 1s; 0 bytes unread; peer open; seed SEED
again: echo_client run --target tcp://ADDRESS --seed SEED --backend NAME talk.json
FAIL talk: 1 of 1 client failed, 0 replies matched, 6 B sent, 10 B received, TIME
FAIL: 0 of 1 scenario passed, 1 client, 0 replies matched, TIME
)");
}

TEST_P(RunFailure, ShowsBytesThatCannotBePrinted) {
  EXPECT_EQ(told_of_answer(std::string_view("GOT:He\0\x1b[31m\xff\n", 14)),
            R"(error: expect failed: equals                       scenario "talk", client "greeter" 0, tcp ADDRESS
  --> talk.json:7:21  /clients/0/steps/1/expect
 7 |         { "expect": "GOT:Hello" },
   |                     ^^^^^^^^^^^
   |   expected  "GOT:Hello"
   |   received  "GOT:He\x00\x1b[31m\xff"      first difference at byte 6 (6c, received 00)
   |   after TIME of 1s; 0 bytes unread; peer open; seed SEED
again: echo_client run --target tcp://ADDRESS --seed SEED --backend NAME talk.json
FAIL talk: 1 of 1 client failed, 0 replies matched, 6 B sent, 14 B received, TIME
FAIL: 0 of 1 scenario passed, 1 client, 0 replies matched, TIME
)");
}

TEST_P(RunFailure, ShowsThatThePrefixIsMissing) {
  EXPECT_EQ(told_of_answer("Hello\n"),
            R"(error: expect failed: equals                       scenario "talk", client "greeter" 0, tcp ADDRESS
  --> talk.json:7:21  /clients/0/steps/1/expect
 7 |         { "expect": "GOT:Hello" },
   |                     ^^^^^^^^^^^
   |   expected  "GOT:Hello"
   |   received  "Hello"      first difference at byte 0 (47, received 48); the first 4 bytes are missing
   |   after TIME of 1s; 0 bytes unread; peer open; seed SEED
again: echo_client run --target tcp://ADDRESS --seed SEED --backend NAME talk.json
FAIL talk: 1 of 1 client failed, 0 replies matched, 6 B sent, 6 B received, TIME
FAIL: 0 of 1 scenario passed, 1 client, 0 replies matched, TIME
)");
}

TEST_P(RunFailure, ShowsAnAnswerThatCameTwice) {
  EXPECT_EQ(told_of_answer("GOT:Hello\nGOT:Hello\n"),
            R"(error: expect failed: equals                       scenario "talk", client "greeter" 0, tcp ADDRESS
  --> talk.json:9:21  /clients/0/steps/3/expect
 9 |         { "expect": "GOT:World" } ] }
   |                     ^^^^^^^^^^^
   |   expected  "GOT:World"
   |   received  "GOT:Hello"      first difference at byte 4 (57, received 48)
   |   after TIME of 1s; 0 bytes unread; peer open; seed SEED
again: echo_client run --target tcp://ADDRESS --seed SEED --backend NAME talk.json
FAIL talk: 1 of 1 client failed, 1 reply matched, 12 B sent, 20 B received, TIME
FAIL: 0 of 1 scenario passed, 1 client, 1 reply matched, TIME
)");
}

TEST_P(RunFailure, ShowsWhatCameBesideTheAnswers) {
  EXPECT_EQ(told_of_answer("GOT:Hello\nGOT:World\nand more\n"),
            R"(error: unread bytes at the end                     scenario "talk", client "greeter" 0, tcp ADDRESS
  --> talk.json:9:21  /clients/0/steps/3/expect
 9 |         { "expect": "GOT:World" } ] }
   |                     ^^^^^^^^^^^
   |   expected  nothing more; "allow_extra": true lets a client end so
   |   received  "and more\n"
   |   after TIME of 1s; 9 bytes unread; peer open; seed SEED
again: echo_client run --target tcp://ADDRESS --seed SEED --backend NAME talk.json
FAIL talk: 1 of 1 client failed, 2 replies matched, 12 B sent, 29 B received, TIME
FAIL: 0 of 1 scenario passed, 1 client, 2 replies matched, TIME
)");
}

TEST_P(RunFailure, ShowsThatNothingCame) {
  EXPECT_EQ(told_of_answer(""),
            R"(error: expect timed out: timeout 1s                scenario "talk", client "greeter" 0, tcp ADDRESS
  --> talk.json:7:21  /clients/0/steps/1/expect
 7 |         { "expect": "GOT:Hello" },
   |                     ^^^^^^^^^^^
   |   expected  "GOT:Hello"
   |   received  nothing
   |   after TIME of 1s; 0 bytes unread; peer open; seed SEED
again: echo_client run --target tcp://ADDRESS --seed SEED --backend NAME talk.json
FAIL talk: 1 of 1 client failed, 0 replies matched, 6 B sent, 0 B received, TIME
FAIL: 0 of 1 scenario passed, 1 client, 0 replies matched, TIME
)");
}

TEST_P(RunFailure, ShowsWhatCameOfALine) {
  EXPECT_EQ(told_of_answer("GOT:He"),
            R"(error: expect timed out: timeout 1s                scenario "talk", client "greeter" 0, tcp ADDRESS
  --> talk.json:7:21  /clients/0/steps/1/expect
 7 |         { "expect": "GOT:Hello" },
   |                     ^^^^^^^^^^^
   |   expected  "GOT:Hello"
   |   received  "GOT:He", which is no whole frame
   |   after TIME of 1s; 6 bytes unread; peer open; seed SEED
again: echo_client run --target tcp://ADDRESS --seed SEED --backend NAME talk.json
FAIL talk: 1 of 1 client failed, 0 replies matched, 6 B sent, 6 B received, TIME
FAIL: 0 of 1 scenario passed, 1 client, 0 replies matched, TIME
)");
}

TEST_P(RunFailure, ShowsThatTheServerClosedTooEarly) {
  EXPECT_EQ(told_of([](Socket& socket) { socket.send_all("GOT:Hel"); }),
            R"(error: expect failed: equals                       scenario "talk", client "greeter" 0, tcp ADDRESS
  --> talk.json:7:21  /clients/0/steps/1/expect
 7 |         { "expect": "GOT:Hello" },
   |                     ^^^^^^^^^^^
   |   expected  "GOT:Hello"
   |   received  "GOT:Hel"      received ends after 7 of 9 bytes
   |   after TIME of 1s; 0 bytes unread; peer closed; seed SEED
again: echo_client run --target tcp://ADDRESS --seed SEED --backend NAME talk.json
FAIL talk: 1 of 1 client failed, 0 replies matched, 6 B sent, 7 B received, TIME
FAIL: 0 of 1 scenario passed, 1 client, 0 replies matched, TIME
)");
}

TEST_P(RunFailure, ShowsThatTheServerReset) {
  EXPECT_EQ(told_of([](Socket& socket) { socket.reset(); }),
            R"(error: expect failed: ECONNRESET                   scenario "talk", client "greeter" 0, tcp ADDRESS
  --> talk.json:7:21  /clients/0/steps/1/expect
 7 |         { "expect": "GOT:Hello" },
   |                     ^^^^^^^^^^^
   |   expected  "GOT:Hello"
   |   received  nothing
   |   after TIME of 1s; 0 bytes unread; peer gone; seed SEED
again: echo_client run --target tcp://ADDRESS --seed SEED --backend NAME talk.json
FAIL talk: 1 of 1 client failed, 0 replies matched, 6 B sent, 0 B received, TIME
FAIL: 0 of 1 scenario passed, 1 client, 0 replies matched, TIME
)");
}

TEST_P(RunFailure, ShowsThatNobodyListens) {
  Listener listener;
  listener.close();
  write("talk.json", kConversation);
  const Finished finished = run(on_backend({"--target", listener.url(), "talk.json"}));
  EXPECT_EQ(finished.exit, Exit::code(3)) << "there is no server to be wrong";
  EXPECT_EQ(finished.output, "");
  EXPECT_EQ(support::normalized(finished.error),
            R"(error: connect failed: ECONNREFUSED                scenario "talk", client "greeter" 0, tcp ADDRESS
  --> talk.json:4:5  /clients/0
 4 |     { "name": "greeter",
   |     ^^^^^^^^^^^^^^^^^^^^
   |   tried     tcp ADDRESS; connect: ECONNREFUSED (Connection refused)
   |   after TIME of 10s; seed SEED
again: echo_client run --target tcp://ADDRESS --seed SEED --backend NAME talk.json
FAIL talk: 1 of 1 client could not connect, 0 replies matched, 0 B sent, 0 B received, TIME
FAIL: 0 of 1 scenario passed, 1 client, 0 replies matched, TIME (could not test)
)");
}

TEST_P(RunFailure, ShowsTheFirstOfManyThatFailAlike) {
  write("many.json", R"({
  "clients": [
    { "name": "crowd", "count": 50,
      "steps": [ { "exchange": { "send": "Hello", "expect": "GOT:HellO" } } ] }
  ]
}
)");
  const Finished finished = run(on_backend({"--embedded", "many.json"}));
  EXPECT_EQ(finished.exit, Exit::code(1));
  EXPECT_EQ(support::count_of("error: ", finished.error), 1);
  std::string told = support::normalized(finished.error);
  RE2::GlobalReplace(&told, R"("crowd" \d+, \d+, \d+ and)", R"("crowd" A, B, C and)");
  EXPECT_THAT(told, EndsWith(R"(
50 of 50 clients failed this step the same way: "crowd" A, B, C and 47 more.
again: echo_client run --embedded --seed SEED --backend NAME many.json
FAIL many: 50 of 50 clients failed, 0 replies matched, 300 B sent, 500 B received, TIME
FAIL: 0 of 1 scenario passed, 50 clients, 0 replies matched, TIME
)"));
}

}  // namespace
}  // namespace programs
