#pragma once

#include <cstdint>
#include <string>

#include "client/options.h"
#include "client/scenario/model.h"

namespace client::run {

/// The command, for a shell, that runs one scenario again as it was run with `options`, drawing the same from `seed`
/// and cutting what it sends as with `rechunk`. Empty when it is in no file.
std::string replay_command(const RunOptions& options, const scenario::Scenario& scenario, std::uint64_t seed,
                           std::optional<std::uint64_t> rechunk);

}  // namespace client::run
