// Waiting where epoll_pwait2(2) is not to be had: before Linux 5.11, and where a filter does not know it.

#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdint>

#include <gtest/gtest.h>
#include <seccomp.h>

#include "scheduler/backends/epoll.h"
#include "scheduler/listener.h"
#include "scheduler/scheduler.h"
#include "scheduler/scope.h"
#include "scheduler/sleep.h"
#include "tests/support/coroutines.h"

namespace sched {
namespace {

using support::must;

using namespace std::chrono_literals;

/// From here on the call fails with this errno in this process.
void forbid_exact_waits(int error_number) {
  const scmp_filter_ctx filter = ::seccomp_init(SCMP_ACT_ALLOW);
  const bool forbidden = filter != nullptr &&
                         ::seccomp_rule_add(filter, SCMP_ACT_ERRNO(static_cast<std::uint16_t>(error_number)),
                                            SCMP_SYS(epoll_pwait2), 0) == 0 &&
                         ::seccomp_load(filter) == 0;
  if (!forbidden) ::_exit(100);
}

Task<> exchange_and_sleep() {
  Listener listener = must(listen(*Address::ip("127.0.0.1", 0)));
  support::Pair pair = co_await support::connect_pair(listener);
  Scope scope;
  scope.spawn([](Stream& stream) -> Task<> {
    must(co_await sleep_for(2ms));
    must(co_await support::send_text(stream, "after a while"));
  }(pair.client));
  EXPECT_EQ(co_await support::receive_exactly(pair.server, 13), "after a while");
  must(co_await scope.join());
  // Shorter than what the other call can wait: it must not look again and again until the time has come.
  const std::uint64_t turns = Scheduler::current().turns();
  for (int i = 0; i < 20; ++i) {
    const Instant until = now() + 100us;
    must(co_await sleep_until(until));
    EXPECT_GE(now(), until);
  }
  EXPECT_LE(Scheduler::current().turns() - turns, 3 * 20U);
}

/// In a process of its own, which the filter outlives.
[[noreturn]] void wait_without(int error_number) {
  forbid_exact_waits(error_number);
  Scheduler scheduler(make_epoll_backend().value());
  scheduler.run(exchange_and_sleep());
  ::_exit(testing::Test::HasFailure() ? 1 : 0);
}

TEST(EpollBackendWhereItCannotWaitExactly, WaitsAtLeastAsLong) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(wait_without(ENOSYS), testing::ExitedWithCode(0), "");
  EXPECT_EXIT(wait_without(EPERM), testing::ExitedWithCode(0), "");
}

}  // namespace
}  // namespace sched
