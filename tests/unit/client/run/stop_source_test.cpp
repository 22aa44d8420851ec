#include "client/run/stop_source.h"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "scheduler/backends/epoll.h"
#include "scheduler/scheduler.h"
#include "scheduler/scope.h"
#include "scheduler/sleep.h"
#include "scheduler/threads.h"
#include "tests/support/coroutines.h"

namespace client::run {
namespace {

using sched::Task;

Task<void> wait_for(const StopSource& source, int& told) { told = support::must(co_await source.wait()).signal; }

/// What each of `threads`, of which the first stops with `signal`, is told.
std::vector<int> told_to(unsigned threads, StopSource& source, int signal) {
  std::vector<int> told(threads);
  const auto ran = sched::run_on_threads(threads, [&](unsigned index) {
    sched::Scheduler scheduler(sched::make_epoll_backend().value());
    if (index == 0) EXPECT_TRUE(source.stop({.signal = signal}));
    scheduler.run(wait_for(source, told[index]));
  });
  EXPECT_TRUE(ran);
  return told;
}

TEST(StopSource, TellsTheThreadsThatHaveDescriptorsOfTheirOwn) {
  StopSource source;
  EXPECT_THAT(told_to(4, source, 2), testing::ElementsAre(2, 2, 2, 2));
}

TEST(StopSource, TellsThoseWhoComeLaterAndKeepsToTheFirst) {
  StopSource source;
  EXPECT_THAT(told_to(1, source, 15), testing::ElementsAre(15));
  EXPECT_FALSE(source.stop({.signal = 2}));
  EXPECT_FALSE(source.stop({}));
  EXPECT_EQ(source.reason(), StopReason{.signal = 15});
  int told = 0;
  sched::Scheduler scheduler(sched::make_epoll_backend().value());
  scheduler.run(wait_for(source, told));
  EXPECT_EQ(told, 15);
}

TEST(StopSource, TellsThatTheTimeIsOver) {
  StopSource source;
  EXPECT_EQ(source.reason(), std::nullopt);
  EXPECT_TRUE(source.stop({}));
  EXPECT_EQ(source.reason(), StopReason{});
  EXPECT_FALSE(source.stop({.signal = 2})) << "whatever comes later";
  EXPECT_EQ(source.reason(), StopReason{});
}

TEST(StopSource, LetsThoseGoWhoAreCancelled) {
  sched::Scheduler scheduler(sched::make_epoll_backend().value());
  scheduler.run([]() -> Task<void> {
    const StopSource source;
    sched::Scope scope;
    std::string error;
    scope.spawn([](const StopSource& waited, std::string& told) -> Task<void> {
      told = support::error_of(co_await waited.wait());
    }(source, error));
    co_await sched::yield();
    scope.cancel();
    [[maybe_unused]] const sched::Result<void> joined = co_await scope.join();
    EXPECT_EQ(error, "cancelled");
  }());
}

}  // namespace
}  // namespace client::run
