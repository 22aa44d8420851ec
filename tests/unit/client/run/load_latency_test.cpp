// What of an iteration's time is a latency, and what is not.

#include <chrono>
#include <string>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "client/run/exit_code.h"
#include "tests/unit/client/run/loads.h"

namespace client::run {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;

/// What no exchange takes on the simulated network, and no pause of these tests is shorter than.
constexpr auto kPause = milliseconds(50);

/// Iterations in which a client waits for nobody.
struct Pausing {
  const char* name;
  std::string steps;
  std::string group = R"("count": 1)";
  bool is_alone = false;  ///< nobody listens
};

ScenarioResult run(const Pausing& pausing, const char* load) {
  const std::string text = loaded_steps(load, pausing.steps, pausing.group);
  return pausing.is_alone ? run_load_alone(text) : run_load(text);
}

void PrintTo(const Pausing& pausing, std::ostream* out) { *out << pausing.name; }

std::vector<Pausing> pauses() {
  const std::string exchange = R"({"exchange": {"send": "a", "expect": "GOT:a"}})";
  const std::string unlikely = R"({"send": "${random:1}"}, {"expect": {"matches": "^GOT:[a-m]"}})";
  return {
      {"sleep", exchange + R"(, {"sleep": "50ms"}, )" + exchange},
      {"message_rate", exchange, R"("count": 1, "message_rate": "20/s")"},
      {"chunk_delay",
       R"({"exchange": {"send": {"text": "abc", "chunks": [1], "chunk_delay": "50ms"}, "expect": "GOT:abc"}})"},
      {"retry", R"({"retry": {"times": 99, "every": "50ms", "until": [)" + unlikely + "]}}"},
      {"connect_retry", R"({"connect": {"retry": {"times": 1, "every": "50ms"}, "expect_error": "refused"}})",
       R"("connection": "manual")", true},
      {"expect_silence", exchange + R"(, {"expect_silence": {"for": "50ms"}})"},
  };
}

class PausesOfTheTester : public testing::TestWithParam<Pausing> {};
INSTANTIATE_TEST_SUITE_P(, PausesOfTheTester, testing::ValuesIn(pauses()),
                         [](const auto& info) { return std::string(info.param.name); });

TEST_P(PausesOfTheTester, AreInNoLatencyOfAClosedLoad) {
  const ScenarioResult result = run(GetParam(), R"("duration": "2s")");
  const load::Measurements& measured = result.load->measured;
  EXPECT_EQ(judge(result), Verdict::passed);
  EXPECT_GT(measured.response.count(), 10U);
  EXPECT_LT(measured.achieved(), 100) << "it has paused";
  for (const load::Histogram* latency : {&measured.response, &measured.service, &measured.exchange}) {
    EXPECT_LT(latency->max(), kPause);
  }
}

TEST_P(PausesOfTheTester, AreInNoLatencyOfAnOpenLoad) {
  const ScenarioResult result = run(GetParam(), R"("model": "open", "rate": "100/s", "duration": "2s")");
  const load::Measurements& measured = result.load->measured;
  EXPECT_GT(measured.response.count(), 10U);
  EXPECT_LT(measured.service.max(), kPause);
  EXPECT_GE(measured.response.min(), measured.service.min()) << "nor is a pause taken off twice";
  // Most waited in the queue, and for more than a second, while those before them paused: what they did is the rest.
  EXPECT_LT(measured.response.percentile(50), milliseconds(250));
}

TEST(LatencyOfConnecting, HasNoWaitForATurn) {
  const ScenarioResult result =
      run_load(loaded_steps(R"("duration": "1s")", R"({"sleep": "10ms"})",
                            R"("count": 20, "connection": "per_iteration", "connect_rate": "100/s")"));
  EXPECT_GT(result.load->measured.connect.count(), 20U);
  EXPECT_LT(result.load->measured.response.max(), milliseconds(10)) << "neither the sleep nor the turn to connect";
}

TEST(LatencyOfAnExchange, IsASampleForEachExchangeStep) {
  for (const char* way : {R"("duration": "500ms", "depth": 4)", R"("duration": "500ms", "warmup": "100ms")"}) {
    for (const char* step : {"", R"(, {"set": {"x": "1"}})"}) {
      const bool is_pipelined = *step == '\0';
      if (!is_pipelined && std::string_view(way).contains("depth")) continue;
      const std::string two = R"({"exchange": {"send": "a", "expect": "GOT:a"}},
                                 {"exchange": {"send": "${iteration}", "expect": "GOT:${iteration}"}})";
      const load::Measurements measured = run_load(loaded_steps(way, two + step)).load->measured;
      EXPECT_GT(measured.response.count(), 1000U);
      EXPECT_EQ(measured.exchange.count(), 2 * measured.response.count()) << way << step;
      EXPECT_GT(measured.exchange.min(), microseconds(20)) << "a round trip";
      EXPECT_LE(measured.exchange.max(), measured.service.max());
    }
  }
}

TEST(LatencyOfAnExchange, HasNoSampleWithoutSuchAStep) {
  const load::Measurements measured =
      run_load(loaded_steps(R"("duration": "100ms")", R"({"send": "a"}, {"expect": "GOT:a"})")).load->measured;
  EXPECT_GT(measured.response.count(), 100U);
  EXPECT_EQ(measured.exchange.count(), 0U);
}

TEST(LatencyOfAnExchange, IsJudgedByThresholds) {
  const auto judged = [](const char* below) {
    return judge(run_load(
        loaded(R"("duration": "100ms")", R"("count": 1)",
               fmt::format(R"("thresholds": [{{"metric": "exchange", "at": "p99", "below": "{}"}}])", below))));
  };
  EXPECT_EQ(judged("1s"), Verdict::passed);
  EXPECT_EQ(judged("1us"), Verdict::breached);
}

TEST(Latency, OfWhatTakesNoTimeIsCountedAsNone) {
  const ScenarioResult result = run_load(loaded_steps(R"("duration": "10ms")", R"({"set": {"x": "${iteration}"}})"));
  const load::Measurements& measured = result.load->measured;
  EXPECT_EQ(judge(result), Verdict::passed);
  EXPECT_GT(measured.response.count(), 1000U);
  EXPECT_EQ(measured.response.min(), sched::Duration::zero());
}

}  // namespace
}  // namespace client::run
