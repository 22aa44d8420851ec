#include "scheduler/backends/simulated_random.h"

#include <array>
#include <bit>
#include <limits>

#include <gtest/gtest.h>

namespace sched::simulated {
namespace {

TEST(SimulatedRandom, GivesTheNumbersOfSplitMix64) {
  Random random(1234567);
  for (const std::uint64_t expected : {6457827717110365317U, 3203168211198807973U, 9817491932198370423U,
                                       4593380528125082431U, 16408922859458223821U}) {
    EXPECT_EQ(random.next(), expected);
  }
}

TEST(SimulatedRandom, StaysWithinItsBoundsAndReachesThem) {
  Random random(1);
  std::array<int, 7> seen{};
  for (int i = 0; i < 10'000; ++i) ++seen.at(random.between(3, 6));
  EXPECT_EQ(seen[0] + seen[1] + seen[2], 0);
  for (const std::size_t value : {3U, 4U, 5U, 6U}) EXPECT_GT(seen.at(value), 2000);
  EXPECT_EQ(random.between(9, 9), 9U);
  EXPECT_EQ(random.between(Duration(5), Duration(5)), Duration(5));
}

TEST(SimulatedRandom, DrawsSizesOfEveryOrderOfMagnitude) {
  Random random(1);
  std::array<int, 17> of_width{};
  for (int i = 0; i < 17'000; ++i) {
    const std::uint64_t size = random.of_any_size(1, 65'536);
    ASSERT_GE(size, 1U);
    ASSERT_LE(size, 65'536U);
    ++of_width.at(static_cast<std::size_t>(std::bit_width(size)) - 1);
  }
  for (const int count : of_width) EXPECT_GT(count, 700);
  for (int i = 0; i < 1000; ++i) {
    const std::uint64_t size = random.of_any_size(100, 130);
    ASSERT_GE(size, 100U);
    ASSERT_LE(size, 130U);
  }
  EXPECT_EQ(random.of_any_size(1, 1), 1U);
}

TEST(SimulatedRandom, IsTrueOnceInSoMany) {
  Random random(1);
  int hits = 0;
  for (int i = 0; i < 10'000; ++i) {
    hits += random.one_in(10) ? 1 : 0;
    ASSERT_FALSE(random.one_in(0));
    ASSERT_TRUE(random.one_in(1));
  }
  EXPECT_GT(hits, 800);
  EXPECT_LT(hits, 1200);
}

}  // namespace
}  // namespace sched::simulated
