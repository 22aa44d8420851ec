// Runs under load, most of them in simulated time, where latencies and rates are exact.

#include <chrono>
#include <string>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "client/run/exit_code.h"
#include "tests/unit/client/run/loads.h"

namespace client::run {
namespace {

using sched::BackendKind;
using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::HasSubstr;
using testing::StartsWith;

TEST(OpenLoad, StartsIterationsAtItsRate) {
  const ScenarioResult result =
      run_load(loaded(R"("model": "open", "rate": "1000/s", "duration": "2s", "warmup": "1s")"));
  const load::Measurements& measured = result.load->measured;
  EXPECT_EQ(judge(result), Verdict::passed);
  EXPECT_EQ(measured.response.count(), 2000U);
  EXPECT_EQ(measured.dropped, 0U);
  EXPECT_NEAR(measured.achieved(), 1000, 5);
  EXPECT_EQ(measured.requested, 1000);
  EXPECT_EQ(measured.elapsed, seconds(2));
  EXPECT_EQ(measured.errors, 0U);
  EXPECT_EQ(measured.connect.count(), 10U);
}

TEST(OpenLoad, FollowsItsStages) {
  const ScenarioResult result = run_load(loaded(
      R"("model": "open", "rate": "100/s", "stages": [{"rate": "100/s", "for": "1s"}, {"rate": "300/s", "for": "1s"}])"));
  const load::Measurements& measured = result.load->measured;
  EXPECT_EQ(measured.requested, 150);
  EXPECT_EQ(measured.response.count(), 300U);
}

TEST(OpenLoad, BeginsAndEndsWithNothing) {
  for (const char* arrival : {"constant", "poisson"}) {
    const ScenarioResult result = run_load(loaded(fmt::format(
        R"("model": "open", "arrival": "{}", "rate": "0/s", "warmup": "1s",
           "stages": [{{"rate": "2000/s", "for": "1s"}}, {{"rate": "0/s", "for": "1s"}}])",
        arrival)));
    EXPECT_EQ(judge(result), Verdict::passed);
    EXPECT_NEAR(static_cast<double>(result.load->measured.response.count()), 2000, *arrival == 'c' ? 1 : 6 * 45);
    EXPECT_EQ(result.load->measured.requested, 1000);
  }
}

TEST(OpenLoad, DrawsPoissonArrivalsFromTheSeed) {
  const std::string text = loaded(R"("model": "open", "rate": "1000/s", "arrival": "poisson", "duration": "5s")");
  const auto count = [&](std::uint64_t seed) { return run_load(text, seed).load->measured.response.count(); };
  EXPECT_EQ(count(1), count(1));
  EXPECT_NE(count(1), count(2));
  EXPECT_NEAR(static_cast<double>(count(3)), 5000, 350) << "five standard deviations";
}

TEST(OpenLoad, CountsTheResponseFromWhenAnIterationWasToStart) {
  // One exchange takes a round trip of at least some 100 us; so many cannot be done one after the other.
  const ScenarioResult result =
      run_load(loaded(R"("model": "open", "rate": "100000/s", "duration": "1s")", R"("count": 1)"));
  const load::Measurements& measured = result.load->measured;
  EXPECT_GT(measured.dropped, 1000U) << "they were waiting when the load was over";
  EXPECT_GT(measured.response.percentile(50), 100 * measured.service.percentile(50));
}

/// Ten times as much as one connection can do.
std::string overload(const std::string& more) {
  return loaded(R"("model": "open", "rate": "100000/s", "duration": "100ms", )" + more, R"("count": 1)");
}

TEST(OpenLoad, StartsForAWhileWhatIsQueuedAtTheEnd) {
  const load::Measurements at_once = run_load(overload(R"("grace": "0s")")).load->measured;
  const load::Measurements soon = run_load(overload(R"("grace": "50ms")")).load->measured;
  const load::Measurements late = run_load(overload(R"("grace": "1m")")).load->measured;
  EXPECT_EQ(at_once.planned(), 10'000U);
  EXPECT_EQ(soon.planned(), 10'000U);
  EXPECT_NEAR(static_cast<double>(soon.response.count()), 1.5 * static_cast<double>(at_once.response.count()),
              0.1 * static_cast<double>(at_once.response.count()));
  EXPECT_EQ(late.dropped, 0U);
  EXPECT_EQ(late.response.count(), 10'000U);
  EXPECT_LT(late.achieved() * 0.1, static_cast<double>(late.response.count())) << "what came later is no throughput";
  EXPECT_GT(run_load(overload(R"("x-": 0)")).load->measured.response.count(), 5 * at_once.response.count())
      << "a second";
}

TEST(OpenLoad, FailsTheNextIterationWhereTheServerClosesWhatIsIdle) {
  const SimulatedRun run(1, std::chrono::minutes(5), {"--idle-timeout", "100ms"});
  const auto result =
      run_scenario(parsed(loaded(R"("model": "open", "rate": "20/s", "duration": "2s")", R"("count": 4)"), run.url()),
                   run.settings(), {});
  ASSERT_TRUE(result);
  EXPECT_EQ(judge(*result), Verdict::failed);
  EXPECT_EQ(errors_by_kind(result->failures), "expect closed 20") << "every second finds a new connection";
  EXPECT_EQ(result->load->measured.response.count(), 20U);
  EXPECT_EQ(result->load->measured.errors, 20U);
}

TEST(OpenLoad, IsOverWhenNothingIsQueued) {
  const ScenarioResult result =
      run_load(loaded(R"("model": "open", "rate": "100/s", "duration": "1s", "grace": "1h")"));
  EXPECT_LT(result.elapsed, seconds(1) + milliseconds(100));
}

TEST(OpenLoad, DropsNothingWhenTheRunIsEnded) {
  const std::string text = loaded(R"("model": "open", "rate": "100000/s", "duration": "10s")", R"("count": 1)");
  const ScenarioResult result = run_load(text, 1, seconds(1));
  const load::Measurements& measured = result.load->measured;
  EXPECT_EQ(result.end, ScenarioResult::End::deadline);
  EXPECT_EQ(measured.dropped, 0U) << "it is nobody's fault";
  EXPECT_GT(measured.cut_short, 10'000U);
}

TEST(OpenLoad, DropsWhatIsOverMaxInFlight) {
  const ScenarioResult result =
      run_load(loaded(R"("model": "open", "rate": "100000/s", "duration": "1s", "max_in_flight": 5)", R"("count": 1)",
                      R"("thresholds": [{"metric": "dropped", "below": 1}])"));
  const load::Measurements& measured = result.load->measured;
  EXPECT_GT(measured.dropped, 1000U);
  EXPECT_LE(measured.response.max(), 6 * measured.service.max());
  EXPECT_EQ(judge(result), Verdict::breached);
  EXPECT_THAT(result.load->thresholds.front().shown, std::to_string(measured.dropped));
}

TEST(ClosedLoad, KeepsEveryClientBusy) {
  const ScenarioResult result = run_load(loaded(R"("duration": "1s", "warmup": "100ms")", R"("count": 3)"));
  const load::Measurements& measured = result.load->measured;
  EXPECT_EQ(measured.requested, std::nullopt);
  const double each = std::chrono::duration<double>(measured.service.mean()).count();
  EXPECT_NEAR(measured.achieved(), 3 / each, 0.05 * 3 / each) << "Little's law";
  EXPECT_EQ(measured.errors + measured.dropped + measured.cut_short, 0U);
}

TEST(ClosedLoad, HasSeveralExchangesUnderWay) {
  const auto rate = [](const std::string& depth) {
    return run_load(loaded(R"("duration": "1s", "depth": )" + depth, R"("count": 1)")).load->measured.achieved();
  };
  EXPECT_GT(rate("16"), 10 * rate("1"));
}

TEST(ClosedLoad, DoesStepsOfEveryKind) {
  const ScenarioResult result = run_load(
      R"-({"load": {"duration": "1s"}, "clients": [{"count": 2, "connection": "per_iteration",
           "steps": [{"send": "${iteration}"}, {"expect": {"matches": "^GOT:(?P<n>[0-9]+)$"}}, {"sleep": "10ms"},
                     {"assert": {"of": "${n}", "equals": "${iteration}"}}]}]})-");
  EXPECT_EQ(judge(result), Verdict::passed);
  EXPECT_GT(result.load->measured.service.count(), 50U);
  EXPECT_LT(result.load->measured.service.max(), milliseconds(10)) << "without the sleep";
  EXPECT_GE(result.connected, result.load->measured.service.count());
}

TEST(LoadedClients, ConnectAtTheirRateAndSendAtTheirs) {
  const ScenarioResult result =
      run_load(loaded(R"("duration": "1s")", R"("count": 5, "connect_rate": "10/s", "message_rate": "20/s")"));
  EXPECT_GE(result.elapsed, seconds(1) + milliseconds(400)) << "the fifth connects 400 ms after the first";
  EXPECT_NEAR(static_cast<double>(result.load->measured.messages), 5 * 20, 10);
}

TEST(LoadedClients, BeginAnExchangeWithNothingUnread) {
  // Each is answered by a frame too many.
  constexpr auto kTwoLines = R"({"exchange": {"send": "a\nb", "expect": "GOT:a"}})";
  const auto errors = [](const char* load, const std::string& steps) {
    return errors_by_kind(run_load(loaded_steps(load, steps, R"("count": 1)")).failures);
  };
  const std::string and_another = std::string(kTwoLines) + R"(, {"log": "step by step"})";
  EXPECT_THAT(errors(R"("duration": "10ms")", kTwoLines), HasSubstr("exchange unread "));
  EXPECT_THAT(errors(R"("duration": "10ms")", and_another), HasSubstr("exchange unread "));
  EXPECT_THAT(errors(R"("duration": "10ms", "depth": 2)", kTwoLines), HasSubstr("expect mismatch "));
}

TEST(LoadedClients, AreToldOfValuesThatCannotBeUsed) {
  const auto errors = [](const std::string& setup, const std::string& expect) {
    return errors_by_kind(run_load(loaded_steps(R"("duration": "10ms", "depth": 2)",
                                                R"({"exchange": {"send": "a", "expect": )" + expect + "}}",
                                                R"("count": 1)", R"("setup": [)" + setup + "]"))
                              .failures);
  };
  EXPECT_THAT(errors(R"({"set": {"v": "("}})", R"({"not": {"matches": "${v}"}})"), StartsWith("expand bad_value "));
  EXPECT_THAT(errors(R"({"exchange": {"send": "x", "expect": {"matches": "x(?P<v>[0-9])?"}}})", R"("${v}")"),
              StartsWith("expand no_value "));
}

TEST(LoadedClients, FailIterationsAndGoOn) {
  const std::string wrong = R"("steps": [{"exchange": {"send": "a", "expect": "GOT:b"}}])";
  const ScenarioResult result = run_load(R"({"load": {"duration": "1s"}, "clients": [{"count": 2, )" + wrong + "}]}");
  const load::Measurements& measured = result.load->measured;
  EXPECT_EQ(judge(result), Verdict::failed);
  EXPECT_EQ(measured.service.count(), 0U);
  EXPECT_GT(measured.errors, 100U);
  EXPECT_EQ(result.passed, 2U) << "it is the iterations that failed";
  EXPECT_THAT(errors_by_kind(result.failures), testing::StartsWith("expect mismatch "));
}

TEST(LoadedClients, MayFailAsOftenAsAThresholdSays) {
  const auto judged = [](const char* below) {
    return judge(run_load(fmt::format(
        R"-({{"load": {{"duration": "1s"}}, "thresholds": [{{"metric": "errors", "below": {}}}],
             "clients": [{{"steps": [{{"exchange": {{"send": "a", "expect": "GOT:a"}}}}]}},
                         {{"steps": [{{"exchange": {{"send": "a", "expect": "GOT:b"}}}}]}}]}})-",
        below)));
  };
  EXPECT_EQ(judged("0.9"), Verdict::passed);
  EXPECT_EQ(judged("0.1"), Verdict::breached);
}

TEST(Thresholds, ShareWhatWasToStartAlsoWhereItEndsLater) {
  const ScenarioResult result =
      run_load(loaded_steps(R"("model": "open", "rate": "100/s", "duration": "1s")",
                            R"({"send": "a"}, {"expect": {"equals": "never", "mode": "until", "timeout": "3s"}})",
                            R"("count": 100)", R"("thresholds": [{"metric": "errors", "below": 0.5}])"));
  EXPECT_EQ(result.load->measured.iterations, 0U) << "within the second";
  EXPECT_EQ(result.load->thresholds.front().value, 1);
  EXPECT_EQ(judge(result), Verdict::breached);
}

TEST(Thresholds, HoldWithinTheirLimits) {
  const auto judged = [](const char* limits) {
    return judge(run_load(loaded(R"("model": "open", "rate": "100/s", "duration": "1s")", R"("count": 1)",
                                 fmt::format(R"("thresholds": [{{"metric": "messages", {}}}])", limits))));
  };
  const auto messages = run_load(loaded(R"("model": "open", "rate": "100/s", "duration": "1s")", R"("count": 1)"))
                            .load->measured.messages;
  for (const auto& [limit, holds_at] : {std::pair("at_most", true), std::pair("at_least", true),
                                        std::pair("below", false), std::pair("above", false)}) {
    const auto at = [&](std::uint64_t value) { return judged(fmt::format(R"("{}": {})", limit, value).c_str()); };
    EXPECT_EQ(at(messages), holds_at ? Verdict::passed : Verdict::breached) << limit;
    const bool is_upper = std::string_view(limit) == "at_most" || std::string_view(limit) == "below";
    EXPECT_EQ(at(messages + 1), is_upper ? Verdict::passed : Verdict::breached) << limit;
    EXPECT_EQ(at(messages - 1), is_upper ? Verdict::breached : Verdict::passed) << limit;
  }
}

TEST(Thresholds, FailWithoutASample) {
  const ScenarioResult result =
      run_load(loaded(R"("model": "open", "rate": "1/h", "duration": "1s", "warmup": "1s")", R"("count": 1)",
                      R"("thresholds": [{"metric": "response", "at": "p99", "below": "1h"}])"));
  EXPECT_EQ(result.load->thresholds.front().shown, "no sample");
  EXPECT_EQ(judge(result), Verdict::breached);
}

class LoadOnTheKernel : public testing::TestWithParam<BackendKind> {};
INSTANTIATE_TEST_SUITE_P(, LoadOnTheKernel, testing::Values(BackendKind::epoll, BackendKind::io_uring),
                         [](const auto& info) { return info.param == BackendKind::epoll ? "epoll" : "io_uring"; });

TEST_P(LoadOnTheKernel, JudgesTheFirstIterationWhereThereIsNoWarmUp) {
  const auto result = embed(
      GetParam(), 1,
      loaded_steps(R"("duration": "50ms")", R"({"exchange": {"send": "${iteration}", "expect": {"greater": 0}}})"));
  ASSERT_TRUE(result);
  EXPECT_GE(result->load->measured.errors, 10U);
  EXPECT_EQ(result->load->measured.warmup_errors, 0U);
  EXPECT_EQ(judge(*result), Verdict::failed);
}

TEST_P(LoadOnTheKernel, MeasuresTheFirstReplyWhereThereIsNoWarmUp) {
  for (int i = 0; i < 5; ++i) {
    const auto result = embed(GetParam(), 1, loaded(R"("duration": "20ms", "verify": "first")", R"("count": 8)"));
    ASSERT_TRUE(result);
    EXPECT_EQ(result->load->measured.verified, 8U);
  }
}

TEST_P(LoadOnTheKernel, GivesNothingToThreadsWithoutClients) {
  const auto result = embed(GetParam(), 3,
                            loaded(R"("model": "open", "rate": "40/s", "duration": "200ms")", R"("count": 1)",
                                   R"("thresholds": [{"metric": "dropped", "below": 1}])"));
  ASSERT_TRUE(result);
  EXPECT_EQ(result->load->measured.response.count(), 8U);
  EXPECT_EQ(judge(*result), Verdict::passed);
}

TEST_P(LoadOnTheKernel, SharesTheRateBetweenThreads) {
  const auto result = embed(GetParam(), 3, loaded(R"("model": "open", "rate": "900/s", "duration": "1s")"));
  ASSERT_TRUE(result) << describe(result.error());
  const load::Measurements& measured = result->load->measured;
  EXPECT_EQ(measured.response.count(), 900U);
  EXPECT_EQ(measured.threads.size(), 3U);
  EXPECT_EQ(result->failures.all().size(), 0U);
}

TEST_P(LoadOnTheKernel, KeepsDeepPipelinesRight) {
  const auto result = embed(GetParam(), 2, loaded(R"("duration": "500ms", "depth": 100)", R"("count": 20)"));
  ASSERT_TRUE(result) << describe(result.error());
  EXPECT_EQ(judge(*result), Verdict::passed);
  EXPECT_GT(result->load->measured.messages, 20U * 100U);
}

}  // namespace
}  // namespace client::run
