#include "scheduler/cancel_scope.h"

#include <optional>

#include <gtest/gtest.h>

#include "scheduler/event.h"
#include "scheduler/fiber.h"
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

Task<Result<void>> rest() { co_return co_await sleep_for(1h); }

TEST(CancelScope, EndsWhatWaitsInItAtItsDeadline) {
  simulate([]() -> Task<> {
    const Instant before = now();
    const CancelScope limit(before + 5ms);
    EXPECT_EQ(error_of(co_await rest()), "cancelled");
    EXPECT_TRUE(limit.expired());
    EXPECT_TRUE(limit.cancelled());
    EXPECT_GE(now() - before, 5ms);
    EXPECT_LT(now() - before, 6ms);
  });
}

TEST(CancelScope, LeavesAloneWhatIsDoneBefore) {
  simulate([]() -> Task<> {
    const CancelScope limit(now() + 5ms);
    must(co_await sleep_for(1ms));
    EXPECT_FALSE(limit.expired());
  });
}

TEST(CancelScope, ThatWasLeftCancelsNothingMore) {
  simulate([]() -> Task<> {
    {
      const CancelScope limit(now() + 5ms);
      must(co_await sleep_for(1ms));
    }
    must(co_await sleep_for(10ms));
    {
      CancelScope scope;
      scope.cancel();
      EXPECT_TRUE(Fiber::current().is_cancelled());
    }
    EXPECT_FALSE(Fiber::current().is_cancelled());
    must(co_await sleep_for(1ms));
  });
}

TEST(CancelScope, WithADeadlineInThePastStillTakesUntilTheTurnEnds) {
  simulate([]() -> Task<> {
    const CancelScope limit(now() - 1s);
    EXPECT_EQ(error_of(limit.outcome(co_await rest())), "timed out");
  });
}

TEST(CancelScope, SaysThatItTimedOutOnlyWhenItsOwnDeadlineDidIt) {
  simulate([]() -> Task<> {
    CancelScope outer(now() + 1ms);
    const CancelScope inner(now() + 1s);
    const Result<void> result = co_await rest();
    EXPECT_EQ(error_of(inner.outcome(result)), "cancelled");
    EXPECT_EQ(error_of(outer.outcome(result)), "timed out");
    EXPECT_EQ(error_of(outer.outcome(Result<void>(system_error("send", EPIPE)))), "EPIPE");
    EXPECT_EQ(outer.outcome(Result<int>(3)).value(), 3);
  });
}

TEST(CancelScope, CancelsWhatIsInsideAnInnerOne) {
  simulate([]() -> Task<> {
    CancelScope outer;
    const CancelScope inner(now() + 1s);
    outer.cancel();
    EXPECT_TRUE(Fiber::current().is_cancelled());
    EXPECT_EQ(error_of(co_await rest()), "cancelled");
    EXPECT_FALSE(inner.cancelled());
  });
}

TEST(CancelScope, OfAnInnerPartLeavesTheOuterAlone) {
  simulate([]() -> Task<> {
    const CancelScope outer(now() + 1s);
    {
      CancelScope inner;
      inner.cancel();
      EXPECT_EQ(error_of(co_await rest()), "cancelled");
    }
    EXPECT_FALSE(Fiber::current().is_cancelled());
    must(co_await sleep_for(1ms));
    EXPECT_FALSE(outer.cancelled());
  });
}

TEST(CancelScope, WithAShieldHidesWhatComesFromOutside) {
  simulate([]() -> Task<> {
    CancelScope outer;
    outer.cancel();
    {
      const CancelScope shield(now() + 1s, CancelScope::Shield::yes);
      EXPECT_FALSE(Fiber::current().is_cancelled());
      must(co_await sleep_for(1ms));
    }
    EXPECT_TRUE(Fiber::current().is_cancelled());
    EXPECT_EQ(error_of(co_await rest()), "cancelled");
  });
}

TEST(CancelScope, WithAShieldHasADeadlineOfItsOwn) {
  simulate([]() -> Task<> {
    CancelScope outer;
    outer.cancel();
    const CancelScope shield(now() + 2ms, CancelScope::Shield::yes);
    EXPECT_EQ(error_of(shield.outcome(co_await rest())), "timed out");
  });
}

TEST(CancelScope, InsideAShieldIsHiddenToo) {
  simulate([]() -> Task<> {
    CancelScope outer;
    const CancelScope shield(now() + 1s, CancelScope::Shield::yes);
    CancelScope inner;
    outer.cancel();
    EXPECT_FALSE(Fiber::current().is_cancelled());
    inner.cancel();
    EXPECT_TRUE(Fiber::current().is_cancelled());
    co_return;
  });
}

TEST(CancelScope, WithAShieldHidesTheCancellationOfTheFiber) {
  simulate([]() -> Task<> {
    bool finished = false;
    Scope scope;
    scope.spawn([](bool& done) -> Task<> {
      const CancelScope shield(now() + 1s, CancelScope::Shield::yes);
      must(co_await sleep_for(10ms));
      done = true;
    }(finished));
    must(co_await sleep_for(1ms));
    scope.cancel();
    must(co_await scope.join());
    EXPECT_TRUE(finished);
  });
}

TEST(CancelScope, CanBeCancelledByAnotherFiber) {
  simulate([]() -> Task<> {
    std::optional<CancelScope> part(std::in_place);
    Scope scope;
    scope.spawn([](CancelScope& other) -> Task<> {
      must(co_await sleep_for(1ms));
      other.cancel();
    }(*part));
    EXPECT_EQ(error_of(part->outcome(co_await rest())), "cancelled");
    part.reset();
    must(co_await scope.join());
  });
}

TEST(CancelScope, MayBeCancelledTwice) {
  simulate([]() -> Task<> {
    CancelScope scope(now() + 1ms);
    scope.cancel();
    scope.cancel();
    EXPECT_EQ(error_of(scope.outcome(co_await rest())), "cancelled");
    EXPECT_FALSE(scope.expired());
  });
}

TEST(CancelScopeDeathTest, IsLeftInTheOrderOppositeToTheOneItWasEnteredIn) {
  EXPECT_DEATH(simulate([]() -> Task<> {
                 std::optional<CancelScope> outer(std::in_place);
                 const CancelScope inner;
                 outer.reset();
                 co_return;
               }),
               "cancel scopes are left in the order opposite");
}

}  // namespace
}  // namespace sched
