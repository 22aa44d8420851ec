#include "client/run/stop_source.h"

#include <optional>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace client::run {
namespace {

using testing::ElementsAre;

TEST(StopSource, TellsAllThatAreSubscribedOnce) {
  StopSource source;
  std::vector<int> told;
  const StopSource::Subscription first(source, [&told](int signal) { told.push_back(signal); });
  const StopSource::Subscription second(source, [&told](int signal) { told.push_back(-signal); });
  EXPECT_TRUE(source.stop(2));
  EXPECT_FALSE(source.stop(15));
  EXPECT_THAT(told, ElementsAre(2, -2));
}

TEST(StopSource, TellsThoseWhoComeLaterAtOnce) {
  StopSource source;
  source.stop(2);
  std::vector<int> told;
  const StopSource::Subscription late(source, [&told](int signal) { told.push_back(signal); });
  EXPECT_THAT(told, ElementsAre(2));
}

TEST(StopSource, TellsNobodyWhoHasLeft) {
  StopSource source;
  std::vector<int> told;
  std::optional<StopSource::Subscription> subscription;
  subscription.emplace(source, [&told](int signal) { told.push_back(signal); });
  subscription.reset();
  source.stop(2);
  EXPECT_THAT(told, ElementsAre());
}

}  // namespace
}  // namespace client::run
