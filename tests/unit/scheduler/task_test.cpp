#include "scheduler/task.h"

#include <memory>
#include <new>
#include <stdexcept>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "scheduler/scheduler.h"
#include "scheduler/scope.h"
#include "tests/support/coroutines.h"
#include "tests/support/simulate.h"

namespace sched {
namespace {

using support::error_of;
using support::simulate;

/// Counts how many of it there are.
class Counted {
 public:
  explicit Counted(int& alive) : alive_(&alive) { ++*alive_; }
  Counted(Counted&& other) noexcept : alive_(std::exchange(other.alive_, nullptr)) {}
  Counted(const Counted&) = delete;
  Counted& operator=(const Counted&) = delete;
  Counted& operator=(Counted&&) = delete;
  ~Counted() {
    if (alive_ != nullptr) --*alive_;
  }

 private:
  int* alive_;
};

Task<int> number(int value) { co_return value; }
Task<std::unique_ptr<int>> owned(int value) { co_return std::make_unique<int>(value); }
Task<> nothing(bool& ran) {
  ran = true;
  co_return;
}

TEST(Task, GivesItsValue) {
  simulate([]() -> Task<> {
    EXPECT_EQ(co_await number(7), 7);
    EXPECT_EQ(*co_await owned(8), 8);
  });
}

TEST(Task, DoesNothingUntilItIsAwaited) {
  simulate([]() -> Task<> {
    bool ran = false;
    Task<> task = nothing(ran);
    co_await yield();
    EXPECT_FALSE(ran);
    co_await std::move(task);
    EXPECT_TRUE(ran);
  });
}

Task<> hold(Counted) { co_return; }

TEST(Task, ThatNeverRunsFreesItsArguments) {
  int alive = 0;
  {
    const Task<> task = hold(Counted(alive));
    EXPECT_EQ(alive, 1);
  }
  EXPECT_EQ(alive, 0);
}

TEST(Task, ThatHasRunFreesItsArguments) {
  simulate([]() -> Task<> {
    int alive = 0;
    co_await hold(Counted(alive));
    EXPECT_EQ(alive, 0);
  });
}

TEST(Task, MovesAndKeepsItsWork) {
  simulate([]() -> Task<> {
    Task<int> first = number(1);
    Task<int> second = std::move(first);
    first = number(2);
    EXPECT_EQ(co_await std::move(second), 1);
    EXPECT_EQ(co_await std::move(first), 2);
  });
}

TEST(Task, IsAwaitedByTasksThatAreAwaited) {
  simulate([]() -> Task<> {
    const auto sum = [](auto self, int depth) -> Task<int> {
      if (depth == 0) co_return 0;
      co_return depth + co_await self(self, depth - 1);
    };
    EXPECT_EQ(co_await sum(sum, 100), 5050);
  });
}

TEST(Task, GivesTheSchedulerWhatItsRunReturns) {
  Scheduler scheduler(make_simulated_backend());
  EXPECT_EQ(scheduler.run(number(3)), 3);
  EXPECT_EQ(*scheduler.run(owned(4)), 4);
}

Task<Result<int>> fails_to_allocate() {
  throw std::bad_alloc();
  co_return 1;
}
Task<> fails_to_allocate_without_a_result() {
  throw std::bad_alloc();
  co_return;
}
Task<Result<void>> awaits_one_that_fails() {
  co_await fails_to_allocate_without_a_result();
  co_return Result<void>{};
}
Task<int> passes_it_on() {
  co_await fails_to_allocate_without_a_result();
  co_return 1;
}
Task<Result<int>> catches_it_at_the_end() { co_return co_await passes_it_on(); }

TEST(Task, MakesAnErrorOfAnAllocationThatFails) {
  simulate([]() -> Task<> {
    EXPECT_EQ(error_of(co_await fails_to_allocate()), "out of memory");
    EXPECT_EQ(error_of(co_await awaits_one_that_fails()), "out of memory");
    EXPECT_EQ(error_of(co_await catches_it_at_the_end()), "out of memory");
  });
}

TEST(Task, LetsAFailedAllocationThroughThatNoResultCanTell) {
  simulate([]() -> Task<> {
    bool caught = false;
    try {
      co_await passes_it_on();
    } catch (const std::bad_alloc&) {
      caught = true;
    }
    EXPECT_TRUE(caught);
  });
}

TEST(TaskDeathTest, EndsTheProcessWithTheMessageOfAnyOtherException) {
  EXPECT_DEATH(simulate([]() -> Task<> {
                 throw std::runtime_error("what went wrong");
                 co_return;
               }),
               "an exception left a task: what went wrong");
  EXPECT_DEATH(simulate([]() -> Task<> {
                 throw 1;
                 co_return;
               }),
               "an exception left a task");
}

}  // namespace
}  // namespace sched
