#include <unistd.h>

#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <set>
#include <string>

#include <gtest/gtest.h>

#include "scheduler/scope.h"
#include "tests/simulation/echo_world.h"
#include "tests/support/coroutines.h"
#include "tests/support/simulate.h"

// GOTBACK_SEEDS=N tries the seeds from 1 to N instead of 200; GOTBACK_SEED=N tries that one alone, which replays it.

namespace {

using simulation::Outcome;

/// However long the pauses and however often a full backlog was knocked at.
constexpr std::chrono::minutes kLongest{10};

std::uint64_t number_from_environment(const char* name, std::uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text != nullptr ? std::stoull(text) : otherwise;
}

/// Tells which seed it was when the process is aborted.
class AbortTellsTheSeed {
 public:
  AbortTellsTheSeed() { std::signal(SIGABRT, tell); }
  AbortTellsTheSeed(const AbortTellsTheSeed&) = delete;
  AbortTellsTheSeed& operator=(const AbortTellsTheSeed&) = delete;
  ~AbortTellsTheSeed() { std::signal(SIGABRT, SIG_DFL); }

  static void set(std::uint64_t seed) {
    message_ = "replay it with GOTBACK_SEED=" + std::to_string(seed) + " build/tests/simulation_test\n";
  }
  static const std::string& message() { return message_; }

 private:
  static void tell(int) { [[maybe_unused]] const auto written = ::write(2, message_.data(), message_.size()); }

  static inline std::string message_;
};

TEST(Simulation, EveryAnswerIsRightWithEverySeedAndTheSameTheSecondTime) {
  const AbortTellsTheSeed telling;
  const std::uint64_t only = number_from_environment("GOTBACK_SEED", 0);
  const std::uint64_t first = only != 0 ? only : 1;
  const std::uint64_t last = only != 0 ? only : number_from_environment("GOTBACK_SEEDS", 200);
  std::set<std::uint64_t> hashes;
  decltype(Outcome::marks) marks{};
  std::uint64_t answers = 0;
  std::uint64_t all_traces = 0;
  for (std::uint64_t seed = first; seed <= last; ++seed) {
    AbortTellsTheSeed::set(seed);
    SCOPED_TRACE(AbortTellsTheSeed::message());
    const Outcome outcome = simulation::run_echo_world(seed);
    const Outcome again = simulation::run_echo_world(seed);
    EXPECT_EQ(outcome.trace_hash, again.trace_hash);
    EXPECT_EQ(outcome.simulated_time, again.simulated_time);
    EXPECT_LT(outcome.simulated_time, kLongest);
    hashes.insert(outcome.trace_hash);
    all_traces = all_traces * 31 + outcome.trace_hash;
    answers += outcome.answers;
    for (std::size_t i = 0; i < marks.size(); ++i) marks.at(i) += outcome.marks.at(i);
    if (HasFailure()) return;
  }
  // A lone client that gives up at once leaves the same trace as another.
  EXPECT_GT(hashes.size(), (last - first) * 99 / 100);
  EXPECT_GT(answers, 0U);
  RecordProperty("answers", std::to_string(answers));
  RecordProperty("all_traces", std::to_string(all_traces));  // to compare builds with
  // With every seed of the usual number something happens; it takes all of them for everything to happen.
  if (last - first + 1 < 200) return;
  for (std::size_t i = 0; i < marks.size(); ++i) {
    EXPECT_GT(marks.at(i), 0U) << "never met: " << name_of(static_cast<sched::simulated::Mark>(i));
  }
}

sched::Task<> ten_pairs() {
  sched::Listener listener = support::must(sched::listen(*sched::Address::ip("127.0.0.1", 0)));
  sched::Scope scope;
  for (unsigned i = 0; i < 10; ++i) {
    support::Pair pair = co_await support::connect_pair(listener);
    scope.spawn(support::echo(std::move(pair.server)));
    scope.spawn([](sched::Stream stream, unsigned number) -> sched::Task<> {
      const std::string text = support::patterned(std::size_t{100} * number, number);
      support::must(co_await support::send_text(stream, text));
      EXPECT_EQ(co_await support::receive_exactly(stream, text.size()), text);
    }(std::move(pair.client), i));
  }
  support::must(co_await scope.join());
}

// Nothing of the machine, the compiler or its options is in it. Whoever changes on purpose what happens in a simulation
// puts the new number here, which is the same in every build.
TEST(Simulation, ReplaysExactlyInEveryBuild) {
  sched::Scheduler scheduler(sched::make_simulated_backend({.seed = 42}));
  scheduler.run(ten_pairs());
  EXPECT_EQ(static_cast<sched::SimulatedBackend&>(scheduler.backend()).trace_hash(), 5'864'790'446'038'744'588U);
}

}  // namespace
