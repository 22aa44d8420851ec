#include "scheduler/semaphore.h"

#include <algorithm>
#include <vector>

#include <gtest/gtest.h>

#include "scheduler/cancel_scope.h"
#include "scheduler/scope.h"
#include "scheduler/sleep.h"
#include "tests/support/coroutines.h"
#include "tests/support/simulate.h"

namespace sched {
namespace {

using support::error_of;
using support::must;
using support::simulate;

using namespace std::chrono_literals;

TEST(Semaphore, LetsNoMoreInThanItHasPermits) {
  simulate([]() -> Task<> {
    Semaphore semaphore(3);
    int inside = 0;
    int most = 0;
    Scope scope;
    for (int i = 0; i < 20; ++i) {
      scope.spawn([](Semaphore& permits, int& now_inside, int& at_most) -> Task<> {
        must(co_await permits.acquire());
        at_most = std::max(at_most, ++now_inside);
        must(co_await sleep_for(1ms));
        --now_inside;
        permits.release();
      }(semaphore, inside, most));
    }
    must(co_await scope.join());
    EXPECT_EQ(most, 3);
    EXPECT_EQ(semaphore.permits(), 3U);
  });
}

TEST(Semaphore, ServesWhoHasWaitedLongest) {
  simulate([]() -> Task<> {
    Semaphore semaphore(0);
    std::vector<int> served;
    Scope scope;
    for (int i = 0; i < 5; ++i) {
      scope.spawn([](Semaphore& permits, std::vector<int>& order, int number) -> Task<> {
        must(co_await sleep_for(number * 1ms));
        must(co_await permits.acquire());
        order.push_back(number);
      }(semaphore, served, i));
    }
    must(co_await sleep_for(1s));
    for (int i = 0; i < 5; ++i) {
      semaphore.release();
      must(co_await sleep_for(1ms));
    }
    must(co_await scope.join());
    EXPECT_EQ(served, (std::vector<int>{0, 1, 2, 3, 4}));
  });
}

TEST(Semaphore, TakesNoPermitForWhoWasCancelled) {
  simulate([]() -> Task<> {
    Semaphore semaphore(0);
    {
      const CancelScope limit(now() + 1ms);
      EXPECT_EQ(error_of(limit.outcome(co_await semaphore.acquire())), "timed out");
    }
    semaphore.release();
    EXPECT_EQ(semaphore.permits(), 1U);
    CancelScope cancelled;
    cancelled.cancel();
    EXPECT_EQ(error_of(co_await semaphore.acquire()), "cancelled");
    EXPECT_EQ(semaphore.permits(), 1U);
  });
}

}  // namespace
}  // namespace sched
