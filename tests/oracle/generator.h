#pragma once

#include "tests/oracle/case.h"

namespace oracle {

/// What a seed draws: a scenario, mostly one that an honest server passes, and a server that is honest or lies.
Case draw_case(std::uint64_t seed);

}  // namespace oracle
