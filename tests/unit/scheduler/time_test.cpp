#include "scheduler/time.h"

#include <gtest/gtest.h>

namespace sched {
namespace {

using namespace std::chrono_literals;

TEST(InstantAfter, AddsAWait) { EXPECT_EQ(instant_after(Instant(5s), 3s), Instant(8s)); }

TEST(InstantAfter, CountsANegativeWaitAsNone) {
  EXPECT_EQ(instant_after(Instant(5s), -3s), Instant(5s));
  EXPECT_EQ(instant_after(Instant(5s), Duration::min()), Instant(5s));
}

TEST(InstantAfter, DoesNotPassTheEndOfTime) {
  EXPECT_EQ(instant_after(Instant(5s), Duration::max()), kNever);
  EXPECT_EQ(instant_after(kNever, 1ns), kNever);
  EXPECT_EQ(instant_after(kNever - 1ns, 1ns), kNever);
  EXPECT_EQ(instant_after(kNever - 2ns, 1ns), kNever - 1ns);
}

}  // namespace
}  // namespace sched
