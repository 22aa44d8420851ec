#pragma once

#include <functional>

#include "scheduler/result.h"

namespace sched {

/// Gives the calling thread a descriptor table of its own, a copy of what is open now. Errors: of unshare(2).
Result<void> unshare_descriptors();

/// Runs body(0) on the calling thread and body(1) … body(count - 1) on threads of their own, and returns when all have
/// returned. Each of the others has a descriptor table of its own: what was open at the start is open in all of them
/// under the same number, what is opened or closed later concerns one alone, and the limit of descriptors holds for
/// each. `count` is at least 1. `body` makes the thread's scheduler. Errors: of clone(2) and unshare(2), and then body
/// was not called at all.
Result<void> run_on_threads(unsigned count, const std::function<void(unsigned index)>& body);

}  // namespace sched
