#include "scheduler/rest.h"

#include <vector>

#include <gtest/gtest.h>

#include "scheduler/cancel_scope.h"
#include "scheduler/scope.h"
#include "scheduler/sleep.h"
#include "tests/support/coroutines.h"
#include "tests/support/simulate.h"

namespace sched {
namespace {

using support::must;
using support::simulate;

using namespace std::chrono_literals;

/// How long the rest takes, to the millisecond: a turn takes a little time.
Task<std::chrono::milliseconds> taken(Rest& rest) {
  const Instant before = now();
  must(co_await rest.take());
  co_return std::chrono::floor<std::chrono::milliseconds>(now() - before);
}

TEST(Rest, IsTwiceAsLongEachTimeUntilItIsTheLongest) {
  simulate([]() -> Task<> {
    Rest rest(10ms, 50ms);
    for (const auto expected : {10ms, 20ms, 40ms, 50ms, 50ms}) EXPECT_EQ(co_await taken(rest), expected);
    rest.begin_anew();
    EXPECT_EQ(co_await taken(rest), 10ms);
  });
}

TEST(Rest, IsOverWhenSomebodySaysSo) {
  simulate([]() -> Task<> {
    Rest rest(1h, 1h);
    Scope scope;
    scope.spawn([](Rest& ended) -> Task<> {
      must(co_await sleep_for(5ms));
      ended.end();
    }(rest));
    EXPECT_EQ(co_await taken(rest), 5ms);
    must(co_await scope.join());
  });
}

TEST(Rest, IsNotEndedBeforeItHasBegun) {
  simulate([]() -> Task<> {
    Rest rest(10ms, 10ms);
    rest.end();
    EXPECT_EQ(co_await taken(rest), 10ms);
  });
}

TEST(Rest, ThatIsTakenByOneIsJoinedByOthers) {
  simulate([]() -> Task<> {
    Rest rest(10ms, 1h);
    Scope scope;
    for (int i = 0; i < 3; ++i) {
      scope.spawn([](Rest& joined) -> Task<> {
        const Instant begun = now();
        must(co_await joined.take());
        EXPECT_LT(now() - begun, 11ms);
      }(rest));
    }
    must(co_await scope.join());
    EXPECT_EQ(co_await taken(rest), 20ms) << "it was one rest";
  });
}

TEST(Rest, CanBeCancelledAndTakenAgain) {
  simulate([]() -> Task<> {
    Rest rest(10ms, 10ms);
    {
      const CancelScope limit(now() + 2ms);
      EXPECT_EQ(support::error_of(limit.outcome(co_await rest.take())), "timed out");
    }
    EXPECT_LT(co_await taken(rest), 10ms) << "what was left of it";
    EXPECT_EQ(co_await taken(rest), 10ms);
  });
}

}  // namespace
}  // namespace sched
