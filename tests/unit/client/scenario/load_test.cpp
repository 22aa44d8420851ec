#include "client/scenario/load.h"

#include <chrono>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace client::scenario {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

std::expected<Scenario, std::vector<Diagnostic>> parsed(const std::string& text, const LoadOptions& options = {}) {
  return parse("x.json", text, options);
}

/// One group "g" with these steps.
std::string with_steps(const std::string& steps) { return R"({"clients": [{"name": "g", "steps": [)" + steps + "]}]}"; }

TEST(Load, ReadsGroupsOfClients) {
  const auto scenario = parsed(R"({
    "clients": [
      { "name": "greeter", "count": 100, "steps": [ { "send": "Hello" }, { "expect": "GOT:Hello" } ] },
      { "name": "counter", "count": 50, "iterations": 20,
        "steps": [ { "exchange": { "send": "${client.index}", "expect": "GOT:${client.index}" } } ] }
    ]
  })");
  ASSERT_TRUE(scenario) << render(scenario.error().front());
  EXPECT_EQ(scenario->name, "x");
  EXPECT_EQ(scenario->clients(), 150U);
  EXPECT_EQ(scenario->groups[1].iterations, 20U);
  const Group& group = scenario->groups[0];
  EXPECT_EQ(group.target.url.constant(), "tcp://localhost:25000");
  EXPECT_EQ(group.connect_timeout, seconds(10));
  EXPECT_EQ(group.step_timeout, seconds(5));
  EXPECT_EQ(group.client_timeout, minutes(1));
  EXPECT_EQ(group.max_buffer, 1U << 20);
  EXPECT_FALSE(group.allow_extra);
  ASSERT_EQ(group.steps.size(), 2U);
  EXPECT_EQ(std::get<Send>(group.steps[0].action).text.constant(), "Hello");
  const auto& expect = std::get<Expect>(group.steps[1].action);
  EXPECT_EQ(expect.timeout, seconds(5));
  EXPECT_EQ(expect.frames.front().predicates.front().text.constant(), "GOT:Hello");
  EXPECT_EQ(group.steps[1].keyword, "expect");
  EXPECT_EQ(group.steps[1].place,
            (Place{.line = 3, .column = 86, .length = 11, .pointer = "/clients/0/steps/1/expect"}));
}

TEST(Load, TellsAllErrorsAtOnceInTheOrderOfTheFile) {
  const auto scenario = parsed(with_steps(R"({"exepct": "a"}, {"sleep": "5"}, {"send": 1})"));
  ASSERT_FALSE(scenario);
  ASSERT_EQ(scenario.error().size(), 3U);
  EXPECT_EQ(scenario.error()[0].message, "unknown key \"exepct\", did you mean \"expect\"?");
  EXPECT_EQ(scenario.error()[1].place.pointer, "/clients/0/steps/1/sleep");
  EXPECT_EQ(scenario.error()[2].message, "\"send\" must be a string or an object with \"text\", not 1");
}

}  // namespace
}  // namespace client::scenario
