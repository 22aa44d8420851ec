#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "tests/oracle/script.h"

namespace oracle {

/// A scenario, the server that it meets, and how good the network is.
struct Case {
  std::uint64_t seed = 0;  ///< of the network, and of what the client draws
  Json scenario;
  Server server;
  bool is_rough = false;  ///< the network's conditions are drawn; else they are as gentle as they can be
  std::optional<std::uint64_t> rechunk = {};
};

/// For a person, on several lines.
std::string to_text(const Case& drawn);

}  // namespace oracle
