// scripts/demo, with an echo_server and an echo_client that only pretend.

#include <filesystem>
#include <string>
#include <string_view>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/process.h"
#include "tests/support/temporary_directory.h"

namespace {

using support::Exit;
using support::Finished;
using support::TemporaryDirectory;
using testing::HasSubstr;
using testing::Not;

class Demo : public testing::Test {
 protected:
  static constexpr std::string_view kReady = "echo 'READY {\"url\":\"tcp://127.0.0.1:4711\",\"pid\":1}'\n";

  void pretend(std::string_view name, std::string_view script) {
    const std::filesystem::path program = bin_.write(name, "#!/bin/sh\n" + std::string(script));
    std::filesystem::permissions(program, std::filesystem::perms::owner_all);
  }

  /// A server that is ready and, asked to end, ends with this code.
  void pretend_server_ends_with(int code) {
    const std::string fifo = bin_ / "never";
    pretend("echo_server", "trap 'echo >" + stopped().string() + "; exit " + std::to_string(code) + "' TERM\n" +
                               "echo the log >&2; mkfifo " + fifo + "; exec 3<>" + fifo + "\n" + std::string(kReady) +
                               "read line <&3\n");
  }

  Finished run_demo() {
    const std::filesystem::path scenario = bin_.write("scenario.json", "{}");
    return support::run(
        {.arguments = {GOTBACK_SOURCE_DIR "/scripts/demo", scenario}, .environment = {{"GOTBACK_BIN", bin_.path()}}});
  }

  std::filesystem::path stopped() const { return bin_ / "stopped"; }

 private:
  TemporaryDirectory bin_;
};

TEST_F(Demo, PassesWhenTheClientPasses) {
  pretend_server_ends_with(0);
  pretend("echo_client", "echo \"called with $*\" >&2");
  const Finished finished = run_demo();
  EXPECT_EQ(finished.exit, Exit::code(0)) << finished.error;
  EXPECT_THAT(finished.error, HasSubstr("called with run --target tcp://127.0.0.1:4711 /"));
  EXPECT_THAT(finished.output, HasSubstr("demo: PASSED"));
  EXPECT_TRUE(std::filesystem::exists(stopped()));
}

TEST_F(Demo, FailsWhenTheClientFails) {
  pretend_server_ends_with(0);
  pretend("echo_client", "exit 3");
  const Finished finished = run_demo();
  EXPECT_EQ(finished.exit, Exit::code(1));
  EXPECT_THAT(finished.error, HasSubstr("demo: FAILED: echo_client ended with exit code 3"));
  EXPECT_THAT(finished.error, HasSubstr("the log\n"));
  EXPECT_THAT(finished.output, Not(HasSubstr("PASSED")));
}

TEST_F(Demo, FailsWhenTheServerDoesNotEndCleanly) {
  pretend_server_ends_with(1);
  pretend("echo_client", "");
  const Finished finished = run_demo();
  EXPECT_EQ(finished.exit, Exit::code(1));
  EXPECT_THAT(finished.error, HasSubstr("echo_server ended with exit code 1"));
}

TEST_F(Demo, FailsWhenTheServerIsNotReady) {
  pretend("echo_server", "echo 'bind: EADDRINUSE' >&2; exit 3");
  pretend("echo_client", "");
  const Finished finished = run_demo();
  EXPECT_EQ(finished.exit, Exit::code(1));
  EXPECT_THAT(finished.error, HasSubstr("no READY line"));
  EXPECT_THAT(finished.error, HasSubstr("bind: EADDRINUSE"));
}

TEST_F(Demo, FailsWhenTheServerSaysSomethingElse) {
  pretend("echo_server", "echo ready");
  pretend("echo_client", "");
  EXPECT_THAT(run_demo().error, HasSubstr("printed 'ready' instead of a READY line"));
}

TEST_F(Demo, FailsWhenNothingWasBuilt) {
  const Finished finished = run_demo();
  EXPECT_EQ(finished.exit, Exit::code(1));
  EXPECT_THAT(finished.error, HasSubstr("/echo_server (make build builds the programs)"));
}

}  // namespace
