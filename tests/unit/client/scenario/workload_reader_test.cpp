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

Load load_of(const std::string& load) {
  const auto scenario = parsed(with_load(load));
  EXPECT_TRUE(scenario) << load;
  return scenario ? *scenario->load : Load{};
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

TEST(LoadReader, MayBeginAndEndWithNothing) {
  const Load load = load_of(
      R"({"model": "open", "rate": "0/s", "stages": [{"rate": "9/s", "for": "1s"}, {"rate": "0/s", "for": "1s"}]})");
  EXPECT_EQ(load.rate, 0);
  EXPECT_EQ(load.stages[1].rate, 0);
  const auto errors = [](const std::string& open) {
    return errors_of(with_load(R"({"model": "open", )" + open + "}"));
  };
  EXPECT_THAT(errors(R"("rate": "0/s", "duration": "1s")"), ElementsAre(HasSubstr("nothing would ever start")));
  EXPECT_THAT(errors(R"("stages": [{"rate": "0/s", "for": "1s"}])"),
              ElementsAre(HasSubstr("nothing would ever start")));
  EXPECT_THAT(errors_of(with_load(R"({"duration": "1s"})", R"("connect_rate": "0/s")")),
              ElementsAre(HasSubstr("a rate is more than none")));
}

TEST(LoadReader, GivesWhatIsQueuedAWhile) {
  EXPECT_EQ(load_of(R"({"model": "open", "rate": "1/s", "duration": "1s"})").grace, seconds(1));
  EXPECT_EQ(load_of(R"({"model": "open", "rate": "1/s", "duration": "1s", "grace": "0s"})").grace, seconds(0));
  EXPECT_THAT(errors_of(with_load(R"({"duration": "1s", "grace": "1s"})")),
              ElementsAre(HasSubstr(R"("grace" is for "model": "open")")));
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

}  // namespace
}  // namespace client::scenario
