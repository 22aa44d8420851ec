#include "tests/support/process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <cerrno>
#include <optional>
#include <stdexcept>
#include <system_error>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "scheduler/descriptor.h"
#include "tests/support/temporary_directory.h"

namespace support {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;

Command shell(std::string script) { return {.arguments = {"sh", "-c", std::move(script)}}; }

bool any_line(std::string_view) { return true; }

TEST(Process, ReportsTheExitCode) { EXPECT_EQ(run(shell("exit 3")).exit, Exit::code(3)); }

TEST(Process, ReportsTheSignalThatEndedIt) { EXPECT_EQ(run(shell("kill -TERM $$")).exit, Exit::signal(SIGTERM)); }

TEST(Process, TellsASignalFromTheExitCodeThatAShellGivesIt) {
  EXPECT_NE(run(shell("exit 143")).exit, Exit::signal(SIGTERM));
}

TEST(Process, KeepsTheTwoOutputsApart) {
  const Finished finished = run(shell("echo out; echo err >&2"));
  EXPECT_EQ(finished.output, "out\n");
  EXPECT_EQ(finished.error, "err\n");
}

TEST(Process, PassesEveryByteThroughAndEndsTheInput) {
  std::string bytes;
  for (int value = 0; value < 256; ++value) bytes.push_back(static_cast<char>(value));
  EXPECT_EQ(run({.arguments = {"cat"}}, bytes).output, bytes);
}

TEST(Process, DoesNotDeadlockWhenMoreIsWrittenThanThePipesHold) {
  const std::string bytes(8'000'000, 'x');
  EXPECT_EQ(run({.arguments = {"cat"}}, bytes).output, bytes);
}

TEST(Process, CollectsOutputWhileNobodyWaits) {
  Process process(shell("head -c 1000000 /dev/zero >&2; echo done"));
  process.wait_for_line(Stream::output, [](std::string_view line) { return line == "done"; });
  process.wait();
  EXPECT_EQ(process.written(Stream::error).size(), 1'000'000);
}

TEST(Process, GivesTheLinesThatMatchOneAfterTheOther) {
  Process process(shell("echo a1; echo b; echo a2; printf a3"));
  const auto starts_with_a = [](std::string_view line) { return line.starts_with("a"); };
  EXPECT_EQ(process.wait_for_line(Stream::output, starts_with_a), "a1");
  EXPECT_EQ(process.wait_for_line(Stream::output, starts_with_a), "a2");
  EXPECT_THROW(process.wait_for_line(Stream::output, starts_with_a), std::runtime_error);
}

TEST(Process, ReadsThroughATextThatIsNotALine) {
  Process process(shell("printf 'login: '; read name; printf 'hello %s> ' \"$name\"; cat"));
  EXPECT_EQ(process.read_until(Stream::output, ": "), "login: ");
  process.write_input("anna\n");
  EXPECT_EQ(process.read_until(Stream::output, "> "), "hello anna> ");
}

TEST(Process, AWaitThatFailsShowsTheCommandAndItsOutput) {
  Process process(shell("echo seen; echo trouble >&2; exit 1"));
  process.wait();
  try {
    process.wait_for_line(Stream::output, [](std::string_view) { return false; });
    FAIL() << "nothing was thrown";
  } catch (const std::runtime_error& error) {
    EXPECT_THAT(error.what(), HasSubstr("sh -c"));
    EXPECT_THAT(error.what(), HasSubstr("seen"));
    EXPECT_THAT(error.what(), HasSubstr("trouble"));
  }
}

TEST(Process, AWaitEndsWhenItsTimeHasPassed) {
  Process process({.arguments = {"cat"}});
  EXPECT_THROW(process.wait(milliseconds(1)), std::runtime_error);
  EXPECT_THROW(process.wait_for_line(Stream::output, any_line, milliseconds(1)), std::runtime_error);
  EXPECT_THROW(process.read_until(Stream::error, "x", milliseconds(1)), std::runtime_error);
}

TEST(Process, AWriteToAProgramThatDoesNotReadEndsWhenItsTimeHasPassed) {
  Process process(shell("kill -STOP $$"));
  EXPECT_THROW(process.write_input(std::string(1'000'000, 'x'), milliseconds(1)), std::runtime_error);
}

TEST(Process, AWriteToAClosedInputSaysSo) {
  Process process(shell("exec <&-; echo closed; kill -STOP $$"));
  process.wait_for_line(Stream::output, any_line);
  try {
    process.write_input("x");
    FAIL() << "nothing was thrown";
  } catch (const std::system_error& error) {
    EXPECT_EQ(error.code().value(), EPIPE);
  }
}

TEST(Process, DeliversSignals) {
  Process process(shell("trap 'echo caught; exit 5' USR1; echo ready; while :; do read line; done"));
  process.wait_for_line(Stream::output, any_line);
  process.signal(SIGUSR1);
  process.close_input();
  EXPECT_EQ(process.wait(), Exit::code(5));
  EXPECT_EQ(process.written(Stream::output), "ready\ncaught\n");
  process.signal(SIGUSR1);  // has ended: does nothing
}

TEST(Process, WaitsForTheProcessesThatHoldItsOutputOpen) {
  Process process(shell("exec 3<&0; (read line; echo late) <&3 & exit 0"));
  EXPECT_THROW(process.wait(milliseconds(100)), std::runtime_error);
  process.close_input();
  EXPECT_EQ(process.wait(), Exit::code(0));
  EXPECT_EQ(process.written(Stream::output), "late\n");
}

TEST(Process, KillsTheWholeGroupWhenDestroyed) {
  const TemporaryDirectory directory;
  const std::string fifo = directory / "fifo";
  ASSERT_EQ(::mkfifo(fifo.c_str(), 0600), 0);
  const sched::Descriptor reader(::open(fifo.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  // The grandchild holds the fifo's other end open for as long as it lives.
  std::optional<Process> process(std::in_place,
                                 shell("exec 3<&0; (exec 9>" + fifo + "; echo holding; cat) <&3 & wait"));
  process->wait_for_line(Stream::output, any_line);
  pollfd waiting{.fd = reader.get(), .events = POLLIN, .revents = 0};
  ASSERT_EQ(::poll(&waiting, 1, 0), 0);
  process.reset();
  EXPECT_EQ(::poll(&waiting, 1, static_cast<int>(milliseconds(kPatience).count())), 1);
  EXPECT_EQ(waiting.revents, POLLHUP);
}

TEST(Process, AddsToTheEnvironmentAndReplacesInIt) {
  ASSERT_EQ(::setenv("GOTBACK_KEPT", "kept", 1), 0);
  ASSERT_EQ(::setenv("GOTBACK_REPLACED", "old", 1), 0);
  Command command = shell("echo $GOTBACK_KEPT $GOTBACK_REPLACED $GOTBACK_NEW");
  command.environment = {{"GOTBACK_REPLACED", "replaced"}, {"GOTBACK_NEW", "new"}};
  EXPECT_EQ(run(std::move(command)).output, "kept replaced new\n");
}

TEST(Process, RunsWhereItIsTold) {
  const TemporaryDirectory directory;
  Command command{.arguments = {"pwd"}};
  command.working_directory = directory.path();
  EXPECT_EQ(run(std::move(command)).output, directory.path().string() + "\n");
}

TEST(Process, StartsWithDefaultSignalHandlers) { EXPECT_EQ(run(shell("kill -PIPE $$")).exit, Exit::signal(SIGPIPE)); }

TEST(Process, HandsOnNoDescriptorsButTheStandardOnes) {
  const Process other({.arguments = {"cat"}});
  const sched::Descriptor inheritable(::open("/dev/null", O_RDONLY));
  const Finished finished = run({.arguments = {"ls", "/proc/self/fd"}});
  EXPECT_EQ(finished.output, "0\n1\n2\n3\n");  // 3 is the folder that ls itself reads
}

TEST(Process, AProgramThatDoesNotExistCannotBeStarted) {
  try {
    const Process process({.arguments = {"/nonexistent/program"}});
    FAIL() << "nothing was thrown";
  } catch (const std::system_error& error) {
    EXPECT_EQ(error.code().value(), ENOENT);
    EXPECT_THAT(error.what(), HasSubstr("/nonexistent/program"));
  }
}

}  // namespace
}  // namespace support
