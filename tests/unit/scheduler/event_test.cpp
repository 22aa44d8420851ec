#include "scheduler/event.h"

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

Task<> wait_and_count(Event& event, int& count) {
  must(co_await event.wait());
  ++count;
}

TEST(Event, LetsEveryoneThroughOnceItIsSet) {
  simulate([]() -> Task<> {
    Event event;
    int passed = 0;
    Scope scope;
    for (int i = 0; i < 5; ++i) scope.spawn(wait_and_count(event, passed));
    must(co_await sleep_for(1ms));
    EXPECT_EQ(passed, 0);
    event.set();
    must(co_await scope.join());
    EXPECT_EQ(passed, 5);
    must(co_await event.wait());
  });
}

TEST(Event, HoldsThoseBackWhoComeAfterAReset) {
  simulate([]() -> Task<> {
    Event event;
    event.set();
    EXPECT_TRUE(event.is_set());
    event.reset();
    EXPECT_FALSE(event.is_set());
    const CancelScope limit(now() + 1ms);
    EXPECT_EQ(error_of(limit.outcome(co_await event.wait())), "timed out");
  });
}

TEST(Event, LetsThroughWhoWaitedEvenIfItIsResetAtOnce) {
  simulate([]() -> Task<> {
    Event event;
    int passed = 0;
    Scope scope;
    scope.spawn(wait_and_count(event, passed));
    must(co_await sleep_for(1ms));
    event.set();
    event.reset();
    must(co_await scope.join());
    EXPECT_EQ(passed, 1);
  });
}

TEST(Event, ForgetsWhoWasCancelled) {
  simulate([]() -> Task<> {
    Event event;
    {
      const CancelScope limit(now() + 1ms);
      EXPECT_EQ(error_of(co_await event.wait()), "cancelled");
    }
    event.set();
    event.set();
  });
}

TEST(Event, ThatIsSetAndCancelledInOneTurnGivesItsResult) {
  simulate([]() -> Task<> {
    Event event;
    Scope scope;
    int passed = 0;
    scope.spawn(wait_and_count(event, passed));
    must(co_await sleep_for(1ms));
    event.set();
    scope.cancel();
    must(co_await scope.join());
    EXPECT_EQ(passed, 1);
  });
}

}  // namespace
}  // namespace sched
