#include "scheduler/scope.h"

#include <memory>
#include <new>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "scheduler/cancel_scope.h"
#include "scheduler/event.h"
#include "scheduler/scheduler.h"
#include "scheduler/sleep.h"
#include "tests/support/coroutines.h"
#include "tests/support/simulate.h"

namespace sched {
namespace {

using support::error_of;
using support::must;
using support::simulate;

using namespace std::chrono_literals;

Task<Result<void>> fail_with(ErrorCode code, Duration after) {
  if (const Result<void> slept = co_await sleep_for(after); !slept) co_return slept;
  co_return failure(code, "child");
}

Task<Result<void>> wait_for_ever(int& cancelled) {
  const Result<void> slept = co_await sleep_until(kNever);
  if (error_of(slept) == "cancelled") ++cancelled;
  co_return slept;
}

TEST(Scope, JoinsAtOnceWithoutChildren) {
  simulate([]() -> Task<> {
    Scope scope;
    must(co_await scope.join());
    must(co_await scope.join());
  });
}

TEST(Scope, StartsChildrenInALaterTurnOfTheQueue) {
  simulate([]() -> Task<> {
    bool started = false;
    Scope scope;
    scope.spawn([](bool& flag) -> Task<> {
      flag = true;
      co_return;
    }(started));
    EXPECT_FALSE(started);
    EXPECT_EQ(scope.size(), 1U);
    must(co_await scope.join());
    EXPECT_TRUE(started);
  });
}

TEST(Scope, JoinsWhenTheLastChildHasEnded) {
  simulate([]() -> Task<> {
    const Instant before = now();
    Scope scope;
    for (int i = 1; i <= 5; ++i) {
      scope.spawn([](Duration wait) -> Task<Result<void>> { co_return co_await sleep_for(wait); }(i * 10ms));
    }
    must(co_await scope.join());
    EXPECT_GE(now() - before, 50ms);
    EXPECT_LT(now() - before, 51ms);
  });
}

TEST(Scope, CancelsTheOthersWhenOneFailsAndTellsTheFirstFailure) {
  simulate([]() -> Task<> {
    int cancelled = 0;
    Scope scope;
    scope.spawn(wait_for_ever(cancelled));
    scope.spawn(fail_with(ErrorCode::broken, 2ms));
    scope.spawn(fail_with(ErrorCode::would_block, 3ms));
    scope.spawn(wait_for_ever(cancelled));
    EXPECT_EQ(error_of(co_await scope.join()), "broken");
    EXPECT_EQ(cancelled, 2);
  });
}

TEST(Scope, KeepsTheOthersWhereItSaysSoAndStillTellsTheFailure) {
  simulate([]() -> Task<> {
    int ended = 0;
    Scope scope(Scope::OnFailure::keep_siblings);
    scope.spawn(fail_with(ErrorCode::broken, 1ms));
    scope.spawn([](int& count) -> Task<> {
      must(co_await sleep_for(10ms));
      ++count;
    }(ended));
    EXPECT_EQ(error_of(co_await scope.join()), "broken");
    EXPECT_EQ(ended, 1);
  });
}

TEST(Scope, CancelsChildrenBeforeJoinReturns) {
  simulate([]() -> Task<> {
    int cancelled = 0;
    Scope scope;
    for (int i = 0; i < 10; ++i) scope.spawn(wait_for_ever(cancelled));
    must(co_await sleep_for(1ms));
    scope.cancel();
    EXPECT_EQ(scope.size(), 10U);
    EXPECT_EQ(error_of(co_await scope.join()), "cancelled");
    EXPECT_EQ(cancelled, 10);
  });
}

TEST(Scope, StartsAChildThatComesTooLateCancelled) {
  simulate([]() -> Task<> {
    int cancelled = 0;
    Scope scope;
    scope.cancel();
    scope.spawn(wait_for_ever(cancelled));
    EXPECT_EQ(error_of(co_await scope.join()), "cancelled");
    EXPECT_EQ(cancelled, 1);
  });
}

TEST(Scope, CancelsItsChildrenWhenWhoJoinsItIsCancelled) {
  simulate([]() -> Task<> {
    int cancelled = 0;
    Scope scope;
    scope.spawn(wait_for_ever(cancelled));
    const CancelScope limit(now() + 1ms);
    EXPECT_EQ(error_of(limit.outcome(co_await scope.join())), "timed out");
    EXPECT_EQ(cancelled, 1);
    EXPECT_EQ(scope.size(), 0U);
  });
}

TEST(Scope, CancelsItsChildrenWhenWhoJoinsItIsCancelledAlready) {
  simulate([]() -> Task<> {
    int cancelled = 0;
    Scope scope;
    scope.spawn(wait_for_ever(cancelled));
    CancelScope outer;
    outer.cancel();
    EXPECT_EQ(error_of(co_await scope.join()), "cancelled");
    EXPECT_EQ(cancelled, 1);
  });
}

TEST(Scope, WaitsForAChildThatTakesItsTimeToEnd) {
  simulate([]() -> Task<> {
    bool cleaned_up = false;
    Scope scope;
    scope.spawn([](bool& done) -> Task<> {
      EXPECT_EQ(error_of(co_await sleep_until(kNever)), "cancelled");
      const CancelScope shield(now() + 1s, CancelScope::Shield::yes);
      must(co_await sleep_for(50ms));
      done = true;
    }(cleaned_up));
    must(co_await sleep_for(1ms));
    scope.cancel();
    must(co_await scope.join());
    EXPECT_TRUE(cleaned_up);
  });
}

TEST(Scope, TakesChildrenWhileItIsJoined) {
  simulate([]() -> Task<> {
    int ended = 0;
    Scope scope;
    scope.spawn([](Scope& own, int& count) -> Task<> {
      must(co_await sleep_for(1ms));
      for (int i = 0; i < 3; ++i) {
        own.spawn([](int& total) -> Task<> {
          must(co_await sleep_for(1ms));
          ++total;
        }(count));
      }
    }(scope, ended));
    must(co_await scope.join());
    EXPECT_EQ(ended, 3);
  });
}

TEST(Scope, FreesTheArgumentsOfAChildWhenItEnds) {
  simulate([]() -> Task<> {
    const auto shared = std::make_shared<int>(1);
    Scope scope;
    scope.spawn([](std::shared_ptr<int>) -> Task<> { co_return; }(shared));
    EXPECT_EQ(shared.use_count(), 2);
    must(co_await scope.join());
    EXPECT_EQ(shared.use_count(), 1);
  });
}

TEST(Scope, TellsOfAChildThatRanOutOfMemory) {
  simulate([]() -> Task<> {
    int cancelled = 0;
    Scope scope;
    scope.spawn(wait_for_ever(cancelled));
    scope.spawn([]() -> Task<> {
      co_await yield();
      throw std::bad_alloc();
    }());
    EXPECT_EQ(error_of(co_await scope.join()), "out of memory");
    EXPECT_EQ(cancelled, 1);
  });
}

TEST(Scope, MayHoldScopesInItsChildren) {
  simulate([]() -> Task<> {
    int cancelled = 0;
    Scope scope;
    scope.spawn([](int& count) -> Task<Result<void>> {
      Scope inner;
      for (int i = 0; i < 3; ++i) inner.spawn(wait_for_ever(count));
      co_return co_await inner.join();
    }(cancelled));
    scope.spawn(fail_with(ErrorCode::broken, 1ms));
    EXPECT_EQ(error_of(co_await scope.join()), "broken");
    EXPECT_EQ(cancelled, 3);
  });
}

TEST(ScopeDeathTest, IsJoinedBeforeItEnds) {
  EXPECT_DEATH(simulate([]() -> Task<> {
                 int cancelled = 0;
                 Scope scope;
                 scope.spawn(wait_for_ever(cancelled));
                 co_return;
               }),
               "a scope ends while children run");
}

}  // namespace
}  // namespace sched
