#pragma once

#include <source_location>

// Checks of what a programmer promised. They are on in every build: a broken promise ends the process at once,
// with its place, rather than somewhere else later.

namespace sched {

/// Prints `what` and `place` to standard error and aborts.
[[noreturn]] void check_failed(const char* what, std::source_location place);

/// Aborts with `what` and the caller's place unless `holds`.
inline void check(bool holds, const char* what, std::source_location place = std::source_location::current()) {
  if (!holds) [[unlikely]]
    check_failed(what, place);
}

}  // namespace sched
