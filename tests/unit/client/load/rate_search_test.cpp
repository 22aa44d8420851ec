#include "client/load/rate_search.h"

#include <functional>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace client::load {
namespace {

using enum RateSearch::Outcome;
using testing::ElementsAre;

/// Searches where this comes of each rate, and gives those that were tried.
std::vector<double> search(RateSearch& rates, const std::function<RateSearch::Outcome(double)>& outcome) {
  std::vector<double> tried;
  for (std::optional<double> rate = rates.next(); rate; rate = rates.next()) {
    tried.push_back(*rate);
    rates.add(outcome(*rate));
  }
  return tried;
}

TEST(RateSearch, DoublesUntilTheHighest) {
  RateSearch rates(10, 50);
  EXPECT_THAT(search(rates, [](double) { return holds; }), ElementsAre(10, 20, 40, 50));
  EXPECT_EQ(rates.found().held, 50);
  EXPECT_FALSE(rates.found().breached);
}

TEST(RateSearch, EndsBetweenTwoThatAreClose) {
  RateSearch rates(1, 1e6);
  const auto tried = search(rates, [](double rate) { return rate < 1234 ? holds : does_not_hold; });
  EXPECT_LT(*rates.found().held, 1234);
  EXPECT_GE(*rates.found().breached, 1234);
  EXPECT_LE(*rates.found().breached / *rates.found().held, 1.05);
  EXPECT_LE(tried.size(), RateSearch::most_attempts(1, 1e6));
}

TEST(RateSearch, DoesNotGoOnWhenTheFirstDoesNotHold) {
  RateSearch rates(10, 50);
  EXPECT_THAT(search(rates, [](double) { return does_not_hold; }), ElementsAre(10));
  EXPECT_FALSE(rates.found().held);
}

TEST(RateSearch, PassesForNothingWhatIsInconclusive) {
  RateSearch rates(10, 1e6);
  search(rates, [](double rate) { return rate < 100 ? holds : inconclusive; });
  EXPECT_LT(*rates.found().held, 100);
  EXPECT_FALSE(rates.found().breached);
  EXPECT_GE(*rates.found().inconclusive, 100);
  EXPECT_LE(*rates.found().inconclusive / *rates.found().held, 1.05) << "it is looked for as closely";
}

TEST(RateSearch, KnowsNothingWhenTheFirstIsInconclusive) {
  RateSearch rates(10, 1e6);
  EXPECT_THAT(search(rates, [](double) { return inconclusive; }), ElementsAre(10));
  EXPECT_FALSE(rates.found().held);
  EXPECT_FALSE(rates.found().breached);
}

TEST(RateSearch, GoesBelowBothWhatDoesNotHoldAndWhatIsInconclusive) {
  RateSearch rates(100, 1e6);
  search(rates, [](double rate) { return rate < 1000 ? holds : rate < 1300 ? does_not_hold : inconclusive; });
  EXPECT_LT(*rates.found().held, 1000);
  EXPECT_LE(*rates.found().breached / *rates.found().held, 1.05);
  EXPECT_GE(*rates.found().inconclusive, 1300);
}

}  // namespace
}  // namespace client::load
