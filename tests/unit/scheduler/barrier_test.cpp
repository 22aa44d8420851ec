#include "scheduler/barrier.h"

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

TEST(Barrier, OpensWhenTheLastHasArrivedAgainAndAgain) {
  simulate([]() -> Task<> {
    constexpr int kParties = 4;
    Barrier barrier(kParties);
    int arrived = 0;
    Scope scope;
    for (int i = 0; i < kParties; ++i) {
      scope.spawn([](Barrier& gate, int& count, int number) -> Task<> {
        for (int round = 1; round <= 10; ++round) {
          must(co_await sleep_for(number * 1ms));
          ++count;
          must(co_await gate.arrive());
          EXPECT_GE(count, round * kParties);
          EXPECT_LE(count, (round + 1) * kParties);
        }
      }(barrier, arrived, i));
    }
    must(co_await scope.join());
    EXPECT_EQ(arrived, 10 * kParties);
    EXPECT_EQ(barrier.waiting(), 0U);
  });
}

TEST(Barrier, OfOnePartyIsAlwaysOpen) {
  simulate([]() -> Task<> {
    Barrier barrier(1);
    for (int i = 0; i < 3; ++i) must(co_await barrier.arrive());
  });
}

TEST(Barrier, DoesNotCountWhoWasCancelled) {
  simulate([]() -> Task<> {
    Barrier barrier(2);
    {
      const CancelScope limit(now() + 1ms);
      EXPECT_EQ(error_of(limit.outcome(co_await barrier.arrive())), "timed out");
    }
    EXPECT_EQ(barrier.waiting(), 0U);
    const CancelScope limit(now() + 1ms);
    EXPECT_EQ(error_of(limit.outcome(co_await barrier.arrive())), "timed out");
  });
}

TEST(Barrier, ThatIsBrokenTellsThoseWhoWaitAndThoseWhoCome) {
  simulate([]() -> Task<> {
    Barrier barrier(3);
    Scope scope;
    for (int i = 0; i < 2; ++i) {
      scope.spawn([](Barrier& gate) -> Task<> { EXPECT_EQ(error_of(co_await gate.arrive()), "broken"); }(barrier));
    }
    must(co_await sleep_for(1ms));
    EXPECT_EQ(barrier.waiting(), 2U);
    barrier.break_up();
    EXPECT_EQ(barrier.waiting(), 0U);
    must(co_await scope.join());
    EXPECT_EQ(error_of(co_await barrier.arrive()), "broken");
  });
}

TEST(BarrierDeathTest, HasAPartyAtLeast) { EXPECT_DEATH(Barrier(0), "a barrier has a party at least"); }

}  // namespace
}  // namespace sched
