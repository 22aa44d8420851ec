#include "client/scenario/workload_reader.h"

#include <chrono>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/client/scenario/parsing.h"

namespace client::scenario {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// A file with this load and one group, whose keys beside "steps" are `group`.
std::string with_load(const std::string& load, const std::string& group = R"("x-": 0)",
                      const std::string& more = R"("x-": 0)") {
  return R"({"load": )" + load + ", " + more + R"(, "clients": [{)" + group +
         R"(, "steps": [{"exchange": {"send": "a", "expect": "GOT:a"}}]}]})";
}

std::string with_threshold(const std::string& threshold) {
  return with_load(R"({"duration": "1s"})", R"("x-": 0)", R"("thresholds": [)" + threshold + "]");
}

Load load_of(const std::string& load) {
  const auto scenario = parsed(with_load(load));
  EXPECT_TRUE(scenario) << load;
  return scenario ? *scenario->load : Load{};
}

Threshold threshold_of(const std::string& threshold) {
  const auto scenario = parsed(with_threshold(threshold));
  EXPECT_TRUE(scenario) << threshold;
  return scenario ? scenario->thresholds.at(0) : Threshold{};
}

TEST(LoadReader, IsClosedUnlessItSaysOtherwise) {
  const Load load = load_of(R"({"duration": "30s", "warmup": "3s", "depth": 16, "verify": "1%"})");
  EXPECT_EQ(load.model, Load::Model::closed);
  EXPECT_EQ(load.duration, seconds(30));
  EXPECT_EQ(load.warmup, seconds(3));
  EXPECT_EQ(load.depth, 16U);
  EXPECT_DOUBLE_EQ(load.verified_share, 0.01);
}

TEST(LoadReader, OpenHasOneStageOrSeveral) {
  const Load plain = load_of(R"({"model": "open", "rate": "5000/s", "duration": "2s", "max_in_flight": 7})");
  EXPECT_EQ(plain.stages.size(), 1U);
  EXPECT_EQ(plain.rate, 5000);
  EXPECT_EQ(plain.stages[0].rate, 5000);
  EXPECT_EQ(plain.stages[0].duration, seconds(2));
  EXPECT_EQ(plain.max_in_flight, 7U);
  const Load ramp = load_of(
      R"({"model": "open", "arrival": "poisson", "rate": "1/s",
          "stages": [{"rate": "9/s", "for": "1s"}, {"rate": "9/s", "for": "500ms"}]})");
  EXPECT_EQ(ramp.arrival, load::Arrival::poisson);
  EXPECT_EQ(ramp.rate, 1);
  EXPECT_EQ(ramp.duration, milliseconds(1500));
  EXPECT_EQ(load_of(R"({"model": "open", "stages": [{"rate": "9/s", "for": "1s"}]})").rate, 9);
}

TEST(LoadReader, HasTheKeysOfItsModel) {
  const auto errors = [](const std::string& load) { return errors_of(with_load(load)); };
  EXPECT_THAT(errors("{}"), ElementsAre(HasSubstr(R"(/load "load" needs the key "duration")")));
  EXPECT_THAT(errors(R"({"duration": "0s"})"), ElementsAre(HasSubstr(R"("duration" must be longer than 0s)")));
  EXPECT_THAT(errors(R"({"duration": "1s", "rate": "1/s"})"),
              ElementsAre(R"(1:29-6 /load "rate" is for "model": "open")"));
  EXPECT_THAT(errors(R"({"model": "open", "rate": "1/s"})"),
              ElementsAre(HasSubstr(R"(either "duration" or "stages")")));
  EXPECT_THAT(errors(R"({"model": "open", "duration": "1s"})"), ElementsAre(HasSubstr(R"(needs the key "rate")")));
  EXPECT_THAT(errors(R"({"model": "open", "rate": "1", "duration": "1s"})"), ElementsAre(HasSubstr(R"(bad rate "1")")));
  EXPECT_THAT(errors(R"({"model": "opne", "duration": "1s"})"), ElementsAre(HasSubstr(R"(did you mean "open"?)")));
  EXPECT_THAT(errors(R"({"duration": "1s", "verify": "some"})"), ElementsAre(HasSubstr(R"("first" or a share)")));
  EXPECT_THAT(errors(R"({"model": "open", "find_max": {"from": "2/s", "to": "1/s", "for": "1s"}})"),
              ElementsAre(HasSubstr(R"(a scenario needs the key "thresholds")"),
                          HasSubstr(R"("from" must be less than "to")")));
}

TEST(LoadReader, ComesWithGroupsThatCanBeUnderIt) {
  const std::string load = R"({"duration": "1s"})";
  EXPECT_THAT(errors_of(with_load(load, R"("connect_rate": "10/s", "message_rate": "5/s")")), IsEmpty());
  EXPECT_THAT(errors_of(with_load(load, R"("iterations": 2)")), ElementsAre(HasSubstr(R"(no "iterations")")));
  EXPECT_THAT(errors_of(R"({"load": {"duration": "1s"}, "clients": [{"steps": [{"barrier": {}}]}]})"),
              ElementsAre(HasSubstr("/clients/0/steps/0/barrier under load nobody waits for others")));
  const std::string deep = R"({"duration": "1s", "depth": 2})";
  EXPECT_THAT(errors_of(with_load(deep)), IsEmpty());
  EXPECT_THAT(errors_of(with_load(deep, R"("connection": "per_iteration")")),
              ElementsAre(HasSubstr(R"(with a "depth")")));
  EXPECT_THAT(errors_of(with_load(deep, R"("message_rate": "1/s")")), ElementsAre(HasSubstr(R"(with a "depth")")));
  EXPECT_THAT(errors_of(R"({"load": {"duration": "1s", "depth": 2}, "clients": [{"steps": [{"send": "a"}]}]})"),
              ElementsAre(HasSubstr(R"(with a "depth")")));
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
  EXPECT_THAT(errors(R"({"metric": "dropped"})"), ElementsAre(HasSubstr(R"(needs "below" or "above")")));
  EXPECT_THAT(errors(R"({"metric": "dropd", "below": 1})"), ElementsAre(HasSubstr(R"(did you mean "dropped"?)")));
  EXPECT_THAT(
      errors_of(R"({"thresholds": [{"metric": "errors", "below": 1}], "clients": [{"steps": [{"close": {}}]}]})"),
      ElementsAre(HasSubstr(R"(thresholds are for a scenario with "load")")));
}

}  // namespace
}  // namespace client::scenario
