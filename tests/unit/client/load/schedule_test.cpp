#include "client/load/schedule.h"

#include <algorithm>
#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace client::load {
namespace {

using namespace std::chrono_literals;
using sched::Duration;
using testing::ElementsAre;
using testing::IsEmpty;

std::vector<Duration> all(Schedule schedule) {
  std::vector<Duration> starts;
  while (const std::optional<Duration> start = schedule.next()) starts.push_back(*start);
  return starts;
}

Schedule constant(double first_rate, const std::vector<Stage>& stages, unsigned thread = 0, unsigned threads = 1) {
  return {first_rate, stages, Arrival::constant, thread, threads, 0};
}

std::vector<Duration> of_all_threads(double first_rate, const std::vector<Stage>& stages, Arrival arrival,
                                     unsigned threads, std::uint64_t seed = 0) {
  std::vector<Duration> starts;
  for (unsigned thread = 0; thread < threads; ++thread) {
    const std::vector<Duration> one = all({first_rate, stages, arrival, thread, threads, seed});
    starts.insert(starts.end(), one.begin(), one.end());
  }
  std::ranges::sort(starts);
  return starts;
}

TEST(Schedule, StartsAreEvenlySpacedAtAConstantRate) {
  const std::vector<Duration> starts = all(constant(1000, {{.rate = 1000, .duration = 2s}}));
  ASSERT_EQ(starts.size(), 2000U);
  for (std::size_t i = 0; i < starts.size(); ++i) ASSERT_EQ(starts[i], i * 1ms);
}

TEST(Schedule, RoundsToTheNanosecondWithoutAddingUp) {
  const std::vector<Duration> starts = all(constant(3, {{.rate = 3, .duration = 1h}}));
  ASSERT_EQ(starts.size(), 3U * 3600);
  for (std::size_t i = 0; i < starts.size(); ++i) {
    const std::size_t thirds = i % 3;
    ASSERT_EQ(starts[i], i / 3 * 1s + Duration(thirds * 333'333'333 + thirds / 2)) << i;
  }
}

TEST(Schedule, DoesNotDriftInAnHourOfAMillionASecond) {
  constexpr unsigned kThreads = 1'000'000;
  Schedule schedule = constant(1e6, {{.rate = 1e6, .duration = 1h}}, kThreads - 1, kThreads);
  for (int i = 0; i < 3600; ++i) ASSERT_EQ(schedule.next(), i * 1s + 999'999us);
  EXPECT_FALSE(schedule.next());
}

TEST(Schedule, HasRatesOfLessThanOneASecond) {
  EXPECT_THAT(all(constant(0.1, {{.rate = 0.1, .duration = 30s}})), ElementsAre(0s, 10s, 20s));
}

TEST(Schedule, EndsWithItsStages) {
  Schedule schedule = constant(1, {{.rate = 1, .duration = 1s}});
  EXPECT_EQ(schedule.next(), 0s);
  EXPECT_FALSE(schedule.next());
  EXPECT_FALSE(schedule.next()) << "and stays so";
}

TEST(Schedule, IsEmptyWithoutARateOrAStage) {
  EXPECT_THAT(all(constant(1000, {})), IsEmpty());
  EXPECT_THAT(all(constant(0, {{.rate = 0, .duration = 1h}})), IsEmpty());
  EXPECT_THAT(all({0, {{.rate = 0, .duration = 1h}}, Arrival::poisson, 0, 1, 1}), IsEmpty());
}

// At a rate that grows by 500 a second each second, the count after t is 250 t².
TEST(Schedule, FollowsARateThatRises) {
  const std::vector<Duration> starts = all(constant(0, {{.rate = 1000, .duration = 2s}}));
  ASSERT_EQ(starts.size(), 1000U);
  for (std::size_t i = 0; i < starts.size(); ++i) {
    ASSERT_NEAR(static_cast<double>(starts[i].count()), std::sqrt(static_cast<double>(i) / 250) * 1e9, 0.51);
  }
  EXPECT_EQ(starts[250], 1s);
}

// What falls to zero is what rises from zero, backwards.
TEST(Schedule, FollowsARateThatFallsToNothing) {
  const std::vector<Duration> starts = all(constant(1000, {{.rate = 0, .duration = 1h}}));
  ASSERT_EQ(starts.size(), 1'800'000U);
  constexpr double kGrowth = 1000 / 3600.0;
  for (std::size_t i = 0; i < starts.size(); ++i) {
    const double from_end = std::sqrt(2 * static_cast<double>(starts.size() - i) / kGrowth);
    ASSERT_NEAR(static_cast<double>((1h - starts[i]).count()), from_end * 1e9, 0.51) << i;
  }
}

TEST(Schedule, FallsAndRisesBetweenRatesAboveZero) {
  const std::vector<Duration> starts =
      all(constant(100, {{.rate = 300, .duration = 1s}, {.rate = 100, .duration = 1s}}));
  ASSERT_EQ(starts.size(), 400U);
  EXPECT_EQ(starts[0], 0s);
  EXPECT_NEAR(static_cast<double>(starts[1].count()), (std::sqrt(10'400.0) - 100) / 200 * 1e9, 0.51);
  EXPECT_EQ(starts[200], 1s);
  for (std::size_t i = 0; i < 200; ++i) {
    ASSERT_NEAR(static_cast<double>((starts[200 + i] + starts[200 - i]).count()), 2e9, 1.01) << i;
  }
}

TEST(Schedule, IsSilentWhereTheRateIsZero) {
  const std::vector<Stage> stages{{.rate = 100, .duration = 1s},
                                  {.rate = 0, .duration = 0s},
                                  {.rate = 0, .duration = 10s},
                                  {.rate = 100, .duration = 0s},
                                  {.rate = 100, .duration = 1s}};
  const std::vector<Duration> starts = all(constant(100, stages));
  ASSERT_EQ(starts.size(), 200U);
  EXPECT_EQ(starts[99], 990ms);
  EXPECT_EQ(starts[100], 11s);
  EXPECT_EQ(starts[199], 11990ms);
}

TEST(Schedule, IsThatOfOneThreadWhenThreadsShareIt) {
  const std::vector<Stage> stages{{.rate = 5000, .duration = 3s},
                                  {.rate = 777.7, .duration = 2s},
                                  {.rate = 0, .duration = 1s},
                                  {.rate = 0, .duration = 1s},
                                  {.rate = 10, .duration = 60s}};
  const std::vector<Duration> one = all(constant(0, stages));
  EXPECT_GT(one.size(), 10'000U);
  for (const unsigned threads : {2U, 3U, 8U}) {
    EXPECT_EQ(of_all_threads(0, stages, Arrival::constant, threads), one) << threads;
  }
}

struct Moments {
  double mean = 0;
  double variance = 0;
};

Moments moments_of(const std::vector<double>& numbers) {
  Moments moments;
  for (const double number : numbers) moments.mean += number;
  moments.mean /= static_cast<double>(numbers.size());
  for (const double number : numbers) moments.variance += (number - moments.mean) * (number - moments.mean);
  moments.variance /= static_cast<double>(numbers.size());
  return moments;
}

// The gaps of a Poisson process are exponential: their standard deviation is their mean, and a share of 1/e is longer.
TEST(Schedule, PoissonGapsAreExponential) {
  for (const std::uint64_t seed : {1U, 2U, 3U}) {
    const std::vector<Duration> starts =
        of_all_threads(1000, {{.rate = 1000, .duration = 100s}}, Arrival::poisson, 1, seed);
    std::vector<double> gaps;
    for (std::size_t i = 1; i < starts.size(); ++i) {
      gaps.push_back(static_cast<double>((starts[i] - starts[i - 1]).count()) / 1e6);
    }
    const Moments moments = moments_of(gaps);
    EXPECT_NEAR(moments.mean, 1, 0.015);
    EXPECT_NEAR(moments.variance, 1, 0.05);
    const auto longer = static_cast<double>(std::ranges::count_if(gaps, [](double gap) { return gap > 1; }));
    EXPECT_NEAR(longer / static_cast<double>(gaps.size()), std::exp(-1), 0.01);
  }
}

// The starts in equal times have a Poisson distribution, whose variance is its mean, however many threads make them.
TEST(Schedule, PoissonThreadsTogetherAreOneProcess) {
  for (const unsigned threads : {1U, 4U, 16U}) {
    std::vector<double> counts(1000);
    for (const Duration start :
         of_all_threads(1000, {{.rate = 1000, .duration = 100s}}, Arrival::poisson, threads, 7)) {
      ++counts[static_cast<std::size_t>(start / 100ms)];
    }
    const Moments moments = moments_of(counts);
    EXPECT_NEAR(moments.mean, 100, 1.5) << threads;
    EXPECT_NEAR(moments.variance, 100, 15) << threads;
  }
}

TEST(Schedule, PoissonFollowsTheRate) {
  const std::vector<Duration> starts =
      of_all_threads(0, {{.rate = 10'000, .duration = 20s}, {.rate = 0, .duration = 20s}}, Arrival::poisson, 4, 1);
  EXPECT_NEAR(static_cast<double>(starts.size()), 200'000, 1500);
  const auto before_half_the_rise = std::ranges::lower_bound(starts, 10s) - starts.begin();
  EXPECT_NEAR(static_cast<double>(before_half_the_rise), 25'000, 600);
  EXPECT_LE(starts.back(), 40s);
}

TEST(Schedule, PoissonIsDrawnFromTheSeedAndTheThread) {
  const std::vector<Stage> stages{{.rate = 100, .duration = 1s}};
  const auto draw = [&stages](std::uint64_t seed, unsigned thread) {
    return all({100, stages, Arrival::poisson, thread, 2, seed});
  };
  EXPECT_EQ(draw(1, 0), draw(1, 0));
  EXPECT_NE(draw(1, 0), draw(2, 0));
  EXPECT_NE(draw(1, 0), draw(1, 1));
}

TEST(Schedule, NeverGoesBack) {
  const std::vector<Stage> stages{{.rate = 1e6, .duration = 100ms}, {.rate = 0.5, .duration = 100ms}, {.rate = 1e6}};
  for (const Arrival arrival : {Arrival::constant, Arrival::poisson}) {
    const std::vector<Duration> starts = all({0, stages, arrival, 0, 1, 1});
    EXPECT_GT(starts.size(), 90'000U);
    EXPECT_TRUE(std::ranges::is_sorted(starts));
  }
}

TEST(ScheduleDeathTest, TakesNoNegativeRate) {
  EXPECT_DEATH(constant(-1, {}), "not negative");
  EXPECT_DEATH(constant(1, {{.rate = -1, .duration = 1s}}), "not negative");
  EXPECT_DEATH(constant(1, {}, 2, 2), "one of the threads");
}

}  // namespace
}  // namespace client::load
