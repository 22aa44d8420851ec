// The judge and the client again, on this machine's own backends and several threads. The server lies on real sockets.
//
// Time is real here, and the judge is told nothing of it: it says what comes of the case as it is planned. So the cases
// are those in which nothing happens within 50 ms of something else that it could change places with, and they are told
// to the client with everything taking kSlowness times as long. Still a machine that has much else to do can be later
// than that. A case that disagrees is therefore run up to twice more, and has failed when it disagrees each time; how
// often that was done is told, and more than now and then is a failure, too.
//
// GOTBACK_ORACLE_REAL_CASES=N tries the seeds from 1 to N instead of 60; GOTBACK_ORACLE_REAL_SEED=N tries that one
// alone and shows it.

#include <sched.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <iostream>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/oracle/environment.h"
#include "tests/oracle/harness.h"
#include "tests/oracle/tally.h"
#include "tests/oracle/trial.h"

namespace {

using oracle::Told;
using oracle::Trial;

constexpr std::uint64_t kUsualCases = 60;
constexpr unsigned kMostThreads = 3;
constexpr unsigned kAttempts = 3;

/// They do little but wait.
constexpr unsigned kAtATime = 40;

/// Each in this many of the usual cases at least.
constexpr std::uint64_t kOftenAtLeast = 3;
constexpr auto kOften = std::to_array<std::string_view>({
    "step barrier",
    "file setup",
    "file teardown",
    "file load",
    "clients count",
    "clients iterations",
    "several groups",
    "several failures",
    "code mismatch",
    "code timeout",
    "code closed",
    "verdict passed",
    "verdict failed",
});

/// One case on one backend.
struct Attempted {
  const Trial& trial;
  oracle::RealRun how;
  unsigned attempts = 0;
  Told told = {};
  std::string difference = {};
};

void attempt(Attempted& run) {
  do {
    run.told = oracle::run(run.trial.drawn, run.how);
    run.difference = difference(run.trial.opinion, run.told);
  } while (++run.attempts < kAttempts && !run.difference.empty());
}

/// Several at a time, each with descriptors of its own: what a client's thread would copy of another run would not
/// close when that one closes it.
void attempt_all(std::span<Attempted> runs) {
  std::atomic<std::size_t> next = 0;
  std::vector<std::jthread> threads;
  for (unsigned i = 0; i < kAtATime; ++i) {
    threads.emplace_back([&] {
      if (::unshare(CLONE_FILES) != 0) return;
      for (std::size_t at = next++; at < runs.size(); at = next++) attempt(runs[at]);
    });
  }
}

std::vector<Trial> draw(std::uint64_t first, std::uint64_t last) {
  std::vector<Trial> trials;
  for (std::uint64_t seed = first; seed <= last; ++seed) trials.push_back(oracle::judge_for_real(seed));
  return trials;
}

/// Each on both backends, with another number of threads.
std::vector<Attempted> runs_of(const std::vector<Trial>& trials, std::uint64_t first) {
  std::vector<Attempted> runs;
  for (std::size_t i = 0; i < trials.size(); ++i) {
    const auto turn = static_cast<unsigned>(first + i);
    for (const auto& [backend, more] : {std::pair("epoll", 0U), std::pair("io_uring", 1U)}) {
      const unsigned threads = 1 + (turn + more) % kMostThreads;
      runs.push_back(
          {.trial = trials[i], .how = {.backend = backend, .threads = threads, .slowness = oracle::kSlowness}});
    }
  }
  return runs;
}

std::string described(const Attempted& run) {
  return fmt::format("on {} with {} threads: {}\n{}the judge:  {}the client: {}", run.how.backend, run.how.threads,
                     run.difference, to_text(run.trial.drawn), to_text(run.trial.opinion), to_text(run.told));
}

void expect_all_was_met(const std::vector<Trial>& trials) {
  oracle::Tally tally;
  for (const Trial& trial : trials) tally.add(trial.drawn, trial.opinion);
  for (const std::string_view what : kOften) EXPECT_GE(tally.count(std::string(what)), kOftenAtLeast) << what;
  if (testing::Test::HasFailure()) std::cout << tally.to_text();
}

TEST(Oracle, AgreesWithTheClientOnRealSocketsAndSeveralThreads) {
  const std::uint64_t only = oracle::number_from_environment("GOTBACK_ORACLE_REAL_SEED", 0);
  const std::uint64_t first = only != 0 ? only : 1;
  const std::uint64_t last =
      only != 0 ? only : oracle::number_from_environment("GOTBACK_ORACLE_REAL_CASES", kUsualCases);
  const std::vector<Trial> trials = draw(first, last);
  std::vector<Attempted> runs = runs_of(trials, first);
  attempt_all(runs);
  std::uint64_t repeats = 0;
  for (std::size_t i = 0; i < runs.size(); ++i) {
    const Attempted& run = runs[i];
    ASSERT_GT(run.attempts, 0U) << "a thread could not have a descriptor table of its own";
    repeats += run.attempts - 1;
    if (only != 0) std::cout << described(run);
    if (run.difference.empty()) continue;
    ADD_FAILURE() << "GOTBACK_ORACLE_REAL_SEED=" << first + i / 2 << " replays it\n" << described(run);
  }
  std::cout << runs.size() << " runs of " << trials.size() << " cases, " << repeats << " repeats\n";
  RecordProperty("repeats", std::to_string(repeats));
  EXPECT_LE(repeats * 5, runs.size() + 10) << "they seldom agree at once";
  if (trials.size() == kUsualCases) expect_all_was_met(trials);
}

}  // namespace
