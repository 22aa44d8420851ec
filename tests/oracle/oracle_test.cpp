// The judge and the client, asked about the same cases.
//
// GOTBACK_ORACLE_CASES=N tries the seeds from 1 to N instead of 2000; GOTBACK_ORACLE_SEED=N tries that one alone and
// shows it.

#include <iostream>
#include <span>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "tests/oracle/environment.h"
#include "tests/oracle/lies.h"
#include "tests/oracle/tally.h"
#include "tests/oracle/trial.h"
#include "tests/oracle/wanted.h"

namespace {

constexpr std::uint64_t kUsualCases = 2000;

/// How many disagreements are shown whole.
constexpr std::uint64_t kShown = 3;

void expect_met(const oracle::Tally& tally, std::span<const std::string_view> all, std::uint64_t least) {
  for (const std::string_view what : all) EXPECT_GE(tally.count(std::string(what)), least) << what;
}

void expect_all_was_met(const oracle::Tally& tally) {
  expect_met(tally, oracle::kOften, oracle::kOftenAtLeast);
  expect_met(tally, oracle::kNowAndThen, oracle::kNowAndThenAtLeast);
  expect_met(tally, oracle::kSeldom, oracle::kSeldomAtLeast);
  expect_met(tally, oracle::kRarely, oracle::kRarelyAtLeast);
  for (const oracle::Lie& lie : oracle::lies()) {
    EXPECT_GE(tally.count("lie " + std::string(lie.name)), 5U) << lie.name;
  }
  const std::uint64_t passed = tally.count("verdict passed");
  EXPECT_GT(passed, kUsualCases * 3 / 10);
  EXPECT_LT(passed, kUsualCases * 7 / 10);
}

TEST(Oracle, AgreesWithTheClientOnEveryVerdict) {
  const std::uint64_t only = oracle::number_from_environment("GOTBACK_ORACLE_SEED", 0);
  const std::uint64_t first = only != 0 ? only : 1;
  const std::uint64_t last = only != 0 ? only : oracle::number_from_environment("GOTBACK_ORACLE_CASES", kUsualCases);
  oracle::Tally tally;
  std::uint64_t redrawn = 0;
  std::uint64_t disagreements = 0;
  for (std::uint64_t seed = first; seed <= last; ++seed) {
    const oracle::Trial trial = oracle::try_seed(seed);
    if (only != 0) std::cout << to_text(trial.drawn) << to_text(trial.opinion) << to_text(trial.told);
    redrawn += trial.redrawn;
    tally.add(trial.drawn, trial.opinion);
    if (trial.difference.empty()) continue;
    if (++disagreements > kShown) continue;
    ADD_FAILURE() << "GOTBACK_ORACLE_SEED=" << seed << " build/tests/oracle_test replays it\n" << explain(trial);
  }
  EXPECT_EQ(disagreements, 0U);
  EXPECT_LE(redrawn * 10, last - first + 10) << "cases were too close to call";
  RecordProperty("redrawn", std::to_string(redrawn));
  RecordProperty("passed", std::to_string(tally.count("verdict passed")));
  std::cout << last - first + 1 << " cases, " << tally.count("verdict passed") << " pass, " << redrawn
            << " more were too close to call\n";
  if (last - first + 1 != kUsualCases) return;
  expect_all_was_met(tally);
  if (HasFailure()) std::cout << tally.to_text();
}

}  // namespace
