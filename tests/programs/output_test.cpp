// What was asked for and cannot be written: both programs say so, and do not exit with 0.

#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/programs/peer.h"
#include "tests/programs/run.h"
#include "tests/support/process.h"
#include "tests/support/server_process.h"

namespace programs {
namespace {

using support::Exit;
using support::Finished;
using support::Socket;
using testing::HasSubstr;

/// A standard output that takes nothing, and the error that writing to it is.
struct Unwritable {
  const char* redirection;
  const char* error;
};
void PrintTo(const Unwritable& output, std::ostream* out) { *out << output.redirection; }

class Output : public Run, public testing::WithParamInterface<Unwritable> {
 protected:
  Finished call(const char* program, std::vector<std::string> words) const {
    words.insert(words.begin(), {"bash", "-c", std::string("exec \"$@\" ") + GetParam().redirection, "bash",
                                 support::program_path(program)});
    return support::run({.arguments = std::move(words), .working_directory = folder_.path()});
  }
};

INSTANTIATE_TEST_SUITE_P(, Output,
                         testing::Values(Unwritable{">/dev/full", "write: ENOSPC"}, Unwritable{">&-", "write: EBADF"}),
                         [](const auto& output) { return output.index == 0 ? "Full" : "Closed"; });

TEST_P(Output, OfTheClientIsMissed) {
  write("hello.json", kHello);
  for (const std::vector<std::string>& words : std::vector<std::vector<std::string>>{{"schema"},
                                                                                     {"help"},
                                                                                     {"help", "steps"},
                                                                                     {"--help"},
                                                                                     {"run", "--help"},
                                                                                     {"--version"},
                                                                                     {"check", "hello.json"},
                                                                                     {"run", "--list", "hello.json"}}) {
    const Finished finished = call("echo_client", words);
    EXPECT_EQ(finished.exit, Exit::code(7)) << words.front();
    EXPECT_THAT(finished.error,
                HasSubstr(std::string("echo_client: cannot write to standard output: ") + GetParam().error));
  }
}

TEST_P(Output, OfARunIsMissed) {
  write("hello.json", kHello);
  const Finished finished = call("echo_client", {"run", "--embedded", "--report", "json=-", "hello.json"});
  EXPECT_EQ(finished.exit, Exit::code(7));
  EXPECT_THAT(finished.error, HasSubstr(std::string("cannot write the report standard output: ") + GetParam().error));
  EXPECT_EQ(call("echo_client", {"run", "--embedded", "hello.json"}).exit, Exit::code(0)) << "which writes nothing";
}

TEST_P(Output, OfAConnectionIsMissed) {
  for (const char* backend : {"epoll", "io_uring"}) {
    Peer peer([](Socket socket) { socket.send_all("too much"); });
    const Finished finished = call("echo_client", {"connect", "--backend", backend, peer.url()});
    EXPECT_EQ(finished.exit, Exit::code(1)) << backend;
    EXPECT_THAT(finished.error, HasSubstr("standard output: ")) << backend;
  }
}

TEST_P(Output, OfTheServerIsMissed) {
  for (const char* option : {"--help", "--version"}) {
    const Finished finished = call("echo_server", {option});
    EXPECT_EQ(finished.exit, Exit::code(1));
    EXPECT_THAT(finished.error,
                HasSubstr(std::string("echo_server: cannot write to standard output: ") + GetParam().error));
  }
  const Finished finished = call("echo_server", {"tcp://127.0.0.1:0"});
  EXPECT_EQ(finished.exit, Exit::code(3));
  EXPECT_THAT(finished.error,
              HasSubstr(std::string("echo_server: cannot write READY to standard output: ") + GetParam().error));
}

}  // namespace
}  // namespace programs
