#pragma once

#include "scheduler/backends/simulated.h"
#include "scheduler/scheduler.h"
#include "scheduler/task.h"

namespace support {

/// Runs `body`, a coroutine that captures nothing, on a simulated network and clock. One that waits for ever aborts the
/// test with what it waits for.
inline void simulate(sched::Task<> (*body)(), const sched::SimulatedOptions& options = {}) {
  sched::Scheduler scheduler(sched::make_simulated_backend(options));
  scheduler.run(body());
}

}  // namespace support
