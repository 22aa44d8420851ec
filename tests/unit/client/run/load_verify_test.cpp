// How many replies are compared under load, where not all of them are to be.

#include <cmath>
#include <string>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "client/run/exit_code.h"
#include "tests/unit/client/run/loads.h"

namespace client::run {
namespace {

/// So many standard deviations are met by chance once in hundreds of millions of times.
constexpr double kSigmas = 6;

/// What lies so far from the mean when each of `count` is drawn with `share`.
double tolerance(double count, double share) { return kSigmas * std::sqrt(count * share * (1 - share)); }

/// How a reply is taken: as one of several under way, known by its bytes or not, or by steps one after the other.
constexpr auto kWays = std::to_array<std::string_view>({
    R"({"exchange": {"send": "a", "expect": "GOT:a"}})",
    R"({"exchange": {"send": "a", "expect": "GOT:a"}}, {"exchange": {"send": "b", "expect": {"contains": "b"}}})",
    R"({"exchange": {"send": "${iteration}", "expect": "GOT:${iteration}"}})",
    R"({"send": "a"}, {"expect": "GOT:a"})",
});

class VerifiedShare : public testing::TestWithParam<std::string_view> {};
INSTANTIATE_TEST_SUITE_P(, VerifiedShare, testing::ValuesIn(kWays));

TEST_P(VerifiedShare, IsWhatWasAskedForWithinWhatChanceAllows) {
  for (const double share : {0.5, 0.1, 0.01}) {
    const std::string load = fmt::format(R"("duration": "4s", "warmup": "100ms", "verify": "{}%")", 100 * share);
    const load::Measurements measured = run_load(loaded_steps(load, GetParam())).load->measured;
    const auto messages = static_cast<double>(measured.messages);
    EXPECT_GT(messages, 10'000);
    EXPECT_EQ(measured.errors, 0U);
    EXPECT_NEAR(static_cast<double>(measured.verified), messages * share, tolerance(messages, share)) << share;
  }
}

TEST_P(VerifiedShare, IsAllWhereNothingIsSaid) {
  const load::Measurements measured = run_load(loaded_steps(R"("duration": "100ms")", GetParam())).load->measured;
  EXPECT_GT(measured.messages, 100U);
  EXPECT_EQ(measured.verified, measured.messages);
}

TEST_P(VerifiedShare, IsOneOfEachConnectionWhereOnlyTheFirstIsCompared) {
  const load::Measurements measured =
      run_load(loaded_steps(R"("duration": "100ms", "verify": "first")", GetParam(), R"("count": 7)")).load->measured;
  EXPECT_GT(measured.messages, 100U);
  EXPECT_EQ(measured.verified, 7U);
}

/// A server that never answers as is expected.
class VerifiedShareOfLies : public testing::TestWithParam<std::string_view> {};
INSTANTIATE_TEST_SUITE_P(, VerifiedShareOfLies,
                         testing::Values(R"({"exchange": {"send": "a", "expect": "GOT:b"}})",
                                         R"({"exchange": {"send": "${iteration}", "expect": "GOT:b"}})",
                                         R"({"send": "a"}, {"expect": "GOT:b"})"));

TEST_P(VerifiedShareOfLies, IsFoundWithinWhatChanceAllows) {
  for (const double share : {0.5, 0.1, 0.01}) {
    const std::string load = fmt::format(R"("duration": "4s", "verify": "{}%")", 100 * share);
    const load::Measurements measured = run_load(loaded_steps(load, GetParam())).load->measured;
    const auto errors = static_cast<double>(measured.errors);
    const double replies = errors + static_cast<double>(measured.messages);
    EXPECT_GT(replies, 10'000);
    EXPECT_NEAR(errors, replies * share, tolerance(replies, share) + 10) << "those under way at the end, too";
    EXPECT_EQ(measured.verified, 0U) << "what is compared fails";
  }
}

TEST_P(VerifiedShareOfLies, IsAllWhereTheFirstOfAConnectionIsCompared) {
  const load::Measurements measured =
      run_load(loaded_steps(R"("duration": "1s", "verify": "first")", GetParam())).load->measured;
  EXPECT_EQ(measured.messages, 0U) << "each failure is followed by another connection";
  EXPECT_GT(measured.errors, 100U);
}

TEST(VerifiedFirst, IsOfEachConnection) {
  const ScenarioResult result = run_load(loaded_steps(R"("duration": "1s", "verify": "first")",
                                                      R"({"send": "a\nb"}, {"expect": "GOT:a"}, {"expect": "x"})",
                                                      R"("count": 3, "connection": "per_iteration")"));
  const load::Measurements& measured = result.load->measured;
  EXPECT_TRUE(result.failures.empty()) << "the second is not compared";
  EXPECT_GT(measured.verified, 100U);
  EXPECT_NEAR(static_cast<double>(measured.messages), 2 * static_cast<double>(measured.verified), 3);
}

TEST(VerifiedFirst, IsTheOneThatWasLookedFor) {
  const ScenarioResult result =
      run_load(loaded_steps(R"("duration": "1s", "verify": "first")",
                            R"({"send": "a\nb"}, {"expect": {"mode": "until", "equals": "GOT:a"}}, {"expect": "x"})"));
  EXPECT_TRUE(result.failures.empty()) << "finding it has compared it";
}

/// The first hundred iterations are of the warm-up.
ScenarioResult warmed_up(const std::string& pattern) {
  return run_load(loaded_steps(
      R"("model": "open", "rate": "100/s", "warmup": "1s", "duration": "1s", "verify": "first")",
      R"({"exchange": {"send": "${iteration}", "expect": {"matches": ")" + pattern + R"("}}})", R"("count": 3)"));
}

TEST(VerifiedFirst, IsTheFirstAfterTheWarmUpToo) {
  EXPECT_EQ(warmed_up("GOT:").load->measured.verified, 3U);
  EXPECT_EQ(judge(warmed_up("GOT:[0-9]?[0-9]$")), Verdict::failed) << "only what judges nothing was right";
}

TEST(VerifiedRetry, IsComparedWhateverTheShare) {
  const ScenarioResult result = run_load(loaded_steps(
      R"("duration": "1s", "verify": "1%")",
      R"({"retry": {"times": 99, "every": "1ms", "until": [{"exchange": {"send": "${random:1}", "expect": "GOT:a"}}]}})",
      R"("count": 3)"));
  EXPECT_GT(result.load->measured.messages, 5U);
  EXPECT_EQ(result.load->measured.verified, result.load->measured.messages) << "it goes on until they pass";
}

}  // namespace
}  // namespace client::run
