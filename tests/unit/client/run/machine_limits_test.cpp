#include "client/run/machine_limits.h"

#include <string>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "client/scenario/load.h"
#include "tests/support/descriptor_limit.h"

namespace client::run {
namespace {

using support::DescriptorLimit;
using testing::AllOf;
using testing::HasSubstr;

std::optional<std::string> ports_of(const std::string& group) {
  const auto scenario = scenario::parse(
      "x.json", fmt::format(R"({{"clients": [{{"count": 70000, {}, "steps": [{{"send": "a"}}]}}]}})", group), {});
  EXPECT_TRUE(scenario);
  return exceeds_ports(*scenario);
}

TEST(Descriptors, SufficeForOneAClientAndAFew) {
  const DescriptorLimit limit(132);
  EXPECT_FALSE(exceeds_descriptors({.clients = 100}));
  EXPECT_TRUE(exceeds_descriptors({.clients = 101}));
}

TEST(Descriptors, AreSharedWithALocalServer) {
  const DescriptorLimit limit(132);
  EXPECT_FALSE(exceeds_descriptors({.clients = 50, .local_server = true}));
  EXPECT_TRUE(exceeds_descriptors({.clients = 51, .local_server = true}));
}

TEST(Descriptors, AreThoseOfEachThread) {
  const DescriptorLimit limit(132);
  EXPECT_FALSE(exceeds_descriptors({.clients = 200, .threads = 2}));
  EXPECT_TRUE(exceeds_descriptors({.clients = 201, .threads = 2}));
}

TEST(Descriptors, ThatDoNotSufficeAreTold) {
  const DescriptorLimit limit(132);
  const auto text = exceeds_descriptors({.clients = 1000});
  ASSERT_TRUE(text);
  EXPECT_EQ(*text,
            "1000 connections need 1032 file descriptors, and the limit RLIMIT_NOFILE is 132: use --threads 10, or "
            "raise the limit with: ulimit -n 1032");
  EXPECT_THAT(*exceeds_descriptors({.clients = 1000, .threads = 2}), HasSubstr("532 file descriptors in each thread"));
}

TEST(Descriptors, ThatNoNumberOfThreadsHasAreTold) {
  const DescriptorLimit limit(20);
  const auto text = exceeds_descriptors({.clients = 1000});
  ASSERT_TRUE(text);
  EXPECT_EQ(text->find("--threads"), std::string::npos) << *text;
}

TEST(Ports, SufficeForTheManyAddressesOfThisMachine) {
  EXPECT_FALSE(ports_of(R"("target": "tcp://localhost:25000")"));
  EXPECT_FALSE(ports_of(R"("target": "tcp://127.0.0.1:25000")"));
}

TEST(Ports, AreNotNeededByUnixSockets) { EXPECT_FALSE(ports_of(R"("target": "unix:/run/echo.sock")")); }

TEST(Ports, AreTooFewForAnAddressElsewhere) {
  const auto text = ports_of(R"("target": "tcp://192.0.2.1:7")");
  ASSERT_TRUE(text);
  EXPECT_THAT(*text, AllOf(HasSubstr("70000 connections to tcp://192.0.2.1:7"),
                           HasSubstr("net.ipv4.ip_local_port_range"), HasSubstr("sysctl -w")));
}

TEST(Ports, OfOneSourceAreTooFewEvenHere) {
  EXPECT_TRUE(ports_of(R"("target": {"url": "tcp://127.0.0.1:25000", "source": "127.0.0.2"})"));
}

TEST(Ports, AreToldOfWhereConnectingSlowsDown) {
  const auto warning_of = [](int count, const char* target) {
    const auto scenario = scenario::parse(
        "x.json",
        fmt::format(R"({{"clients": [{{"count": {}, "target": "{}", "steps": [{{"send": "a"}}]}}]}})", count, target),
        {});
    return nears_ports(*scenario).value_or("");
  };
  EXPECT_EQ(warning_of(14'000, "tcp://192.0.2.1:7"), "");
  EXPECT_THAT(warning_of(14'001, "tcp://192.0.2.1:7"),
              HasSubstr("14001 connections to tcp://192.0.2.1:7 from this machine"));
  EXPECT_EQ(warning_of(14'001, "tcp://127.0.0.1:7"), "") << "these are spread";
}

TEST(Ports, OfTargetsThatAreNotKnownAreNotCounted) {
  EXPECT_FALSE(ports_of(R"("target": "tcp://192.0.2.1:1${client.index}")"));
}

}  // namespace
}  // namespace client::run
