#include "client/scenario/assertions.h"

#include <string>

#include <gtest/gtest.h>

#include "client/scenario/load.h"

namespace client::scenario {
namespace {

bool asserts(const std::string& steps, const std::string& more = "") {
  const auto scenario =
      parse("x.json", "{" + more + R"("clients": [{"steps": [{"close": {}}]}, {"steps": [)" + steps + "]}]}", {});
  EXPECT_TRUE(scenario) << steps;
  return asserts_more_than_connecting(*scenario);
}

TEST(Assertions, AreStepsThatFailWhenSomethingElseComes) {
  for (const char* step :
       {R"({"expect": "a"})", R"({"exchange": {"send": "a", "expect": "b"}})", R"({"expect_close": {}})",
        R"({"expect_silence": {"for": "1s"}})", R"({"assert": {"of": "${iteration}", "equals": "a"}})",
        R"({"fail": "no"})", R"({"repeat": {"times": 2, "steps": [{"send": "a"}, {"expect": "a"}]}})",
        R"({"retry": {"times": 2, "until": [{"repeat": {"times": 2, "steps": [{"expect": "a"}]}}]}})",
        R"({"close": {}}, {"connect": {"expect_error": "refused"}})"}) {
    EXPECT_TRUE(asserts(step)) << step;
  }
}

TEST(Assertions, AreNotWhatAnyServerPasses) {
  for (const char* step :
       {R"({"send": "a"})", R"({"sleep": "1s"})", R"({"shutdown": {}})", R"({"reset": {}})", R"({"log": "a"})",
        R"({"barrier": {"parties": 1}})", R"({"set": {"a": "b"}})", R"({"skip": "no"})",
        R"({"assert": {"of": "a", "equals": "a"}})", R"({"close": {}}, {"connect": {}})",
        R"({"repeat": {"times": 2, "steps": [{"send": "a"}]}})"}) {
    EXPECT_FALSE(asserts(step)) << step;
  }
}

TEST(Assertions, MayStandInTheSetupTheTeardownAndTheThresholds) {
  constexpr const char* kNone = R"({"send": "a"})";
  EXPECT_TRUE(asserts(kNone, R"("setup": [{"expect": "a"}],)"));
  EXPECT_TRUE(asserts(kNone, R"("teardown": [{"expect": "a"}],)"));
  EXPECT_FALSE(asserts(kNone, R"("teardown": [{"send": "a"}],)"));
  EXPECT_TRUE(asserts(
      kNone, R"("load": {"duration": "1s"}, "thresholds": [{"metric": "connect", "at": "max", "below": "1s"}],)"));
  EXPECT_FALSE(asserts(kNone, R"("load": {"duration": "1s"}, "thresholds": [{"metric": "errors", "below": 1}],)"));
  EXPECT_FALSE(asserts(kNone, R"("load": {"duration": "1s"},)"));
}

}  // namespace
}  // namespace client::scenario
