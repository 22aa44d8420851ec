#pragma once

#include <cstdint>
#include <memory>

#include "scheduler/backend.h"

namespace client::run {

/// The network and clock of --simulate, drawn from the seed. It is at least so fast that the most that one send can
/// have passes both ways within the time that a step has by default: no server is to be blamed for the network.
std::unique_ptr<sched::Backend> make_simulated_network(std::uint64_t seed);

}  // namespace client::run
