#include <string>
#include <variant>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "client/options.h"
#include "client/scenario/load.h"
#include "tests/unit/client/command_line.h"
#include "tests/unit/client/generated.h"

namespace client {
namespace {

using scenario::Load;
using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::HasSubstr;

Arguments with_command(Arguments words) {
  words.insert(words.begin(), "bench");
  return words;
}

RunOptions parsed(const Arguments& words) { return run(with_command(words)); }

/// The scenario that the words stand for.
scenario::Scenario scenario_of(const Arguments& words) { return scenario_in(parsed(words)); }

std::string refusal_of(const Arguments& words) { return error_of(with_command(words)); }

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
  EXPECT_EQ(scenario.groups[0].target.url.constant(), "tcp://h:1");
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

TEST(BenchOptions, MakeALoadOfWhatIsSaid) {
  const auto scenario = scenario_of({"--eol", "crlf", "--send", "PING", "--expect", "+PONG", "tcp://h:1"});
  ASSERT_TRUE(scenario.load);
  EXPECT_EQ(scenario.groups[0].framing.eol, scenario::Eol::crlf);
  const auto& exchange = std::get<scenario::Exchange>(scenario.groups[0].steps.at(0).action);
  EXPECT_EQ(exchange.send.text.constant(), "PING");
  EXPECT_TRUE(can_be_pipelined(scenario.groups[0]));
  EXPECT_EQ(parsed({"--send", "a", "--expect", "a", "--write", "b.json", "tcp://h:1"}).write, "b.json");
}

TEST(BenchOptions, HaveAPayloadOfTheSizeThatWasGivenWhateverEndsALine) {
  const auto scenario = scenario_of({"--eol", "crlf", "--payload", "10", "tcp://h:1"});
  const auto& exchange = std::get<scenario::Exchange>(scenario.groups[0].steps[0].action);
  EXPECT_EQ(exchange.send.text.constant().size(), 8U);
  EXPECT_THAT(refusal_of({"--eol", "crlf", "--payload", "1", "tcp://h:1"}), HasSubstr("--payload is from 2 bytes"));
}

TEST(BenchOptions, ExpectAPrefixThatIsNoText) {
  const auto scenario = scenario_of({"--prefix", "\xff", "tcp://h:1"});
  const auto& exchange = std::get<scenario::Exchange>(scenario.groups[0].steps[0].action);
  EXPECT_EQ(exchange.expect.frames[0].predicates[0].kind, scenario::Predicate::Kind::bytes);
}

TEST(BenchOptions, AreNamedWhereTheyAreWrong) {
  EXPECT_THAT(mistakes_in(parsed({"tcp://h:1", "--send", "a", "--expect", "a", "--expect", "b", "--depth", "2"})),
              testing::ElementsAre(HasSubstr("--depth: error: ")));
  EXPECT_THAT(mistakes_in(parsed({"tcp://h:1", "--send", "${x}", "--expect", "a"})),
              testing::ElementsAre(HasSubstr("--send: error: unknown variable")));
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
  EXPECT_THAT(refusal_of({"localhost"}), HasSubstr("\"localhost\": the scheme is missing"));
  EXPECT_THAT(refusal_of({"--rate", "5", "tcp://h:1"}), HasSubstr("--rate"));
  EXPECT_THAT(refusal_of({"--arrival", "poisson", "tcp://h:1"}), HasSubstr("are for --rate"));
  EXPECT_THAT(refusal_of({"--payload", "0", "tcp://h:1"}), HasSubstr("--payload is from 1 byte"));
  EXPECT_THAT(refusal_of({"--reconnect", "--depth", "2", "tcp://h:1"}), HasSubstr("no room for --depth"));
  EXPECT_THAT(refusal_of({"--duration", "0s", "tcp://h:1"}), HasSubstr("--duration is more than 0s"));
  EXPECT_THAT(refusal_of({"--send", "a", "tcp://h:1"}), HasSubstr("add --expect TEXT"));
  EXPECT_THAT(refusal_of({"--send", "a", "--expect", "a", "--prefix", "x", "tcp://h:1"}),
              HasSubstr("--payload and --prefix are for lines that are echoed"));
}

}  // namespace
}  // namespace client
