#pragma once

#include "client/manual/ends.h"
#include "client/options.h"
#include "scheduler/task.h"

namespace client::manual {

/// Connects to each of the ports of `options` in turn and closes at once. With `verbose` it tells of each whether that
/// was possible. Gives whether any was; cancelled: of those that were tried.
sched::Task<bool> probe(const ConnectOptions& options, Output& output);

}  // namespace client::manual
