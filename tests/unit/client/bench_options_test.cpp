#include <string>
#include <variant>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "client/options.h"
#include "client/scenario/load.h"

namespace client {
namespace {

using scenario::Load;
using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::HasSubstr;

RunOptions parsed(std::vector<std::string> words) {
  words.insert(words.begin(), "bench");
  const CommandLine line = parse_command_line(words);
  const auto* options = std::get_if<RunOptions>(&line);
  if (options != nullptr) return *options;
  ADD_FAILURE() << (std::holds_alternative<UsageError>(line) ? std::get<UsageError>(line).message : "no run");
  return {};
}

/// The scenario that the words stand for.
scenario::Scenario scenario_of(const std::vector<std::string>& words) {
  auto scenario = scenario::parse("bench", parsed(words).generated, {});
  if (scenario) return std::move(*scenario);
  ADD_FAILURE() << render(scenario.error().front());
  return {};
}

std::string refusal_of(std::vector<std::string> words) {
  words.insert(words.begin(), "bench");
  const CommandLine line = parse_command_line(words);
  return std::holds_alternative<UsageError>(line) ? std::get<UsageError>(line).message : "";
}

TEST(BenchOptions, MakeAClosedLoad) {
  const auto scenario = scenario_of({"tcp://h:1"});
  ASSERT_TRUE(scenario.load);
  EXPECT_EQ(scenario.load->model, Load::Model::closed);
  EXPECT_EQ(scenario.load->duration, seconds(10));
  EXPECT_EQ(scenario.load->warmup, seconds(1));
  EXPECT_EQ(scenario.clients(), 10U);
  const auto& exchange = std::get<scenario::Exchange>(scenario.groups[0].steps[0].action);
  EXPECT_EQ(exchange.send.text.constant().size(), 63U) << "and a line feed";
  EXPECT_TRUE(can_be_pipelined(scenario.groups[0]));
  EXPECT_EQ(to_string(*parsed({"tcp://h:1"}).target), "tcp://h:1");
}

TEST(BenchOptions, MakeAnOpenLoadWithARate) {
  const auto scenario = scenario_of(
      {"--rate",      "2500/s",          "--arrival", "poisson",       "--duration", "1500ms",         "--warmup",
       "0s",          "--max-in-flight", "7",         "--connections", "3",          "--connect-rate", "10/s",
       "--reconnect", "--payload",       "1KiB",      "--prefix",      "",           "unix:/tmp/s"});
  EXPECT_EQ(scenario.load->model, Load::Model::open);
  EXPECT_EQ(scenario.load->rate, 2500);
  EXPECT_EQ(scenario.load->arrival, load::Arrival::poisson);
  EXPECT_EQ(scenario.load->duration, milliseconds(1500));
  EXPECT_EQ(scenario.load->max_in_flight, 7U);
  EXPECT_EQ(scenario.clients(), 3U);
  EXPECT_EQ(scenario.groups[0].connect_rate, 10);
  EXPECT_EQ(scenario.groups[0].connection, scenario::ConnectionMode::per_iteration);
  const auto& exchange = std::get<scenario::Exchange>(scenario.groups[0].steps[0].action);
  EXPECT_EQ(exchange.send.text.constant().size(), 1023U);
}

TEST(BenchOptions, AreThoseOfARunBesides) {
  const RunOptions options =
      parsed({"--threads", "2", "--report", "hdr=x.hdr", "--spin", "5us", "-v", "--timeout", "7s", "tcp://h:1"});
  EXPECT_EQ(options.timeout, seconds(7));
  EXPECT_EQ(options.threads, 2U);
  EXPECT_EQ(options.reports.at(0).format, report::Format::hdr);
  EXPECT_EQ(options.verbosity, 1);
}

TEST(BenchOptions, SayWhatIsWrong) {
  EXPECT_EQ(refusal_of({}), "the URL of a server is missing; see 'echo_client bench --help'");
  EXPECT_THAT(refusal_of({"localhost"}), HasSubstr("localhost: "));
  EXPECT_THAT(refusal_of({"--rate", "5", "tcp://h:1"}), HasSubstr("--rate"));
  EXPECT_THAT(refusal_of({"--arrival", "poisson", "tcp://h:1"}), HasSubstr("are for --rate"));
  EXPECT_THAT(refusal_of({"--payload", "0", "tcp://h:1"}), HasSubstr("--payload is from 1 byte"));
  EXPECT_THAT(refusal_of({"--reconnect", "--depth", "2", "tcp://h:1"}), HasSubstr("no room for --depth"));
  EXPECT_THAT(refusal_of({"--duration", "0s", "tcp://h:1"}), HasSubstr("--duration is more than 0s"));
}

}  // namespace
}  // namespace client
