#pragma once

#include "client/manual/connections.h"
#include "client/manual/ends.h"
#include "client/options.h"
#include "scheduler/task.h"

// What is done with connections when nobody is there to give commands.

namespace client::manual {

/// Joins `input` and `output` to a connection until that ends; with Mode::keep_listen to one after the other. What
/// fails then is told, and the next one taken.
sched::Task<Outcome> talk(const ConnectOptions& options, Connections& connections, Input& input, Output& output);

/// Answers connections as echo_server does.
sched::Task<Outcome> answer(const ConnectOptions& options, Connections& connections, Output& output);

}  // namespace client::manual
