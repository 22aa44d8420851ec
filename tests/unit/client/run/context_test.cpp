#include "client/run/context.h"

#include <map>
#include <optional>
#include <string>

#include <gtest/gtest.h>

namespace client::run {
namespace {

using sched::Address;

const Address kLoopback = *Address::ip("127.0.0.1", 25000);

std::string next(Sources& sources, const Address& to) {
  const std::optional<Address> source = sources.next(to);
  return source ? source->to_string() : "any";
}

TEST(Sources, LeavesTheFirstConnectionsToTheSystem) {
  Sources sources(1);
  for (int i = 0; i < 10'000; ++i) ASSERT_EQ(next(sources, kLoopback), "any") << i;
  EXPECT_EQ(next(sources, kLoopback), "127.0.0.2:0");
}

TEST(Sources, UsesNoAddressForMoreThanItHasPorts) {
  Sources sources(1);
  std::map<std::string, int> used;
  for (int i = 0; i < 100'000; ++i) ++used[next(sources, kLoopback)];
  EXPECT_EQ(used.size(), 10U);
  for (const auto& [source, count] : used) EXPECT_EQ(count, 10'000) << source;
}

TEST(Sources, SharesThePortsBetweenThreads) {
  Sources sources(4);
  for (int i = 0; i < 2'500; ++i) ASSERT_EQ(next(sources, kLoopback), "any");
  EXPECT_EQ(next(sources, kLoopback), "127.0.0.2:0");
}

TEST(Sources, GoesOnBeyondTheLastByte) {
  Sources sources(1000);
  std::string last;
  for (int i = 0; i < 10 * 251; ++i) last = next(sources, kLoopback);
  EXPECT_EQ(last, "127.0.1.1:0");
}

TEST(Sources, GoesOnWhereNoPortIsLeft) {
  Sources sources(1);
  EXPECT_EQ(next(sources, kLoopback), "any");
  ASSERT_TRUE(sources.skip(kLoopback, std::nullopt));
  EXPECT_EQ(next(sources, kLoopback), "127.0.0.2:0");
  ASSERT_TRUE(sources.skip(kLoopback, std::nullopt)) << "that one is behind us";
  EXPECT_EQ(next(sources, kLoopback), "127.0.0.2:0");
  ASSERT_TRUE(sources.skip(kLoopback, Address::ip("127.0.0.2", 0)));
  EXPECT_EQ(next(sources, kLoopback), "127.0.0.3:0");
}

TEST(Sources, HasNoOtherAddressForOtherTargets) {
  Sources sources(1);
  EXPECT_FALSE(sources.skip(*Address::ip("192.0.2.1", 7), std::nullopt));
  EXPECT_FALSE(sources.skip(*Address::ip("::1", 7), std::nullopt));
}

TEST(Sources, BeginsAgainBehindTheLast) {
  Sources sources(1);
  for (int i = 0; i < 250 * 250; ++i) {
    const auto source = sources.next(kLoopback);
    ASSERT_TRUE(sources.skip(kLoopback, source)) << i;
  }
  EXPECT_EQ(next(sources, kLoopback), "any");
}

TEST(Sources, CountsEachTargetByItself) {
  Sources sources(1);
  const Address other = *Address::ip("127.0.0.1", 25001);
  for (int i = 0; i < 10'001; ++i) (void)sources.next(kLoopback);
  EXPECT_EQ(next(sources, other), "any");
}

TEST(Sources, LeavesOtherTargetsAlone) {
  Sources sources(1);
  for (const Address& to : {*Address::ip("192.0.2.1", 7), *Address::ip("::1", 7), *Address::unix_path("/run/a")}) {
    for (int i = 0; i < 10'001; ++i) ASSERT_EQ(next(sources, to), "any");
  }
}

}  // namespace
}  // namespace client::run
