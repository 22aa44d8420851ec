#pragma once

#include "server/options.h"

namespace server {

/// echo_server: binds all sockets, says READY, serves on as many threads as were asked for, and drains at SIGTERM or
/// SIGINT. Gives the exit code: 0 after a drain, 1 failed while running, 3 could not bind or start. A second signal
/// ends the process at once with 128 + its number. Call it while the process has one thread.
int run_program(const Options& options);

}  // namespace server
