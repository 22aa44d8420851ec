#pragma once

#include <cstdint>

namespace client::run {

/// How a client ended.
enum class Outcome : std::uint8_t {
  passed,
  failed,
  unreached,    ///< it failed, for it could not connect
  skipped,      ///< by a step of its own
  interrupted,  ///< it was told to end before it had
};

}  // namespace client::run
