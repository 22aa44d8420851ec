#pragma once

#include "client/options.h"

// Manual mode: a connection joined to standard input and output, as nc does it.

namespace client::manual {

/// Connects, and goes on until one side ends the conversation or a signal the program. What fails is told on standard
/// error. Gives the exit status: 0 clean, 1 an error, 129, 130 and 143 for SIGHUP, SIGINT and SIGTERM. Blocks; it makes
/// a scheduler of its own on the calling thread. sched::prepare_process() was called.
int run(const ConnectOptions& options);

}  // namespace client::manual
