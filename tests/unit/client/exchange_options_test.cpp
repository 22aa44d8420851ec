#include <chrono>
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

using scenario::Connect;
using scenario::Exchange;
using scenario::Expect;
using scenario::Retry;
using scenario::Send;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::HasSubstr;

Arguments with_command(Arguments words) {
  words.insert(words.begin(), {"exchange", "tcp://h:1"});
  return words;
}

scenario::Scenario scenario_of(const Arguments& words) { return scenario_in(run(with_command(words))); }

/// The keys of the steps, and for an exchange what it sends.
std::vector<std::string> steps_of(const Arguments& words) {
  std::vector<std::string> steps;
  const scenario::Scenario scenario = scenario_of(words);
  for (const scenario::Step& step : scenario.groups.at(0).steps) {
    const auto* exchange = std::get_if<Exchange>(&step.action);
    steps.push_back(std::string(step.keyword) + (exchange != nullptr ? " " + exchange->send.text.constant() : ""));
  }
  return steps;
}

/// What a user is told of the mistake in a scenario.
std::string mistake_in(const Arguments& words) { return mistakes_in(run(with_command(words))).front(); }

std::string refusal_of(const Arguments& words) { return error_of(with_command(words)); }

TEST(ExchangeOptions, MakeAQuestionAndItsAnswer) {
  const scenario::Scenario scenario = scenario_of({"--send", "PING", "--expect", "+PONG"});
  EXPECT_EQ(scenario.name, "exchange");
  EXPECT_EQ(scenario.clients(), 1U);
  EXPECT_EQ(scenario.groups[0].target.url.constant(), "tcp://h:1");
  EXPECT_FALSE(scenario.groups[0].allow_extra);
  const auto& exchange = std::get<Exchange>(scenario.groups[0].steps.at(0).action);
  EXPECT_EQ(exchange.send.text.constant(), "PING");
  EXPECT_EQ(exchange.expect.frames.at(0).predicates.at(0).kind, scenario::Predicate::Kind::equals);
  EXPECT_EQ(exchange.expect.timeout, seconds(5));
}

TEST(ExchangeOptions, KeepTheirOrder) {
  EXPECT_THAT(steps_of({"--expect-matches", "^220", "--send", "a", "--expect=b", "--send", "c", "--expect-contains",
                        "d", "--expect", "e", "--send", "f"}),
              ElementsAre("expect", "exchange a", "exchange c", "expect", "send"));
}

TEST(ExchangeOptions, DemandThatNothingIsUnreadOnlyWhereAllHasBeenAnswered) {
  EXPECT_THAT(
      steps_of({"--send", "a", "--send", "b", "--expect", "a", "--expect", "b", "--send", "c", "--expect", "c"}),
      ElementsAre("send", "send", "expect", "expect", "exchange c"));
  EXPECT_THAT(steps_of({"--send", "a", "--send", "b", "--expect", "b", "--send", "c", "--expect", "c"}),
              ElementsAre("send", "send", "expect", "send", "expect"));
}

TEST(ExchangeOptions, TakeValuesThatLookLikeOptions) {
  const scenario::Scenario scenario =
      scenario_of({"--send", "--expect", "--expect", "-ERR", "--send=", "--expect", ""});
  ASSERT_EQ(scenario.groups[0].steps.size(), 2U);
  EXPECT_EQ(std::get<Exchange>(scenario.groups[0].steps[0].action).send.text.constant(), "--expect");
  EXPECT_EQ(std::get<Exchange>(scenario.groups[0].steps[1].action).send.text.constant(), "");
}

TEST(ExchangeOptions, SendAndExpectBytesThatAreNoText) {
  const scenario::Scenario scenario = scenario_of({"--send", "a\xff\n", "--expect", "\xfe"});
  const auto& exchange = std::get<Exchange>(scenario.groups[0].steps[0].action);
  EXPECT_EQ(exchange.send.text.constant(), "a\xff\n");
  EXPECT_EQ(exchange.expect.frames[0].predicates[0].kind, scenario::Predicate::Kind::bytes);
  EXPECT_THAT(refusal_of({"--expect-matches", "\xfe"}), HasSubstr("--expect-matches takes UTF-8"));
}

TEST(ExchangeOptions, SayWhatFramesAre) {
  EXPECT_EQ(scenario_of({"--eol", "crlf", "--expect", "a"}).groups[0].framing.eol, scenario::Eol::crlf);
  EXPECT_EQ(scenario_of({"--framing", "raw", "--expect", "a"}).groups[0].framing.kind, scenario::Framing::Kind::raw);
  const auto framing = scenario_of({R"(--framing={"length_prefix": {"bytes": 2}})", "--expect", "a"}).groups[0].framing;
  EXPECT_EQ(framing.kind, scenario::Framing::Kind::length_prefix);
  EXPECT_EQ(framing.prefix_bytes, 2);
}

TEST(ExchangeOptions, LimitConnectingAndEachAnswer) {
  const scenario::Group group = scenario_of({"--expect", "a", "--timeout", "1234567us"}).groups[0];
  EXPECT_EQ(group.connect_timeout, std::chrono::microseconds(1'234'567));
  EXPECT_EQ(group.step_timeout, group.connect_timeout);
}

TEST(ExchangeOptions, TryAllOfItAgain) {
  const scenario::Group group = scenario_of({"--send", "a", "--expect", "a", "--retry", "3"}).groups[0];
  EXPECT_EQ(group.connection, scenario::ConnectionMode::manual);
  const auto& retry = std::get<Retry>(group.steps.at(0).action);
  EXPECT_EQ(retry.times, 4U) << "the first one and three more";
  EXPECT_EQ(retry.every, seconds(1));
  EXPECT_TRUE(std::holds_alternative<Connect>(retry.steps.at(0).action));
  EXPECT_TRUE(std::holds_alternative<Exchange>(retry.steps.at(1).action));
  EXPECT_TRUE(std::holds_alternative<scenario::Close>(retry.steps.at(2).action)) << "and sees that nothing is unread";
  const scenario::Group hurried =
      scenario_of({"--expect", "a", "--retry", "1", "--every", "250ms", "--allow-extra"}).groups[0];
  EXPECT_EQ(std::get<Retry>(hurried.steps[0].action).every, milliseconds(250));
  EXPECT_TRUE(hurried.allow_extra);
}

TEST(ExchangeOptions, LetNoOtherDeadlineComeFirst) {
  const Arguments words{"--expect", "a", "--timeout", "10m", "--retry", "9", "--every", "1m"};
  EXPECT_GT(scenario_of(words).groups[0].client_timeout, minutes(10 * 21));
  EXPECT_GT(run(with_command(words)).timeout, scenario_of(words).groups[0].client_timeout);
  EXPECT_EQ(scenario_of({"--expect", "a"}).groups[0].client_timeout, minutes(1));
  EXPECT_GT(scenario_of({"--expect", "a", "--timeout", "876000h", "--retry", "1000000"}).groups[0].client_timeout,
            std::chrono::hours(8000));
}

TEST(ExchangeOptions, AreNamedWhereTheyAreWrong) {
  EXPECT_THAT(mistake_in({"--send", "a", "--expect-matches", "b", "--expect-matches", "("}),
              "--expect-matches 2: error: bad regular expression: missing ): (\n"
              " $ | echo_client exchange tcp://h:1 --send a --expect-matches b --expect-matches '('\n"
              "   |                                                                             ^^^\n");
  EXPECT_THAT(mistake_in({"--eol", "CRLF", "--expect", "a"}), HasSubstr("--eol: error: "));
  EXPECT_THAT(mistake_in({"--framing", "lines", "--expect", "a"}), HasSubstr("--framing: error: "));
  EXPECT_THAT(mistake_in({"--timeout", "0s", "--expect", "a"}), HasSubstr("--timeout: error: "));
  EXPECT_THAT(mistake_in({"--send", "${who}", "--expect", "a"}), HasSubstr("--send: error: unknown variable \"who\""));
  EXPECT_THAT(mistake_in({"--retry", "5", "--every", "0s", "--expect", "("}), HasSubstr("--every: error: "));
}

TEST(ExchangeOptions, AreKeptInAFile) {
  EXPECT_EQ(run(with_command({"--expect", "a", "--write", "a.json"})).write, "a.json");
}

TEST(ExchangeOptions, AreThoseOfARunBesides) {
  const RunOptions options = run(with_command({"--expect", "a", "--report", "tap=-", "--quiet", "--backend", "epoll"}));
  EXPECT_EQ(options.reports.at(0).format, report::Format::tap);
  EXPECT_EQ(options.verbosity, -1);
  EXPECT_EQ(options.backend, sched::BackendKind::epoll);
}

TEST(ExchangeOptions, SayWhatIsMissing) {
  EXPECT_EQ(error_of({"exchange", "--send", "a"}), "the URL of a server is missing; see 'echo_client exchange --help'");
  EXPECT_THAT(refusal_of({}), HasSubstr("nothing is said: give --send TEXT and --expect TEXT"));
  EXPECT_THAT(refusal_of({"--send", "a", "--every", "1s"}), HasSubstr("--every is for --retry"));
  EXPECT_THAT(refusal_of({"--framing", "{", "--send", "a"}), HasSubstr("--framing: what begins with { is JSON"));
  EXPECT_THAT(error_of({"exchange", "localhost", "6379", "--send", "a"}), HasSubstr("write tcp://localhost:6379"));
  EXPECT_THAT(error_of({"exchange", "localhost:6379", "--send", "a"}), HasSubstr("write tcp://localhost:6379"));
  EXPECT_THAT(error_of({"exchange", "tcp://h:0", "--send", "a"}), HasSubstr("not to connect to"));
  EXPECT_THAT(refusal_of({"--expcet", "a"}), HasSubstr("did you mean \"--expect\"?"));
}

}  // namespace
}  // namespace client
