#include "scheduler/threads.h"

#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <mutex>
#include <set>
#include <thread>

#include <gtest/gtest.h>

#include "scheduler/descriptor.h"

namespace sched {
namespace {

TEST(RunOnThreads, GivesEveryThreadItsNumberAndWaitsForAll) {
  std::mutex mutex;
  std::set<unsigned> numbers;
  std::set<std::thread::id> threads;
  const auto ran = run_on_threads(4, [&](unsigned index) {
    const std::scoped_lock lock(mutex);
    numbers.insert(index);
    threads.insert(std::this_thread::get_id());
  });
  EXPECT_TRUE(ran);
  EXPECT_EQ(numbers, (std::set<unsigned>{0, 1, 2, 3}));
  EXPECT_EQ(threads.size(), 4U);
}

TEST(RunOnThreads, UsesTheCallersThreadForTheFirst) {
  const std::thread::id caller = std::this_thread::get_id();
  const auto ran = run_on_threads(1, [&](unsigned index) {
    EXPECT_EQ(index, 0U);
    EXPECT_EQ(std::this_thread::get_id(), caller);
  });
  EXPECT_TRUE(ran);
}

TEST(RunOnThreads, GivesEveryThreadDescriptorsOfItsOwn) {
  const Descriptor shared(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  std::atomic<int> closed = 0;
  const auto ran = run_on_threads(3, [&](unsigned index) {
    // What was open before is open in each, and is closed in one alone.
    EXPECT_NE(::fcntl(shared.get(), F_GETFD), -1) << index;
    if (index != 0) ::close(shared.get());
    ++closed;
    while (closed < 3) std::this_thread::yield();
    EXPECT_EQ(::fcntl(shared.get(), F_GETFD) != -1, index == 0);
  });
  EXPECT_TRUE(ran);
  EXPECT_NE(::fcntl(shared.get(), F_GETFD), -1);
}

}  // namespace
}  // namespace sched
