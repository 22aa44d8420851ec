#pragma once

#include "tests/oracle/case.h"
#include "tests/oracle/opinion.h"

namespace oracle {

/// Runs a case with the client itself, on the simulated network.
Told run(const Case& drawn);

/// Whether the client would read the scenario.
bool is_readable(const Case& drawn);

}  // namespace oracle
