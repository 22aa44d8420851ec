#include "client/load/histogram.h"

#include <algorithm>
#include <numeric>
#include <thread>

#include <gtest/gtest.h>

namespace client::load {
namespace {

using namespace std::chrono_literals;
using sched::Duration;

TEST(Slots, FollowEachOtherWithoutAGap) {
  EXPECT_EQ(slots::lowest(0), 0ns);
  for (std::size_t i = 0; i + 1 < slots::kCount; ++i) {
    ASSERT_EQ(slots::highest(i) + 1ns, slots::lowest(i + 1)) << i;
  }
}

TEST(Slots, CountWhatLiesBetweenTheirEnds) {
  for (std::size_t i = 0; slots::highest(i) < slots::kLongest; ++i) {
    ASSERT_EQ(slots::of(slots::lowest(i)), i);
    ASSERT_EQ(slots::of(slots::highest(i)), i);
  }
}

TEST(Slots, AreExactToThreeDigits) {
  for (std::size_t i = 0; i < slots::kCount; ++i) {
    const Duration width = slots::highest(i) - slots::lowest(i) + 1ns;
    ASSERT_TRUE(width == 1ns || width * 1000 <= slots::lowest(i)) << i;
  }
}

TEST(Slots, ReachAnHourAndNotMuchFurther) {
  EXPECT_LT(slots::of(1h), slots::kCount);
  EXPECT_GT(slots::lowest(slots::kCount - 1), 1h);
  EXPECT_LT(slots::highest(slots::kCount - 1), 2h);
}

TEST(Histogram, IsZeroThroughoutWhenNothingWasRecorded) {
  const Histogram empty;
  EXPECT_EQ(empty.count(), 0U);
  for (const Duration value : {empty.min(), empty.max(), empty.mean(), empty.percentile(0), empty.percentile(100)}) {
    EXPECT_EQ(value, 0ns);
  }
}

// What HdrHistogram's own test of access to data expects of 10000 times a millisecond and once 100 seconds, there in
// microseconds.
TEST(Histogram, TellsOfAPauseWhatHdrHistogramTells) {
  Histogram histogram;
  histogram.record(1000ns, 10'000);
  histogram.record(100'000'000ns);
  EXPECT_EQ(histogram.count(), 10'001U);
  EXPECT_EQ(histogram.percentile(30), 1000ns);
  EXPECT_EQ(histogram.percentile(99), 1000ns);
  EXPECT_EQ(histogram.percentile(99.99), 1000ns);
  EXPECT_EQ(slots::of(histogram.percentile(99.999)), slots::of(100'000'000ns));
  EXPECT_EQ(slots::of(histogram.percentile(100)), slots::of(100'000'000ns));
  EXPECT_EQ(histogram.min(), 1000ns);
  EXPECT_EQ(slots::of(histogram.max()), slots::of(100'000'000ns));
  EXPECT_NEAR(static_cast<double>(histogram.mean().count()), (10'000 * 1000.0 + 100'000'000) / 10'001, 11);
}

TEST(Histogram, NamesTheLongestDurationOfASlotExceptForThePercentileZero) {
  Histogram histogram;
  histogram.record(4097ns);
  EXPECT_EQ(histogram.percentile(0), 4096ns);
  EXPECT_EQ(histogram.percentile(0.001), 4099ns);
  EXPECT_EQ(histogram.percentile(100), 4099ns);
  EXPECT_EQ(histogram.min(), 4096ns);
  EXPECT_EQ(histogram.max(), 4099ns);
  EXPECT_EQ(histogram.mean(), 4098ns);
}

TEST(Histogram, FindsThePercentilesOfEachRank) {
  Histogram histogram;
  for (int i = 1; i <= 1000; ++i) histogram.record(Duration(i));
  for (int i = 1; i <= 1000; ++i) EXPECT_EQ(histogram.percentile(i / 10.0), Duration(i)) << i;
  EXPECT_EQ(histogram.percentile(0.05), 1ns);
  EXPECT_EQ(histogram.percentile(50.01), 501ns);
  EXPECT_EQ(histogram.mean(), 501ns) << "500.5";
}

TEST(Histogram, TakesPercentilesBeyondTheEndsForTheEnds) {
  Histogram histogram;
  histogram.record(1ns);
  histogram.record(2ns);
  EXPECT_EQ(histogram.percentile(-1), 1ns);
  EXPECT_EQ(histogram.percentile(101), 2ns);
}

TEST(Histogram, CountsDurationsBeyondTheEndsAsTheEnds) {
  Histogram histogram;
  histogram.record(-5ns);
  histogram.record(0ns);
  histogram.record(1h + 1ns);
  histogram.record(Duration::max());
  EXPECT_EQ(histogram.counts().front(), 2U);
  EXPECT_EQ(histogram.counts()[slots::of(1h)], 2U);
  EXPECT_EQ(histogram.count(), 4U);
}

TEST(Histogram, MergedIsWhatBothRecorded) {
  Histogram all;
  Histogram even;
  Histogram odd;
  for (int i = 0; i < 10'000; ++i) {
    const Duration value = i * 977ns;
    all.record(value);
    (i % 2 == 0 ? even : odd).record(value);
  }
  even.merge(odd);
  EXPECT_EQ(even, all);
}

TEST(Histogram, SubtractingAFormerStateLeavesWhatCameSince) {
  Histogram histogram;
  histogram.record(5us, 3);
  histogram.record(1h);
  const Histogram earlier = histogram;
  histogram.record(5us);
  histogram.record(7ms, 2);
  histogram.subtract(earlier);
  Histogram since;
  since.record(5us);
  since.record(7ms, 2);
  EXPECT_EQ(histogram, since);
}

TEST(HistogramDeathTest, CannotSubtractWhatItNeverWas) {
  Histogram histogram;
  Histogram other;
  other.record(1ms);
  EXPECT_DEATH(histogram.subtract(other), "former state");
}

TEST(Recorder, RecordsWhatAHistogramDoes) {
  Recorder recorder;
  Histogram histogram;
  for (const Duration value : {-1ns, 0ns, 1ns, 2047ns, 2048ns, Duration(123'456'789), Duration(2h)}) {
    recorder.record(value);
    histogram.record(value);
  }
  EXPECT_EQ(recorder.snapshot(), histogram);
}

TEST(Recorder, IsReadByOtherThreadsWhileItRecords) {
  constexpr std::uint64_t kRecords = 200'000;
  Recorder recorder;
  std::jthread writer([&recorder] {
    for (std::uint64_t i = 0; i < kRecords; ++i) recorder.record(Duration(i));
  });
  Histogram earlier;
  while (earlier.count() < kRecords) {
    Histogram snapshot = recorder.snapshot();
    ASSERT_GE(snapshot.count(), earlier.count());
    const auto counts = snapshot.counts();
    ASSERT_EQ(std::accumulate(counts.begin(), counts.end(), std::uint64_t{0}), snapshot.count());
    Histogram since = snapshot;
    since.subtract(earlier);  // Dies if a count has become smaller.
    earlier = std::move(snapshot);
  }
  EXPECT_EQ(earlier.count(), kRecords);
}

}  // namespace
}  // namespace client::load
