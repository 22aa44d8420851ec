#include "client/load/measurements.h"

#include <chrono>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace client::load {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::HasSubstr;

/// Two seconds, in which 1000 iterations were to start, of 1 ms each.
Measurements measured() {
  Measurements result;
  result.elapsed = seconds(2);
  result.iterations = 990;
  result.errors = 10;
  result.dropped = 10;
  result.response.record(milliseconds(1), 980);
  result.service.record(microseconds(500), 980);
  result.threads.push_back({.usage = {.cpu = milliseconds(500), .waited = {}}});
  return result;
}

double value(Metric metric, const char* reading) {
  return read(measured(), metric, parse_reading(reading).value()).value();
}

TEST(Measurements, GiveReadings) {
  EXPECT_NEAR(value(Metric::response, "p99"), 0.001, 1e-6);
  EXPECT_NEAR(value(Metric::service, "max"), 0.0005, 1e-6);
  EXPECT_EQ(value(Metric::errors, "count"), 10);
  EXPECT_EQ(value(Metric::errors, "rate"), 5);
  EXPECT_EQ(value(Metric::errors, "share"), 0.01);
  EXPECT_EQ(read(measured(), Metric::connect, {.kind = Reading::Kind::max}), std::nullopt) << "no sample";
  EXPECT_EQ(read({}, Metric::errors, {.kind = Reading::Kind::count}), std::nullopt) << "nothing was tried";
  EXPECT_EQ(measured().achieved(), 495);
}

TEST(MeanRate, IsThatOfTheAreaUnderTheStages) {
  EXPECT_EQ(mean_rate(100, {{.rate = 100, .duration = seconds(3)}}), 100);
  EXPECT_EQ(mean_rate(0, {{.rate = 100, .duration = seconds(2)}, {.rate = 100, .duration = seconds(2)}}), 75);
}

TEST(ClientBound, IsAGeneratorWithoutTimeLeft) {
  Measurements result = measured();
  EXPECT_EQ(utilization(result), 0.25);
  EXPECT_EQ(client_bound(result), "");
  result.threads.push_back({.usage = {.cpu = milliseconds(1000), .waited = milliseconds(950)}});
  EXPECT_THAT(client_bound(result), HasSubstr("had no time left (98% of it was used)"))
      << "waiting for a processor, too";
  result.threads.back() = {.usage = {.cpu = milliseconds(1900), .waited = milliseconds(90)},
                           .idle = milliseconds(1800)};
  EXPECT_EQ(result.threads.back().worked(seconds(2)), milliseconds(200));
  EXPECT_EQ(client_bound(result), "") << "it was looking for something to do";
}

TEST(ClientBound, IsAGeneratorThatIsLate) {
  Measurements result = measured();
  result.lateness.record(microseconds(900), 100);
  EXPECT_EQ(client_bound(result), "") << "that does not matter";
  result.lateness.record(milliseconds(5), 100);
  EXPECT_THAT(client_bound(result), HasSubstr("was 5ms late (p99)"));
  result.response.record(milliseconds(100), 1000);
  EXPECT_EQ(client_bound(result), "") << "it is little beside what was measured";
}

TEST(Readings, HaveNames) {
  for (const char* name : {"p50", "p99.9", "p0", "p100", "min", "mean", "max", "count", "rate", "share"}) {
    ASSERT_TRUE(parse_reading(name)) << name;
    EXPECT_EQ(parse_reading(name)->name(), name);
  }
  for (const char* wrong : {"", "p", "p101", "pnan", "pinf", "p-1", "p1e1", "p5x", "P50", "average"}) {
    EXPECT_FALSE(parse_reading(wrong)) << wrong;
  }
}

TEST(Readings, AreOfDurationsOrOfCounts) {
  EXPECT_TRUE(suits(*parse_reading("p50"), Metric::connect));
  EXPECT_FALSE(suits(*parse_reading("p50"), Metric::errors));
  EXPECT_TRUE(suits(*parse_reading("rate"), Metric::messages));
  EXPECT_FALSE(suits(*parse_reading("rate"), Metric::response));
}

}  // namespace
}  // namespace client::load
