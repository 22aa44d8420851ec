#include "scheduler/mailbox.h"

#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "scheduler/backends/epoll.h"
#include "scheduler/event.h"
#include "scheduler/scheduler.h"
#include "scheduler/scope.h"
#include "tests/support/coroutines.h"
#include "tests/support/descriptor_limit.h"

namespace sched {
namespace {

using support::error_of;
using support::must;

/// Delivers until `count` calls were made.
Task<> deliver_until(Mailbox& mailbox, Event& enough) {
  Scope scope;
  scope.spawn(mailbox.deliver());
  must(co_await enough.wait());
  scope.cancel();
  EXPECT_EQ(error_of(co_await scope.join()), "cancelled");
}

TEST(Mailbox, MakesTheCallsOfAnotherThreadOnItsOwnInTheirOrder) {
  Scheduler scheduler(make_epoll_backend().value());
  Mailbox mailbox;
  Event enough;
  std::vector<int> numbers;
  const std::thread::id own = std::this_thread::get_id();
  const std::jthread poster([&] {
    for (int i = 0; i < 1000; ++i) {
      mailbox.post([&, i] {
        EXPECT_EQ(std::this_thread::get_id(), own);
        numbers.push_back(i);
        if (i == 999) enough.set();
      });
    }
  });
  scheduler.run(deliver_until(mailbox, enough));
  ASSERT_EQ(numbers.size(), 1000U);
  for (std::size_t i = 0; i < numbers.size(); ++i) EXPECT_EQ(numbers[i], static_cast<int>(i));
}

TEST(Mailbox, KeepsWhatWasPostedBeforeAnyoneDelivers) {
  Scheduler scheduler(make_epoll_backend().value());
  Mailbox mailbox;
  Event enough;
  mailbox.post([&] { enough.set(); });
  scheduler.run(deliver_until(mailbox, enough));
  EXPECT_TRUE(enough.is_set());
}

TEST(Mailbox, TakesCallsThatPostMore) {
  Scheduler scheduler(make_epoll_backend().value());
  Mailbox mailbox;
  Event enough;
  mailbox.post([&] { mailbox.post([&] { enough.set(); }); });
  scheduler.run(deliver_until(mailbox, enough));
  EXPECT_TRUE(enough.is_set());
}

TEST(Mailbox, ForWhichThereIsNoDescriptorSaysSo) {
  const support::DescriptorLimit none(0);
  EXPECT_EQ(error_of(Mailbox().opened()), "EMFILE");
}

TEST(Mailbox, DropsWhatNobodyDelivered) {
  bool called = false;
  {
    Mailbox mailbox;
    mailbox.post([&] { called = true; });
  }
  EXPECT_FALSE(called);
}

}  // namespace
}  // namespace sched
