#include "server/thinner.h"

#include <chrono>

#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;
using server::Thinner;

constexpr sched::Instant at(sched::Duration since_start) { return sched::Instant(since_start); }

TEST(Thinner, WritesTheFirstLinesOfASecond) {
  Thinner thinner(3);
  for (int line = 0; line < 3; ++line) EXPECT_TRUE(thinner.decide(at(5s)).is_written);
  for (int line = 0; line < 3; ++line) EXPECT_FALSE(thinner.decide(at(5s + 999ms)).is_written);
  EXPECT_TRUE(thinner.decide(at(6s)).is_written);
}

TEST(Thinner, TellsWhatItThinnedWithTheFirstLineOfALaterSecond) {
  Thinner thinner(1);
  EXPECT_EQ(thinner.decide(at(0s)).thinned, 0U);
  for (int line = 0; line < 1234; ++line) EXPECT_EQ(thinner.decide(at(500ms)).thinned, 0U);
  EXPECT_EQ(thinner.decide(at(1s)).thinned, 1234U);
  EXPECT_EQ(thinner.decide(at(3s)).thinned, 0U) << "told once";
}

TEST(Thinner, TellsTheEndOfAFloodWithoutAFurtherLine) {
  Thinner thinner(1);
  thinner.decide(at(2s));
  thinner.decide(at(2s));
  EXPECT_EQ(thinner.take_thinned(at(2s + 999ms)), 0U) << "the second is not over";
  EXPECT_EQ(thinner.take_thinned(at(3s)), 1U);
  EXPECT_EQ(thinner.take_thinned(sched::kNever), 0U);
}

TEST(Thinner, LosesNoLine) {
  Thinner thinner(10);
  std::uint64_t accounted = 0;
  for (int line = 0; line < 100'000; ++line) {
    const auto decision = thinner.decide(at(line * 777us));
    accounted += decision.thinned + (decision.is_written ? 1 : 0);
  }
  EXPECT_EQ(accounted + thinner.take_thinned(sched::kNever), 100'000U);
}

TEST(Thinner, LeavesATrickleAlone) {
  Thinner thinner(100);
  for (int line = 0; line < 10'000; ++line) ASSERT_TRUE(thinner.decide(at(line * 10ms)).is_written) << line;
}

}  // namespace
