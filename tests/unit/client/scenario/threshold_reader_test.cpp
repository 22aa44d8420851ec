#include "client/scenario/threshold_reader.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/client/scenario/parsing.h"

namespace client::scenario {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr auto kClosed = R"({"duration": "1s"})";
constexpr auto kOpen = R"({"model": "open", "rate": "1/s", "duration": "1s"})";
constexpr auto kExchange = R"({"exchange": {"send": "a", "expect": "GOT:a"}})";

std::string with_threshold(const std::string& threshold, const std::string& load = kClosed,
                           const std::string& step = kExchange) {
  return R"({"load": )" + load + R"(, "thresholds": [)" + threshold + R"(], "clients": [{"steps": [)" + step + "]}]}";
}

Threshold threshold_of(const std::string& threshold) {
  const auto scenario = parsed(with_threshold(threshold));
  EXPECT_TRUE(scenario) << threshold;
  return scenario ? scenario->thresholds.at(0) : Threshold{};
}

TEST(Thresholds, LookAtWhatTheirMetricHas) {
  const Threshold latency = threshold_of(R"({"metric": "response", "at": "p99.9", "below": "10ms"})");
  EXPECT_EQ(latency.reading.name(), "p99.9");
  EXPECT_DOUBLE_EQ(latency.below.value(), 0.01);
  EXPECT_EQ(latency.text, "response p99.9 below 10ms");
  EXPECT_EQ(threshold_of(R"({"metric": "errors", "below": 0.001})").text, "errors share below 0.001");
  EXPECT_EQ(threshold_of(R"({"metric": "dropped", "below": 1})").text, "dropped count below 1");
  EXPECT_EQ(threshold_of(R"({"metric": "messages", "at": "rate", "above": "50/s"})").above, 50);
  const auto errors = [](const std::string& threshold) { return errors_of(with_threshold(threshold)); };
  EXPECT_THAT(errors(R"({"metric": "response", "below": "1s"})"), ElementsAre(HasSubstr(R"(needs the key "at")")));
  EXPECT_THAT(errors(R"({"metric": "response", "at": "rate", "below": "1s"})"),
              ElementsAre(HasSubstr(R"("at" must be a percentile)")));
  EXPECT_THAT(errors(R"({"metric": "response", "at": "p101", "below": "1s"})"), ElementsAre(HasSubstr("a percentile")));
  EXPECT_THAT(errors(R"({"metric": "dropped", "at": "p50", "below": 1})"),
              ElementsAre(HasSubstr(R"("count", "rate")")));
  EXPECT_THAT(errors(R"({"metric": "dropped"})"),
              ElementsAre(HasSubstr(R"(needs "below", "above", "at_most" or "at_least")")));
  EXPECT_THAT(errors(R"({"metric": "dropd", "below": 1})"), ElementsAre(HasSubstr(R"(did you mean "dropped"?)")));
  EXPECT_THAT(
      errors_of(R"({"thresholds": [{"metric": "errors", "below": 1}], "clients": [{"steps": [{"close": {}}]}]})"),
      ElementsAre(HasSubstr(R"(thresholds are for a scenario with "load")")));
}

TEST(Thresholds, SayWhatAPercentageIs) {
  const auto errors = [](const std::string& threshold) { return errors_of(with_threshold(threshold)); };
  EXPECT_THAT(errors(R"({"metric": "errors", "below": "1%"})"),
              ElementsAre(HasSubstr(R"("below" must be a number, not "1%"; as a share, that is 0.01)")));
  EXPECT_THAT(errors(R"({"metric": "dropped", "at_most": "0.05%"})"),
              ElementsAre(HasSubstr(R"(not "0.05%"; as a share ("at": "share"), that is 0.0005)")));
  EXPECT_THAT(errors(R"({"metric": "errors", "below": "x%"})"),
              ElementsAre(HasSubstr(R"(must be a number, not "x%")")));
}

TEST(Thresholds, HaveFourKindsOfLimits) {
  const Threshold threshold =
      threshold_of(R"({"metric": "messages", "below": 9, "above": 1, "at_most": 8, "at_least": 2})");
  EXPECT_EQ(threshold.below, 9);
  EXPECT_EQ(threshold.above, 1);
  EXPECT_EQ(threshold.at_most, 8);
  EXPECT_EQ(threshold.at_least, 2);
  EXPECT_EQ(threshold.text, "messages count below 9 above 1 at_most 8 at_least 2");
}

TEST(Thresholds, ThatCanNeverHoldAreErrors) {
  for (const char* wrong : {
           R"({"metric": "errors", "below": 0})",
           R"({"metric": "errors", "above": 1})",
           R"({"metric": "errors", "at_least": 1.5})",
           R"({"metric": "dropped", "at": "share", "above": 1})",
           R"({"metric": "dropped", "below": 0})",
           R"({"metric": "dropped", "above": 0, "below": 1})",
           R"({"metric": "messages", "at_least": 2, "at_most": 1})",
           R"({"metric": "messages", "at_least": 2, "below": 2})",
           R"({"metric": "messages", "above": 2, "at_most": 2})",
           R"({"metric": "messages", "at_least": 1.2, "at_most": 1.8})",
           R"({"metric": "messages", "at": "rate", "below": "0/s"})",
           R"({"metric": "messages", "at": "rate", "above": "2/s", "below": "2/s"})",
           R"({"metric": "messages", "at": "rate", "above": "2/s", "below": "1/s"})",
           R"({"metric": "response", "at": "p99", "below": "0s"})",
           R"({"metric": "response", "at": "p99", "above": "1us", "below": "1us"})",
           R"({"metric": "response", "at": "p99", "above": "1us", "below": "1001ns"})",
           R"({"metric": "response", "at": "max", "above": "2h"})",
       }) {
    EXPECT_THAT(errors_of(with_threshold(wrong, kOpen)), ElementsAre(HasSubstr(" can never hold"))) << wrong;
  }
  EXPECT_THAT(errors_of(with_threshold(R"({"metric": "dropped", "above": 0})")),
              ElementsAre(HasSubstr("/thresholds/0 dropped count above 0 can never hold")))
      << "a closed load drops nothing";
}

TEST(Thresholds, ThatCanJustHoldAreNone) {
  for (const char* right : {
           R"({"metric": "errors", "at_most": 0})",
           R"({"metric": "errors", "at_least": 1})",
           R"({"metric": "errors", "above": 0.1, "below": 0.100001})",
           R"({"metric": "dropped", "above": 0, "below": 2})",
           R"({"metric": "dropped", "above": 0})",
           R"({"metric": "messages", "at": "share", "above": 1})",
           R"({"metric": "messages", "at_least": 2, "at_most": 2})",
           R"({"metric": "messages", "at": "rate", "above": "0/s"})",
           R"({"metric": "messages", "at": "rate", "at_most": "0/s"})",
           R"({"metric": "response", "at": "p99", "below": "1ns"})",
           R"({"metric": "response", "at": "p99", "at_most": "0s"})",
           R"({"metric": "response", "at": "p99", "above": "1us", "below": "1002ns"})",
           R"({"metric": "response", "at": "max", "above": "1h"})",
       }) {
    EXPECT_THAT(errors_of(with_threshold(right, kOpen)), IsEmpty()) << right;
  }
}

TEST(Thresholds, OnExchangesNeedSuchAStep) {
  const std::string threshold = R"({"metric": "exchange", "at": "p99", "below": "1s"})";
  EXPECT_THAT(errors_of(with_threshold(threshold)), IsEmpty());
  EXPECT_THAT(errors_of(with_threshold(threshold, kClosed,
                                       R"({"repeat": {"times": 2, "steps": [)" + std::string(kExchange) + "]}}")),
              IsEmpty());
  EXPECT_THAT(errors_of(with_threshold(threshold, kClosed, R"({"send": "a"}, {"expect": "GOT:a"})")),
              ElementsAre(HasSubstr("no step is an exchange")));
}

TEST(Thresholds, ThatAreWrongAreToldOnce) {
  EXPECT_THAT(errors_of(with_threshold(R"({"metric": "response", "at": "p99", "below": "x"})")),
              ElementsAre(HasSubstr("bad duration")));
  EXPECT_THAT(errors_of(with_threshold(R"({"metric": "messages", "at": "rate", "below": "x"})")),
              ElementsAre(HasSubstr("bad rate")));
}

}  // namespace
}  // namespace client::scenario
