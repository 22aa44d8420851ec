#pragma once

#include "client/options.h"

namespace client::run {

/// `echo_client run`: reads and checks all files, starts the server that was asked for, runs the scenarios one after
/// the other, and tells on standard error how it went. Gives the exit code (exit_code.h).
int run(const RunOptions& options);

}  // namespace client::run
