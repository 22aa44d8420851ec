#include "tests/oracle/trial.h"

#include <fmt/format.h>

#include "tests/oracle/generator.h"
#include "tests/oracle/harness.h"
#include "tests/oracle/judge.h"
#include "tests/oracle/shrink.h"

namespace oracle {

namespace {

/// As much of a difference as says of which kind it is, without its place.
constexpr std::size_t kKind = 24;

/// So far apart are the seeds of cases that were drawn again.
constexpr std::uint64_t kAgain = std::uint64_t{1} << 32;

/// On real sockets, in units of the case's own time.
constexpr Time kRealMargin = 50 * kMillisecond / kSlowness + 1;
constexpr Time kLongest = 700 * kMillisecond;

Trial ask_both(Case drawn) {
  Trial trial{.drawn = std::move(drawn), .opinion = {}, .told = {}, .difference = ""};
  trial.opinion = judge(trial.drawn);
  if (!trial.opinion.doubts.empty()) return trial;
  trial.told = run(trial.drawn);
  trial.difference = difference(trial.opinion, trial.told);
  return trial;
}

}  // namespace

Trial try_seed(std::uint64_t seed) {
  for (std::uint64_t again = 0;; ++again) {
    Trial trial = ask_both(draw_case(seed + again * kAgain));
    trial.redrawn = again;
    if (trial.opinion.doubts.empty()) return trial;
  }
}

Trial judge_for_real(std::uint64_t seed) {
  for (std::uint64_t again = 0;; ++again) {
    Trial trial{.drawn = draw_case(seed + again * kAgain, Network::real), .redrawn = again};
    trial.opinion = judge(trial.drawn, kRealMargin);
    if (trial.opinion.doubts.empty() && trial.opinion.lasts <= kLongest) return trial;
  }
}

std::string explain(const Trial& trial) {
  const std::string kind = trial.difference.substr(0, kKind);
  const Trial small = ask_both(
      shrink(trial.drawn, [&](const Case& candidate) { return ask_both(candidate).difference.starts_with(kind); }));
  return fmt::format("{}\nthe smallest case that does so: {}\n{}the judge:  {}the client: {}", trial.difference,
                     small.difference, to_text(small.drawn), to_text(small.opinion), to_text(small.told));
}

}  // namespace oracle
