#include "scheduler/signals.h"

#include <csignal>
#include <initializer_list>
#include <optional>
#include <vector>

#include <gtest/gtest.h>

#include "scheduler/backends/epoll.h"
#include "scheduler/cancel_scope.h"
#include "scheduler/scheduler.h"
#include "scheduler/scope.h"
#include "scheduler/sleep.h"
#include "tests/support/coroutines.h"
#include "tests/support/descriptor_limit.h"

namespace sched {
namespace {

using support::error_of;
using support::must;

using namespace std::chrono_literals;

bool is_blocked(int signal) {
  sigset_t mask{};
  ::pthread_sigmask(SIG_BLOCK, nullptr, &mask);
  return ::sigismember(&mask, signal) == 1;
}

void run(Task<> (*body)()) {
  Scheduler scheduler(make_epoll_backend().value());
  scheduler.run(body());
}

TEST(Signals, AreReceivedOneByOne) {
  run([]() -> Task<> {
    Signals signals{SIGUSR1, SIGUSR2};
    ::raise(SIGUSR1);
    EXPECT_EQ(must(co_await signals.next()), SIGUSR1);
    ::raise(SIGUSR2);
    EXPECT_EQ(must(co_await signals.next()), SIGUSR2);
  });
}

TEST(Signals, AreWaitedFor) {
  run([]() -> Task<> {
    Signals signals{SIGUSR1};
    Scope scope;
    scope.spawn([](Signals& from) -> Task<> { EXPECT_EQ(must(co_await from.next()), SIGUSR1); }(signals));
    must(co_await sleep_for(1ms));
    EXPECT_EQ(scope.size(), 1U);
    ::raise(SIGUSR1);
    must(co_await scope.join());
  });
}

TEST(Signals, AreDeliveredUntilThatIsCancelled) {
  run([]() -> Task<> {
    Signals signals{SIGUSR1, SIGUSR2};
    std::vector<int> obeyed;
    ::raise(SIGUSR1);
    Scope scope;
    scope.spawn(signals.deliver([&obeyed](int signal) {
      obeyed.push_back(signal);
      if (signal == SIGUSR1) ::raise(SIGUSR2);
    }));
    while (obeyed.size() < 2) must(co_await sleep_for(1ms));
    EXPECT_EQ(obeyed, (std::vector{SIGUSR1, SIGUSR2}));
    scope.cancel();
    EXPECT_EQ(error_of(co_await scope.join()), "cancelled");
  });
}

TEST(Signals, ForWhichThereIsNoDescriptorSaySo) {
  std::optional<Signals> signals;
  {
    const support::DescriptorLimit none(0);
    signals.emplace(std::initializer_list<int>{SIGUSR1});
  }
  EXPECT_EQ(error_of(signals->opened()), "EMFILE");
  EXPECT_TRUE(Signals{SIGUSR1}.opened());
}

TEST(Signals, AreNotLostWhenTheWaitIsCancelled) {
  run([]() -> Task<> {
    Signals signals{SIGUSR1};
    {
      const CancelScope limit(now() + 1ms);
      EXPECT_EQ(error_of(limit.outcome(co_await signals.next())), "timed out");
    }
    ::raise(SIGUSR1);
    EXPECT_EQ(must(co_await signals.next()), SIGUSR1);
  });
}

TEST(Signals, AreBlockedAsLongAsTheyAreWaitedForAndNoLonger) {
  EXPECT_FALSE(is_blocked(SIGUSR1));
  {
    const Signals signals{SIGUSR1};
    EXPECT_TRUE(is_blocked(SIGUSR1));
    EXPECT_FALSE(is_blocked(SIGUSR2));
  }
  EXPECT_FALSE(is_blocked(SIGUSR1));
}

TEST(Signals, ThatAskAProgramToEndLeaveAHangupAloneThatWasIgnored) {
  {
    const Signals signals = Signals::to_end();
    for (const int signal : {SIGINT, SIGTERM, SIGHUP}) EXPECT_TRUE(is_blocked(signal));
  }
  ::signal(SIGHUP, SIG_IGN);
  {
    const Signals signals = Signals::to_end();
    EXPECT_TRUE(is_blocked(SIGTERM));
    EXPECT_FALSE(is_blocked(SIGHUP));
  }
  ::signal(SIGHUP, SIG_DFL);
}

TEST(SignalsDeathTest, ThatDoNotExistAreAProgrammersError) { EXPECT_DEATH(Signals{9999}, "no such signal"); }

}  // namespace
}  // namespace sched
