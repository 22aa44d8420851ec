// The command line of echo_client, the built program.

#include <algorithm>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/process.h"
#include "tests/support/server_process.h"

namespace programs {
namespace {

using support::Exit;
using support::Finished;
using support::ServerProcess;
using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

TEST(EchoClient, ConnectsWithoutTheWord) {
  ServerProcess server;
  const std::string port = server.url().substr(server.url().rfind(':') + 1);
  const std::string program = support::program_path("echo_client");
  EXPECT_EQ(support::run({.arguments = {program, server.url()}}, "Hello").output, "GOT:Hello");
  EXPECT_EQ(support::run({.arguments = {program, "127.0.0.1", port}}, "World").output, "GOT:World");
}

TEST(EchoClient, TellsAWrongCommandLineOnOneLine) {
  const std::string program = support::program_path("echo_client");
  for (const std::vector<std::string>& more :
       std::vector<std::vector<std::string>>{{},
                                             {"--bogus"},
                                             {"connect"},
                                             {"localhost", "25000", "-w", "soon"},
                                             {"run", "--embedded", "--spawn", "x", "a"}}) {
    std::vector<std::string> arguments{program};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const Finished finished = support::run({.arguments = arguments});
    EXPECT_EQ(finished.exit, Exit::code(2));
    EXPECT_EQ(finished.output, "");
    EXPECT_THAT(finished.error, AllOf(StartsWith("echo_client: "), testing::EndsWith("--help'\n")));
    EXPECT_EQ(std::ranges::count(finished.error, '\n'), 1) << finished.error;
  }
}

TEST(EchoClient, PrintsHelpAndVersionOnStandardOutput) {
  const std::string program = support::program_path("echo_client");
  for (const char* option : {"--help", "--version"}) {
    const Finished finished = support::run({.arguments = {program, option}});
    EXPECT_EQ(finished.exit, Exit::code(0));
    EXPECT_THAT(finished.output, HasSubstr("echo_client"));
    EXPECT_EQ(finished.error, "");
  }
}

}  // namespace
}  // namespace programs
