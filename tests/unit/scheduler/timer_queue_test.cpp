#include "scheduler/timer_queue.h"

#include <map>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "scheduler/backends/simulated_random.h"

namespace sched {
namespace {

using std::chrono::nanoseconds;

Instant at(std::int64_t time) { return Instant(nanoseconds(time)); }

/// Writes down its number when it expires.
class Noted final : public Timer {
 public:
  Noted(int number, std::vector<int>& expired) : number_(number), expired_(expired) {}
  void expire() override { expired_.push_back(number_); }

 private:
  int number_;
  std::vector<int>& expired_;
};

TEST(TimerQueue, ExpiresTheEarliestFirstAndEqualOnesInTheOrderTheyWereAdded) {
  TimerQueue queue;
  std::vector<int> expired;
  Noted first(1, expired);
  Noted second(2, expired);
  Noted third(3, expired);
  Noted fourth(4, expired);
  queue.add(third, at(20));
  queue.add(first, at(10));
  queue.add(fourth, at(20));
  queue.add(second, at(10));
  EXPECT_EQ(queue.next(), at(10));
  queue.expire_until(at(20));
  EXPECT_EQ(expired, (std::vector<int>{1, 2, 3, 4}));
  EXPECT_EQ(queue.next(), kNever);
}

TEST(TimerQueue, ExpiresWhatIsDueAndNothingElse) {
  TimerQueue queue;
  std::vector<int> expired;
  Noted due(1, expired);
  Noted later(2, expired);
  queue.add(due, at(10));
  queue.add(later, at(11));
  queue.expire_until(at(9));
  EXPECT_TRUE(expired.empty());
  queue.expire_until(at(10));
  EXPECT_EQ(expired, std::vector<int>{1});
  EXPECT_FALSE(due.is_pending());
  EXPECT_TRUE(later.is_pending());
  queue.remove(later);
}

TEST(TimerQueue, ExpiresAnInstantThatHasPassedAndNeverOneThatNeverComes) {
  TimerQueue queue;
  std::vector<int> expired;
  Noted past(1, expired);
  Noted never(2, expired);
  queue.add(past, Instant::min());
  queue.add(never, kNever);
  queue.expire_until(kNever - nanoseconds(1));
  EXPECT_EQ(expired, std::vector<int>{1});
  queue.remove(never);
}

TEST(TimerQueue, LeavesARemovedTimerAlone) {
  TimerQueue queue;
  std::vector<int> expired;
  Noted timer(1, expired);
  queue.remove(timer);
  queue.add(timer, at(1));
  queue.remove(timer);
  queue.remove(timer);
  queue.expire_until(at(5));
  EXPECT_TRUE(expired.empty());
  EXPECT_EQ(queue.size(), 0U);
}

/// Adds itself again when it expires, for the same instant.
class Again final : public Timer {
 public:
  explicit Again(TimerQueue& queue) : queue_(queue) {}
  void expire() override {
    ++times;
    queue_.add(*this, at(0));
  }

  int times = 0;

 private:
  TimerQueue& queue_;
};

TEST(TimerQueue, LeavesWhatIsAddedWhileItExpiresForTheNextCall) {
  TimerQueue queue;
  Again timer(queue);
  queue.add(timer, at(0));
  queue.expire_until(at(10));
  EXPECT_EQ(timer.times, 1);
  queue.expire_until(at(10));
  EXPECT_EQ(timer.times, 2);
  queue.remove(timer);
}

/// Removes another when it expires.
class Remover final : public Timer {
 public:
  Remover(TimerQueue& queue, Timer& other) : queue_(queue), other_(other) {}
  void expire() override { queue_.remove(other_); }

 private:
  TimerQueue& queue_;
  Timer& other_;
};

TEST(TimerQueue, LetsATimerRemoveAnotherThatIsDueToo) {
  TimerQueue queue;
  std::vector<int> expired;
  Noted victim(1, expired);
  Remover remover(queue, victim);
  queue.add(remover, at(1));
  queue.add(victim, at(1));
  queue.expire_until(at(1));
  EXPECT_TRUE(expired.empty());
}

TEST(TimerQueue, AgreesWithAMultimapOverAMillionOperations) {
  constexpr int kTimers = 2000;
  simulated::Random random(1);
  TimerQueue queue;
  std::vector<int> expired;
  std::vector<std::unique_ptr<Noted>> timers;
  for (int i = 0; i < kTimers; ++i) timers.push_back(std::make_unique<Noted>(i, expired));
  std::multimap<Instant, int> model;
  std::vector<std::multimap<Instant, int>::iterator> places(kTimers, model.end());
  std::int64_t now = 0;
  for (int step = 0; step < 1'000'000; ++step) {
    const auto number = random.between(0, kTimers - 1);
    Noted& timer = *timers[number];
    if (timer.is_pending()) {
      queue.remove(timer);
      model.erase(std::exchange(places[number], model.end()));
    } else {
      const Instant when = at(now + static_cast<std::int64_t>(random.between(0, 5000)));
      queue.add(timer, when);
      places[number] = model.emplace(when, static_cast<int>(number));
    }
    if (random.one_in(20)) {
      now += static_cast<std::int64_t>(random.between(0, 200));
      std::vector<int> expected;
      while (!model.empty() && model.begin()->first <= at(now)) {
        expected.push_back(model.begin()->second);
        places[static_cast<std::size_t>(model.begin()->second)] = model.end();
        model.erase(model.begin());
      }
      queue.expire_until(at(now));
      ASSERT_EQ(expired, expected) << "at step " << step;
      expired.clear();
    }
    ASSERT_EQ(queue.size(), model.size());
    ASSERT_EQ(queue.next(), model.empty() ? kNever : model.begin()->first);
  }
  for (const auto& timer : timers) queue.remove(*timer);
}

TEST(TimerQueue, HoldsAMillionTimers) {
  TimerQueue queue;
  std::vector<int> expired;
  std::vector<std::unique_ptr<Noted>> timers;
  for (int i = 0; i < 1'000'000; ++i) {
    timers.push_back(std::make_unique<Noted>(i, expired));
    queue.add(*timers.back(), at(i * 7919LL % 1'000'003));
  }
  queue.expire_until(at(1'000'003));
  ASSERT_EQ(expired.size(), 1'000'000U);
  EXPECT_TRUE(std::ranges::is_sorted(expired, {}, [](int number) { return number * 7919LL % 1'000'003; }));
}

TEST(TimerQueueDeathTest, AddingATimerTwiceIsAProgrammersError) {
  TimerQueue queue;
  std::vector<int> expired;
  Noted timer(1, expired);
  queue.add(timer, at(1));
  EXPECT_DEATH(queue.add(timer, at(2)), "a timer is added twice");
  queue.remove(timer);
}

TEST(TimerQueueDeathTest, DestroyingAPendingTimerIsAProgrammersError) {
  TimerQueue queue;
  std::vector<int> expired;
  EXPECT_DEATH(
      {
        Noted timer(1, expired);
        queue.add(timer, at(1));
      },
      "a timer is destroyed while it is pending");
}

}  // namespace
}  // namespace sched
