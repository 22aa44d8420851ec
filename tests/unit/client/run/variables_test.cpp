#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/client/run/play.h"

// The variables that steps set, and the steps that look at them or say something.

namespace client::run {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::UnorderedElementsAre;

TEST(Captures, AreThePartOfAFrameThatTheyNameInTheScenario) {
  EXPECT_THAT(play(saying("id=17;\nid=17\n"), steps(R"-(
      {"expect": {"starts_with": "id", "capture": {"id": {"matches": "=([0-9]+)"}}}}, {"expect": "id=${id}"})-")),
              passed());
  EXPECT_THAT(play(saying("a\na\n"), steps(R"({"expect": {"length": 1, "capture": "all"}}, {"expect": "${all}"})")),
              passed());
}

TEST(Captures, AreTheNamedGroupsOfAPattern) {
  EXPECT_THAT(play(saying("k=v\nv=k\n"), steps(R"-(
      {"expect": {"matches": "^(?P<key>.)=(?P<value>.)$"}}, {"expect": "${value}=${key}"})-")),
              passed());
  EXPECT_THAT(play(saying("k=v\nv\n"), steps(R"-(
      {"expect": {"any": [{"equals": "x"}, {"matches": "=(?P<value>.)"}]}}, {"expect": "${value}"})-")),
              passed())
      << "of the alternative that holds";
}

TEST(Captures, ComeFromTheFrameThatMatchedLastOrFromAText) {
  EXPECT_THAT(play(saying("one\ntwo\ntwo one\n"), steps(R"-(
      {"expect": "one"}, {"capture": {"first": {}}}, {"expect": "two"}, {"capture": {"second": {"matches": "..."}}},
      {"capture": {"both": {"from": "${second} ${first}"}}}, {"expect": "${both}"})-")),
              passed());
}

TEST(Captures, AreTheNamedGroupsOfAnAssert) {
  EXPECT_THAT(play(saying("v\n"), steps(R"-(
      {"assert": {"of": "k=v", "matches": "=(?P<value>.)$"}}, {"expect": "${value}"})-")),
              passed());
}

TEST(Captures, FailWhereNothingMatches) {
  const Played played = play(saying("id=x\n"), steps(R"-(
      {"expect": {"starts_with": "id", "capture": {"id": {"matches": "=([0-9]+)"}}}})-"));
  EXPECT_THAT(played, failed_with("error: capture failed: no match"));
  EXPECT_THAT(played.failures, AllOf(HasSubstr("/clients/0/steps/0/expect/capture/id"), HasSubstr("capture   id\n"),
                                     HasSubstr("from      \"id=x\"\n")));
}

TEST(Captures, AreEachClientsOwn) {
  EXPECT_THAT(play(answering(), steps(R"-(
      {"exchange": {"send": "${client.index}", "expect": {"matches": "GOT:(?P<mine>.*)"}}},
      {"barrier": {}}, {"exchange": {"send": "${mine}", "expect": "GOT:${client.index}"}})-",
                                      R"("count": 20,)")),
              passed());
}

TEST(Set, ComputesOneVariableFromOthers) {
  EXPECT_THAT(play(saying("a1a1\n"), steps(R"({"set": {"n": 1, "x": "a"}}, {"set": {"x": "${x}${n}"}},
      {"set": {"x": "${x}${x}"}}, {"expect": "${x}"})")),
              passed());
}

TEST(Set, KeepsWhatIsDrawnOnce) {
  EXPECT_THAT(play(answering(), steps(R"({"set": {"id": "${uuid} ${now_ms}"}},
      {"exchange": {"send": "${id}", "expect": "GOT:${id}"}}, {"exchange": {"send": "${id}", "expect": "GOT:${id}"}})")),
              passed());
}

TEST(Set, BoundsAValue) {
  const Played played = play(ignoring(), steps(R"({"set": {"x": "0123456789abcdef"}},
      {"repeat": {"times": 40, "steps": [{"set": {"x": "${x}${x}"}}]}})"));
  EXPECT_THAT(played, failed_with("error: variable too long"));
  EXPECT_THAT(played.failures, HasSubstr("the value of x would have 2 MiB, and 1 MiB can be kept"));
}

TEST(Variables, WithoutAValueFailTheStepThatUsesThem) {
  const Played played = play(ignoring(), steps(R"-(
      {"expect": {"matches": "(?P<id>x)", "optional": true, "timeout": "1s"}}, {"send": "${id}"})-"));
  EXPECT_THAT(played, failed_with("error: variable without a value"));
  EXPECT_THAT(played.failures, AllOf(HasSubstr("no step has given id a value yet"), HasSubstr("/steps/1/send")));
  EXPECT_THAT(play(ignoring(), steps(R"-(
      {"expect": {"matches": "(?P<id>x)", "optional": true, "timeout": "1s"}}, {"expect": {"any": ["${id}"]}})-")),
              failed_with("error: variable without a value"));
}

TEST(Variables, WithoutAValueFailTheConnectWhoseTargetUsesThem) {
  // Nobody runs the setup here, so it has not set what it would.
  const Played played = play(ignoring(), R"({"setup": [{"set": {"port": 25000}}], "clients": [
      {"name": "g", "target": "tcp://127.0.0.1:${port}", "steps": [{"close": {}}]}]})");
  EXPECT_THAT(played, failed_with("error: variable without a value"));
  EXPECT_THAT(played.failures, AllOf(HasSubstr("no step has given port a value yet"), HasSubstr("/clients/0/target")));
}

TEST(Assert, PassesAndFailsAsAnExpectDoes) {
  EXPECT_THAT(play(ignoring(), steps(R"({"assert": {"of": "${client.index}", "less": 5}})")), passed());
  const Played played = play(ignoring(), steps(R"({"set": {"n": 7}}, {"assert": {"of": "${n}", "between": [1, 5]}})"));
  EXPECT_THAT(played, failed_with("error: assert failed: between"));
  EXPECT_THAT(played.failures,
              AllOf(HasSubstr("expected  between 1 and 5\n"), HasSubstr("received  \"7\"      it is not"),
                    HasSubstr("/clients/0/steps/1/assert/between")));
}

TEST(Log, SaysSomethingOfAClient) {
  const Played played = play(ignoring(), steps(R"({"log": "I am ${client.index}"})", R"("count": 2,)"));
  EXPECT_THAT(played, passed());
  EXPECT_THAT(played.log, UnorderedElementsAre("g 0: I am 0", "g 1: I am 1"));
}

TEST(Fail, FailsTheClient) {
  const Played played = play(ignoring(), steps(R"({"fail": "not \u001b[31mhere"}, {"log": "never"})"));
  EXPECT_THAT(played, failed_with("error: fail"));
  EXPECT_THAT(played.failures, HasSubstr(R"(message   "not \x1b[31mhere")"));
  EXPECT_THAT(played.log, ElementsAre());
}

TEST(Skip, EndsAClientThatHasNeitherPassedNorFailed) {
  const Played played = play(ignoring(), steps(R"({"skip": "not today"}, {"fail": "never"})", R"("count": 3,)"));
  EXPECT_EQ(played.skipped, 3U);
  EXPECT_EQ(played.passed + played.failed + played.interrupted, 0U);
  EXPECT_EQ(played.failures, "");
  EXPECT_THAT(played.log, testing::Contains("g 0: skipped: not today"));
}

}  // namespace
}  // namespace client::run
