#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "tests/oracle/case.h"
#include "tests/oracle/opinion.h"

namespace oracle {

/// One case, judged and run.
struct Trial {
  Case drawn;
  Opinion opinion = {};
  Told told = {};
  std::string difference = {};  ///< empty: the two agree
  std::uint64_t redrawn = 0;    ///< cases of this seed that were too close to call
};

/// How many times as long everything takes on real sockets, so that what is not close to each other is 50 ms apart.
inline constexpr unsigned kSlowness = 4;

/// Draws what the seed says until the judge has no doubts, and asks both.
Trial try_seed(std::uint64_t seed);

/// Draws a case for real sockets: one that is soon over, and where the judge has no doubts though it has a wide margin.
/// Asks the judge alone.
Trial judge_for_real(std::uint64_t seed);

/// The smallest case that still disagrees in the same way, with both opinions, for a person.
std::string explain(const Trial& trial);

}  // namespace oracle
