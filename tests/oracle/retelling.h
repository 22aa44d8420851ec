#pragma once

#include "tests/oracle/case.h"
#include "tests/oracle/real_server.h"

namespace oracle {

/// The scenario of a case as it is told to a client that meets the server elsewhere and later: at these ports, and each
/// duration so many times as long.
Json retold(const Json& scenario, const Ports& ports, unsigned slowness);

}  // namespace oracle
