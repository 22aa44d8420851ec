#pragma once

#include <chrono>

#include "client/run/context.h"
#include "client/run/outcome.h"
#include "scheduler/event.h"
#include "scheduler/task.h"

namespace client::run {

/// How long a teardown may take once its run has been cut short.
constexpr sched::Duration kTimeToTearDown = std::chrono::seconds(10);

/// Does the steps of the scenario's teardown, which has one, and tells how that ended. Its times are those of the file;
/// when `cut_short` is set before it or meanwhile, it has kTimeToTearDown from then on, and is interrupted after that.
/// On the thread of `thread`, whose clients have all ended; `run` is that of the thread. All of them outlive it.
sched::Task<Outcome> tear_down(RunContext& run, ThreadContext& thread, sched::Event& cut_short);

}  // namespace client::run
