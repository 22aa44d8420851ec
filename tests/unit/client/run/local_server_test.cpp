#include "client/run/local_server.h"

#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/descriptor_limit.h"

namespace client::run {
namespace {

using testing::HasSubstr;
using testing::MatchesRegex;
using testing::StartsWith;

TEST(ServerOptions, AreEchoServers) {
  const auto options = parse_server_options({"--framing", "chunk", "--prefix", ""});
  ASSERT_TRUE(options);
  EXPECT_EQ(options->framing, echo::Framing::chunk);
  EXPECT_EQ(options->prefix, "");
}

TEST(ServerOptions, TellWhatIsWrong) {
  const auto options = parse_server_options({"--framing", "lines"});
  ASSERT_FALSE(options);
  EXPECT_THAT(options.error(), StartsWith("--server-options: --framing \"lines\""));
}

TEST(ServerOptions, RefuseWhatMeansNothingInsideTheClient) {
  for (const std::vector<std::string>& arguments : std::vector<std::vector<std::string>>{{"--backend", "epoll"},
                                                                                         {"--threads", "2"},
                                                                                         {"--spin", "1ms"},
                                                                                         {"--port-file", "p"},
                                                                                         {"--log-level", "debug"},
                                                                                         {"--log-format", "json"},
                                                                                         {"--help"},
                                                                                         {"--version"}}) {
    const auto options = parse_server_options(arguments);
    ASSERT_FALSE(options) << arguments[0];
    EXPECT_THAT(options.error(), HasSubstr(arguments[0]));
  }
}

TEST(EmbeddedServer, TakesAFreePortUnlessItIsToldWhere) {
  const auto free = prepare_embedded(parse_server_options({}).value(), 2);
  ASSERT_TRUE(free) << free.error();
  EXPECT_THAT((*free)->url, MatchesRegex("tcp://127\\.0\\.0\\.1:[1-9][0-9]*"));
  EXPECT_EQ((*free)->sockets.front().sockets.size(), 2U) << "one for each scheduler";
  const auto told = prepare_embedded(parse_server_options({"unix:@gotback-local-server-test"}).value(), 1);
  ASSERT_TRUE(told) << told.error();
  EXPECT_EQ((*told)->url, "unix:@gotback-local-server-test");
}

TEST(EmbeddedServer, TellsThatItCannotBind) {
  const auto first = prepare_embedded(parse_server_options({}).value(), 1);
  ASSERT_TRUE(first) << first.error();
  const auto second = prepare_embedded(parse_server_options({(*first)->url}).value(), 1);
  ASSERT_FALSE(second);
  EXPECT_THAT(second.error(), HasSubstr("EADDRINUSE"));
}

TEST(SimulatedServer, IsAtTheUsualPlace) {
  EXPECT_EQ(prepare_simulated(parse_server_options({}).value())->url, "tcp://localhost:25000");
}

TEST(SimulatedServer, TakesAsManyConnectionsAsComeWhateverTheMachineAllows) {
  const support::DescriptorLimit limit(64);
  const auto prepared = prepare_simulated(parse_server_options({}).value());
  std::vector<server::ConnectionLimits::Permit> permits;
  while (permits.size() < 1000) {
    auto permit = prepared->limits.admit(sched::Address());
    ASSERT_TRUE(permit) << permits.size();
    permits.push_back(std::move(*permit));
  }
}

TEST(SimulatedServer, TakesNoMoreConnectionsThanItsOptionsSay) {
  const auto prepared = prepare_simulated(parse_server_options({"--max-connections", "1"}).value());
  const auto permit = prepared->limits.admit(sched::Address());
  EXPECT_TRUE(permit);
  EXPECT_FALSE(prepared->limits.admit(sched::Address()));
}

}  // namespace
}  // namespace client::run
