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
  Opinion opinion;
  Told told;
  std::string difference;     ///< empty: the two agree
  std::uint64_t redrawn = 0;  ///< cases of this seed that were too close to call
};

/// Draws what the seed says until the judge has no doubts, and asks both.
Trial try_seed(std::uint64_t seed);

/// The smallest case that still disagrees in the same way, with both opinions, for a person.
std::string explain(const Trial& trial);

}  // namespace oracle
