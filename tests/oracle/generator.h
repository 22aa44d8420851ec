#pragma once

#include <cstdint>

#include "tests/oracle/case.h"

namespace oracle {

/// On which network a case is to be run.
enum class Network : std::uint8_t {
  simulated,
  real,  ///< nothing that asks a name server, or fits into this machine's buffers; more clients, for several threads
};

/// What a seed draws: a scenario, mostly one that an honest server passes, and a server that is honest or lies.
Case draw_case(std::uint64_t seed, Network network = Network::simulated);

}  // namespace oracle
