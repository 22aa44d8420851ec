#include "server/limits.h"

#include <array>
#include <memory>
#include <string>
#include <thread>
#include <utility>

#include <gtest/gtest.h>

namespace {

using sched::Address;
using server::ConnectionLimits;
using Refusal = ConnectionLimits::Refusal;

Address peer(std::string_view host, std::uint16_t port = 1) { return Address::ip(host, port).value_or(Address()); }

TEST(ConnectionLimits, AdmitsAsManyAsAreAllowed) {
  ConnectionLimits limits(2, std::nullopt);
  const auto first = limits.admit(peer("10.0.0.1"));
  const auto second = limits.admit(peer("10.0.0.1"));
  EXPECT_TRUE(first.has_value());
  EXPECT_TRUE(second.has_value());
  EXPECT_EQ(limits.open(), 2U);
  EXPECT_EQ(limits.admit(peer("10.0.0.1")).error(), Refusal::connections);
  EXPECT_EQ(limits.open(), 2U);
  EXPECT_EQ(limits.refused(), 1U);
}

TEST(ConnectionLimits, AdmitsAgainWhenAConnectionHasEnded) {
  ConnectionLimits limits(1, 1);
  for (int round = 0; round < 3; ++round) {
    const auto permit = limits.admit(peer("10.0.0.1"));
    EXPECT_TRUE(permit.has_value()) << round;
    EXPECT_FALSE(limits.admit(peer("10.0.0.2")).has_value()) << round;
  }
  EXPECT_EQ(limits.open(), 0U);
}

TEST(ConnectionLimits, CountsEveryAddressForItself) {
  ConnectionLimits limits(10, 1);
  const auto first = limits.admit(peer("10.0.0.1", 1));
  EXPECT_EQ(limits.admit(peer("10.0.0.1", 2)).error(), Refusal::connections_per_address) << "ports make no difference";
  EXPECT_TRUE(limits.admit(peer("10.0.0.2", 1)).has_value());
  EXPECT_TRUE(limits.admit(peer("::1", 1)).has_value());
  EXPECT_EQ(limits.refused(), 1U);
}

TEST(ConnectionLimits, KnowsAnIpv4AddressMappedIntoIpv6) {
  ConnectionLimits limits(10, 1);
  const auto first = limits.admit(peer("10.0.0.1"));
  EXPECT_FALSE(limits.admit(peer("::ffff:10.0.0.1")).has_value());
  EXPECT_TRUE(limits.admit(peer("::ffff:10.0.0.2")).has_value());
  EXPECT_TRUE(limits.admit(peer("::a00:1")).has_value()) << "not mapped";
}

TEST(ConnectionLimits, LimitsUnixSocketsTogetherWithAllOnly) {
  ConnectionLimits limits(3, 1);
  const auto first = limits.admit(Address());
  const auto second = limits.admit(Address());
  const auto third = limits.admit(Address());
  EXPECT_TRUE(third.has_value());
  EXPECT_EQ(limits.admit(Address::unix_path("/run/a").value_or(Address())).error(), Refusal::connections);
}

TEST(ConnectionLimits, ARefusalTakesNoPlace) {
  ConnectionLimits limits(2, 1);
  const auto first = limits.admit(peer("10.0.0.1"));
  for (int i = 0; i < 5; ++i) EXPECT_FALSE(limits.admit(peer("10.0.0.1")).has_value());
  EXPECT_TRUE(limits.admit(peer("10.0.0.2")).has_value());
}

TEST(ConnectionLimits, ForgetsAnAddressWithItsLastConnection) {
  ConnectionLimits limits(1000, 1);
  for (std::uint16_t i = 0; i < 250; ++i) {
    const auto permit = limits.admit(peer("10.0.0." + std::to_string(i)));
    EXPECT_FALSE(limits.admit(peer("10.0.0." + std::to_string(i))).has_value());
    EXPECT_EQ(limits.addresses(), 1U);
  }
  EXPECT_EQ(limits.addresses(), 0U);
}

TEST(ConnectionLimits, APermitMovesWithItsPlace) {
  ConnectionLimits limits(2, 2);
  auto first = *limits.admit(peer("10.0.0.1"));
  auto second = *limits.admit(peer("10.0.0.2"));
  auto moved = std::move(first);
  EXPECT_EQ(limits.open(), 2U);
  second = std::move(moved);
  EXPECT_EQ(limits.open(), 1U) << "the place that was assigned over is free";
  EXPECT_TRUE(limits.admit(peer("10.0.0.2")).has_value());
}

TEST(ConnectionLimits, MayBeSharedByThreads) {
  ConnectionLimits limits(8, 4);
  const auto connect_often = [&](const std::string& host) {
    for (int i = 0; i < 10'000; ++i) {
      const auto permit = limits.admit(peer(host));
      EXPECT_LE(limits.open(), 8U);
    }
  };
  {
    const std::array<std::jthread, 4> threads{
        std::jthread(connect_often, "10.0.0.1"), std::jthread(connect_often, "10.0.0.1"),
        std::jthread(connect_often, "10.0.0.2"), std::jthread(connect_often, "10.0.0.2")};
  }
  EXPECT_EQ(limits.open(), 0U);
  EXPECT_EQ(limits.refused(), 0U) << "there is a place for each";
}

TEST(ConnectionLimitsDeathTest, APermitThatOutlivesItsLimitsAborts) {
  EXPECT_DEATH(
      {
        auto limits = std::make_unique<ConnectionLimits>(1, std::nullopt);
        const auto permit = limits->admit(peer("10.0.0.1"));
        limits.reset();
      },
      "a permit outlives its ConnectionLimits");
}

TEST(ConnectionLimitsDeathTest, ALimitOfNothingAborts) {
  EXPECT_DEATH(ConnectionLimits(0, std::nullopt), "at least 1");
  EXPECT_DEATH(ConnectionLimits(1, 0), "at least 1");
}

}  // namespace
