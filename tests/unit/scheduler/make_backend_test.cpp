#include "scheduler/make_backend.h"

#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <string>

#include <gtest/gtest.h>
#include <seccomp.h>

namespace {

using sched::BackendKind;
using sched::ChosenBackend;
using sched::Result;

/// From here on this process cannot make an io_uring, as in most containers.
void forbid_io_uring(int error_number) {
  const scmp_filter_ctx filter = ::seccomp_init(SCMP_ACT_ALLOW);
  const bool forbidden = filter != nullptr &&
                         ::seccomp_rule_add(filter, SCMP_ACT_ERRNO(static_cast<std::uint16_t>(error_number)),
                                            SCMP_SYS(io_uring_setup), 0) == 0 &&
                         ::seccomp_load(filter) == 0;
  if (!forbidden) ::_exit(100);
}

/// In a process of its own, which the filter outlives: prints what was chosen, and exits.
[[noreturn]] void print_choice(BackendKind kind, int error_number) {
  forbid_io_uring(error_number);
  const Result<ChosenBackend> chosen = sched::make_backend(kind);
  const std::string text =
      chosen ? std::string(chosen->backend->name()) + "; " + chosen->reason + "\n" : describe(chosen.error()) + "\n";
  [[maybe_unused]] const auto written = ::write(STDERR_FILENO, text.data(), text.size());
  ::_exit(chosen ? 0 : 1);
}

class MakeBackendWhereRingsAreForbidden : public testing::Test {
 protected:
  // The process that is forked must not share this one's memory of a ring.
  MakeBackendWhereRingsAreForbidden() { GTEST_FLAG_SET(death_test_style, "threadsafe"); }
};

TEST_F(MakeBackendWhereRingsAreForbidden, FallsBackToEpollAndSaysWhy) {
  EXPECT_EXIT(print_choice(BackendKind::automatic, EPERM), testing::ExitedWithCode(0),
              "epoll; io_uring is not available \\(io_uring_setup: EPERM\\); using epoll");
  EXPECT_EXIT(print_choice(BackendKind::automatic, ENOSYS), testing::ExitedWithCode(0),
              "epoll; io_uring is not available \\(io_uring_setup: ENOSYS\\); using epoll");
}

TEST_F(MakeBackendWhereRingsAreForbidden, FailsWhenIoUringIsDemanded) {
  EXPECT_EXIT(print_choice(BackendKind::io_uring, EPERM), testing::ExitedWithCode(1),
              "^io_uring_setup: EPERM \\(Operation not permitted\\)");
}

TEST_F(MakeBackendWhereRingsAreForbidden, GivesEpollWhenEpollIsAskedFor) {
  EXPECT_EXIT(print_choice(BackendKind::epoll, EPERM), testing::ExitedWithCode(0), "^epoll; \n");
}

TEST(MakeBackend, GivesWhatIsAskedForWithoutAReason) {
  for (const auto& [kind, name] : {std::pair(BackendKind::epoll, "epoll"), std::pair(BackendKind::io_uring, "io_uring"),
                                   std::pair(BackendKind::automatic, "io_uring")}) {
    const Result<ChosenBackend> chosen = sched::make_backend(kind);
    ASSERT_TRUE(chosen.has_value()) << describe(chosen.error());
    EXPECT_EQ(chosen->backend->name(), name);
    EXPECT_EQ(chosen->reason, "");
  }
}

}  // namespace
