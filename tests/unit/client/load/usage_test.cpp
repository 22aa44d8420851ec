#include "client/load/usage.h"

#include <sched.h>

#include <atomic>
#include <chrono>
#include <fstream>
#include <thread>

#include <gtest/gtest.h>

namespace client::load {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

void be_busy_until_it_has_used(sched::Duration cpu) {
  const Usage begin = thread_usage();
  while ((thread_usage() - begin).cpu < cpu) {
  }
}

/// What the kernel says of this thread, which has run; a kernel that keeps no account says 0.
bool kernel_counts_waiting() {
  be_busy_until_it_has_used(20ms);
  std::ifstream file("/proc/thread-self/schedstat");
  std::uint64_t running = 0;
  return file >> running && running > 0;
}

TEST(ThreadUsage, OfABusyThreadIsAtMostTheTimeThatPassed) {
  const Clock::time_point begin = Clock::now();
  be_busy_until_it_has_used(50ms);
  EXPECT_GE(Clock::now() - begin, 49ms);
}

TEST(ThreadUsage, CountsTheCallingThreadAlone) {
  const Usage begin = thread_usage();
  std::jthread([] { be_busy_until_it_has_used(100ms); }).join();
  EXPECT_LT((thread_usage() - begin).cpu, 50ms);
}

TEST(ThreadUsage, SeesThatAnotherThreadHadTheProcessor) {
  if (!kernel_counts_waiting()) GTEST_SKIP() << "this kernel does not say how long a thread waited";
  std::atomic<bool> is_over = false;
  const std::jthread rivals([&is_over] {
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(::sched_getcpu(), &one);
    ASSERT_EQ(::sched_setaffinity(0, sizeof one, &one), 0);
    const std::jthread rival([&is_over] {  // It inherits the one processor.
      while (!is_over) {
      }
    });
    const Usage begin = thread_usage();
    while ((thread_usage() - begin).waited == 0ns) {
    }
    is_over = true;
  });
}

TEST(Usage, IsNeverNegativeWhereTheKernelFellSilent) {
  const Usage difference = Usage{.cpu = 5ms, .waited = 0ms} - Usage{.cpu = 2ms, .waited = 1ms};
  EXPECT_EQ(difference.cpu, 3ms);
  EXPECT_EQ(difference.waited, 0ms);
}

}  // namespace
}  // namespace client::load
