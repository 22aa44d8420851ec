#pragma once

#include <cstdint>
#include <cstdlib>
#include <string>

namespace oracle {

/// What a variable of the environment says, with which a test is asked for more, or for one thing alone.
inline std::uint64_t number_from_environment(const char* name, std::uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text != nullptr ? std::stoull(text) : otherwise;
}

}  // namespace oracle
