// Both programs where descriptors run out at the start, whichever is the first that is missing: they do what they were
// asked for, or say what was missing.

#include <algorithm>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/programs/echo_server.h"
#include "tests/programs/run.h"
#include "tests/support/process.h"
#include "tests/support/server_process.h"

namespace programs {
namespace {

using support::Command;
using support::Exit;
using support::Finished;
using support::Process;
using support::ServerProcess;
using support::Stream;
using testing::AllOf;
using testing::AnyOf;
using testing::HasSubstr;

/// The loader of programs needs one more than the three that are open.
constexpr int kFewest = 4;
constexpr int kEnough = 22;

std::vector<std::string> with_descriptors(int count, std::vector<std::string> words) {
  const std::string limit = std::to_string(count);
  words.insert(words.begin(), {"prlimit", "--nofile=" + limit + ":" + limit});
  return words;
}

/// LeakSanitizer needs some, too.
Command command_of(std::vector<std::string> words) {
  return {.arguments = std::move(words), .environment = {{"ASAN_OPTIONS", "detect_leaks=0"}}};
}

class FewDescriptors : public EchoServer {};
INSTANTIATE_TEST_SUITE_P(, FewDescriptors, testing::Values("epoll", "io_uring", "auto"), name_of_backend);

TEST_P(FewDescriptors, LetTheServerServeOrSayWhatIsMissing) {
  const std::string name = "unix:@gotback-test-" + std::to_string(::getpid());
  for (const char* threads : {"1", "2"}) {
    int served = 0;
    for (int count = kFewest; count <= kEnough; ++count) {
      Process server(command_of(with_descriptors(count, words({"--threads", threads, "tcp://127.0.0.1:0", name}))));
      try {
        server.wait_for_line(Stream::output, [](auto line) { return line.starts_with("READY "); });
        server.signal(SIGTERM);
        EXPECT_EQ(server.wait(), Exit::code(0)) << count;
        ++served;
      } catch (const std::runtime_error&) {
        EXPECT_EQ(server.wait(), Exit::code(3)) << count;
        EXPECT_THAT(server.written(Stream::error), HasSubstr("EMFILE (Too many open files)\n")) << count;
        EXPECT_EQ(served, 0) << "it served with fewer than " << count;
      }
    }
    EXPECT_GT(served, 0);
  }
}

class FewDescriptorsOfTheClient : public Run {
 protected:
  FewDescriptorsOfTheClient() { write("hello.json", kHello); }

  Finished run_with(int count, std::vector<std::string> words, std::string_view input = {}) const {
    words.insert(words.begin(), support::program_path("echo_client"));
    Command command = command_of(with_descriptors(count, std::move(words)));
    command.working_directory = folder_.path();
    return support::run(std::move(command), input);
  }

  /// Runs it with more and more descriptors. It ends as it should, `good`, or with `failed` and words.
  void expect_told(const std::vector<std::string>& words, int good, int failed, std::string_view input = {}) const {
    for (int count = kFewest; count <= kEnough; ++count) {
      const Finished finished = run_with(count, words, input);
      if (finished.exit == Exit::code(good)) continue;
      EXPECT_EQ(finished.exit, Exit::code(failed)) << words.front() << " with " << count;
      EXPECT_THAT(finished.error, AnyOf(HasSubstr("EMFILE"), HasSubstr("RLIMIT_NOFILE"))) << count;
    }
  }

  ServerProcess server_;
};

TEST_F(FewDescriptorsOfTheClient, LetItTalkOrSayWhatIsMissing) {
  for (const std::string backend : {"epoll", "io_uring", "auto"}) {
    expect_told({"connect", "--backend", backend, server_.url()}, 0, 1, "Hello\n");
    expect_told({"connect", "--backend", backend, "-zv", server_.url()}, 0, 1);
  }
}

TEST_F(FewDescriptorsOfTheClient, LetItRunScenariosOrSayWhatIsMissing) {
  for (const int count : {kFewest + 1, 8, 12, 32}) {
    for (const std::string& where : {std::string("--embedded"), "--target=" + server_.url()}) {
      const Finished finished = run_with(count, {"run", where, "hello.json"});
      EXPECT_EQ(finished.exit, Exit::code(3)) << where << count;
      EXPECT_THAT(finished.error, AnyOf(HasSubstr("EMFILE"), HasSubstr("RLIMIT_NOFILE"))) << where << count;
    }
  }
  bool has_run = false;
  for (int count = kFewest + 1; count <= kEnough; ++count) {
    const Finished finished = run_with(count, {"run", "--simulate", "hello.json"});
    if (count == kFewest + 1) EXPECT_EQ(finished.exit, Exit::code(3)) << "nothing would see a signal";
    has_run = has_run || finished.exit == Exit::code(0);
    if (has_run) EXPECT_EQ(finished.exit, Exit::code(0)) << count;
    if (has_run) continue;
    EXPECT_EQ(finished.exit, Exit::code(3)) << count;
    EXPECT_THAT(finished.error, AllOf(HasSubstr("cannot start: "), HasSubstr("EMFILE"))) << count;
  }
  EXPECT_TRUE(has_run);
}

TEST_F(FewDescriptorsOfTheClient, LetItLoadOrSayWhatIsMissing) {
  expect_told({"bench", server_.url(), "--connections", "1", "--duration", "10ms"}, 0, 3);
}

TEST_F(FewDescriptorsOfTheClient, LetItCheckScenariosAndShowHelp) {
  for (const std::vector<std::string>& words :
       std::vector<std::vector<std::string>>{{"check", "hello.json"}, {"schema"}, {"help"}}) {
    for (int count = kFewest; count <= 8; ++count) EXPECT_EQ(run_with(count, words).exit, Exit::code(0)) << count;
  }
}

}  // namespace
}  // namespace programs
