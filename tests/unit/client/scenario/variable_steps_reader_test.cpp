#include "client/scenario/variable_steps_reader.h"

#include <chrono>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/client/scenario/parsing.h"

namespace client::scenario {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(OwnVariables, AreKnownFromTheStepOnThatSetsThem) {
  EXPECT_THAT(errors_of(with_steps(R"({"set": {"n": 1}}, {"send": "${n}"})")), IsEmpty());
  EXPECT_THAT(errors_of(with_steps(R"-({"expect": {"matches": "(?P<id>[0-9]+)"}}, {"send": "${id}"})-")), IsEmpty());
  EXPECT_THAT(errors_of(with_steps(R"({"expect": {"contains": "x", "capture": "all"}}, {"send": "${all}"})")),
              IsEmpty());
  EXPECT_THAT(errors_of(with_steps(R"({"capture": {"id": {"matches": "="}}}, {"send": "${id}"})")), IsEmpty());
  EXPECT_THAT(errors_of(with_steps(R"({"send": "${n}"}, {"set": {"n": 1}})")),
              ElementsAre(HasSubstr(R"(unknown variable "n")")));
  EXPECT_THAT(errors_of(with_steps(R"({"set": {"n": "${n}1"}})")), ElementsAre(HasSubstr(R"(unknown variable "n")")));
}

TEST(OwnVariables, AreThoseOfTheirGroup) {
  EXPECT_THAT(errors_of(R"({"clients": [{"steps": [{"set": {"n": 1}}]}, {"steps": [{"send": "${n}"}]}]})"),
              ElementsAre(HasSubstr(R"(unknown variable "n")")));
}

TEST(OwnVariables, OfTheSetupAreEverybodys) {
  const auto scenario = parsed(
      R"({"setup": [{"set": {"token": "abc"}}], "clients": [{"steps": [{"send": "${token}"}]}],
          "teardown": [{"send": "${token}"}]})");
  ASSERT_TRUE(scenario);
  EXPECT_THAT(scenario->variables, ElementsAre("token"));
  EXPECT_EQ(scenario->setup->name, "setup");
  EXPECT_EQ(scenario->teardown->steps.size(), 1U);
}

TEST(OwnVariables, OfAGroupAreNotTheTeardowns) {
  EXPECT_THAT(errors_of(R"({"teardown": [{"send": "${n}"}], "clients": [{"steps": [{"set": {"n": 1}}]}]})"),
              ElementsAre(HasSubstr(R"(unknown variable "n")")));
}

TEST(OwnVariables, AreNotThoseThatHaveAValueBeforeTheRun) {
  EXPECT_THAT(
      errors_of(R"({"variables": {"n": 1}, "clients": [{"steps": [{"set": {"n": 2}}]}]})"),
      ElementsAre(
          R"(1:57-3 /clients/0/steps/0/set the variable "n" has a value before the run already; give this one a name of its own)"));
  EXPECT_THAT(errors_of(with_steps(R"({"set": {"seed": 2}})")), ElementsAre(HasSubstr("cannot be a variable's name")));
}

TEST(OwnVariables, MayBeSetAgain) {
  const auto scenario = parsed(with_steps(R"({"set": {"a": 1, "b": true}}, {"set": {"a": "${b}"}})"));
  ASSERT_TRUE(scenario);
  EXPECT_THAT(scenario->variables, ElementsAre("a", "b"));
}

TEST(SetStep, TakesStringsNumbersAndBooleans) {
  const auto set = step_of<Set>(R"({"set": {"a": "x", "b": 1.50, "c": true, "x-note": {}}})");
  ASSERT_EQ(set.assignments.size(), 3U);
  EXPECT_EQ(set.assignments[1].value.constant(), "1.50");
  EXPECT_EQ(set.assignments[2].value.constant(), "true");
  EXPECT_THAT(errors_of(with_steps(R"({"set": {}})")), ElementsAre(HasSubstr("an object with a variable's name")));
  EXPECT_THAT(errors_of(with_steps(R"({"set": {"a": []}})")), ElementsAre(HasSubstr(R"("a" must be a string)")));
}

TEST(CaptureStep, TakesItFromTheLastFrameUnlessItSaysWhere) {
  const Group group = group_of(with_steps(R"-({"capture": {"id": {"matches": "id=(.*)"}}})-"));
  EXPECT_TRUE(group.captures_frames);
  const Group other = group_of(with_steps(R"-({"capture": {"id": {"from": "id=5", "matches": "id=(.*)"}}})-"));
  EXPECT_FALSE(other.captures_frames) << "nothing is kept that nobody wants";
  EXPECT_THAT(errors_of(with_steps(R"-({"capture": {"id": {"matches": "("}}})-")),
              ElementsAre(HasSubstr("bad regular expression")));
  EXPECT_THAT(errors_of(with_steps(R"({"capture": {}})")), testing::SizeIs(1));
}

TEST(AssertStep, ComparesAText) {
  const auto assert = step_of<Assert>(R"({"assert": {"of": "${client.index}", "less": 5, "not_equals": "3"}})");
  EXPECT_EQ(assert.pattern.predicates.size(), 2U);
  EXPECT_THAT(errors_of(with_steps(R"({"assert": {"of": "a"}})")), ElementsAre(HasSubstr("says nothing")));
  EXPECT_THAT(errors_of(with_steps(R"({"assert": {"equals": "a"}})")), ElementsAre(HasSubstr(R"(needs the key "of")")));
}

TEST(MessageSteps, HaveAMessage) {
  EXPECT_EQ(step_of<Log>(R"({"log": "here"})").message.constant(), "here");
  EXPECT_EQ(step_of<Fail>(R"({"fail": "no"})").message.constant(), "no");
  EXPECT_EQ(step_of<Skip>(R"({"skip": "not today"})").message.constant(), "not today");
}

TEST(RetryStep, NeedsALimit) {
  const auto retry = step_of<Retry>(
      R"({"retry": {"until": [{"exchange": {"send": "a", "expect": "b"}}], "every": "1s", "times": 3, "timeout": "1m"}})");
  EXPECT_EQ(retry.times, 3U);
  EXPECT_EQ(retry.every, std::chrono::seconds(1));
  EXPECT_EQ(retry.timeout, std::chrono::minutes(1));
  EXPECT_EQ(step_of<Retry>(R"({"retry": {"until": [{"close": {}}], "times": 3}})").every,
            std::chrono::milliseconds(100));
  EXPECT_THAT(errors_of(with_steps(R"({"retry": {"until": [{"close": {}}]}})")),
              ElementsAre(HasSubstr(R"("retry" needs "times" or "timeout", or it would never end)")));
}

}  // namespace
}  // namespace client::scenario
