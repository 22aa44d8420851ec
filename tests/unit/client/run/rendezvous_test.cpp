#include "client/run/rendezvous.h"

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace client::run {
namespace {

using State = Rendezvous::State;

TEST(Rendezvous, OpensWhenTheLastPartyComes) {
  Rendezvous rendezvous;
  const auto first = rendezvous.arrive("a", 2);
  EXPECT_EQ(rendezvous.state("a", first), State::closed);
  EXPECT_EQ(rendezvous.waiting("a"), 1U);
  const auto second = rendezvous.arrive("a", 2);
  EXPECT_EQ(rendezvous.state("a", first), State::open);
  EXPECT_EQ(rendezvous.state("a", second), State::open);
  EXPECT_EQ(rendezvous.waiting("a"), 0U);
}

TEST(Rendezvous, ClosesBehindThoseWhoPassed) {
  Rendezvous rendezvous;
  (void)rendezvous.arrive("a", 2);
  (void)rendezvous.arrive("a", 2);
  const auto third = rendezvous.arrive("a", 2);
  EXPECT_EQ(rendezvous.state("a", third), State::closed);
}

TEST(Rendezvous, KeepsBarriersApart) {
  Rendezvous rendezvous;
  const auto ticket = rendezvous.arrive("a", 2);
  (void)rendezvous.arrive("b", 2);
  EXPECT_EQ(rendezvous.state("a", ticket), State::closed);
}

TEST(Rendezvous, DoesNotCountWhoHasLeft) {
  Rendezvous rendezvous;
  rendezvous.leave("a", rendezvous.arrive("a", 2));
  const auto ticket = rendezvous.arrive("a", 2);
  EXPECT_EQ(rendezvous.state("a", ticket), State::closed);
}

TEST(Rendezvous, LeavingAfterItOpenedTakesNothingFromTheNext) {
  Rendezvous rendezvous;
  const auto first = rendezvous.arrive("a", 2);
  (void)rendezvous.arrive("a", 2);
  const auto third = rendezvous.arrive("a", 2);
  rendezvous.leave("a", first);
  (void)rendezvous.arrive("a", 2);
  EXPECT_EQ(rendezvous.state("a", third), State::open);
}

TEST(Rendezvous, IsBrokenForThoseWhoWaitAndThoseWhoCome) {
  Rendezvous rendezvous;
  const auto waiting = rendezvous.arrive("a", 3);
  rendezvous.break_up("a", {.who = "client \"x\" 7", .stage = 4});
  rendezvous.break_up("a", {.who = "client \"x\" 8"});
  EXPECT_EQ(rendezvous.state("a", waiting), State::broken);
  EXPECT_EQ(rendezvous.state("a", rendezvous.arrive("a", 1)), State::broken);
  EXPECT_EQ(rendezvous.broken_by("a").who, "client \"x\" 7") << "the first one";
  EXPECT_EQ(rendezvous.broken_by("a").stage, 4U);
}

TEST(Rendezvous, StaysOpenForThoseForWhomItOpenedBeforeItBroke) {
  Rendezvous rendezvous;
  const auto passed = rendezvous.arrive("a", 1);
  rendezvous.break_up("a", {.who = "somebody"});
  EXPECT_EQ(rendezvous.state("a", passed), State::open);
}

TEST(Rendezvous, BreaksOneBarrierAlone) {
  Rendezvous rendezvous;
  const auto ticket = rendezvous.arrive("b", 2);
  rendezvous.break_up("a", {.who = "somebody"});
  EXPECT_EQ(rendezvous.state("b", ticket), State::closed);
}

TEST(Rendezvous, TellsEveryThreadOfEachChange) {
  Rendezvous rendezvous;
  int first = 0;
  int second = 0;
  rendezvous.on_change([&] { ++first; });
  rendezvous.on_change([&] { ++second; });
  (void)rendezvous.arrive("a", 2);
  EXPECT_EQ(first, 0) << "nothing has changed for those who wait";
  (void)rendezvous.arrive("a", 2);
  EXPECT_EQ(first, 1);
  rendezvous.break_up("a", {.who = "somebody"});
  rendezvous.break_up("a", {.who = "somebody else"});
  EXPECT_EQ(first, 2);
  EXPECT_EQ(second, 2);
}

TEST(Rendezvous, IsPassedByAllThreadsOrNone) {
  constexpr unsigned kThreads = 4;
  constexpr int kRounds = 500;
  Rendezvous rendezvous;
  std::mutex mutex;
  std::condition_variable changed;
  rendezvous.on_change([&] {
    const std::scoped_lock lock(mutex);
    changed.notify_all();
  });
  std::vector<std::atomic<int>> rounds(kThreads);
  std::atomic<int> early = 0;
  const auto party = [&](unsigned own) {
    for (int round = 0; round < kRounds; ++round) {
      rounds[own] = round;
      const auto ticket = rendezvous.arrive("a", kThreads);
      std::unique_lock lock(mutex);
      changed.wait(lock, [&] { return rendezvous.state("a", ticket) == State::open; });
      for (const std::atomic<int>& other : rounds) early += other < round ? 1 : 0;
    }
  };
  {
    std::vector<std::jthread> threads;
    for (unsigned own = 0; own < kThreads; ++own) threads.emplace_back(party, own);
  }
  EXPECT_EQ(early, 0);
  EXPECT_EQ(rendezvous.waiting("a"), 0U);
}

}  // namespace
}  // namespace client::run
