#pragma once

#include <cstddef>

#include "scheduler/backends/io_uring.h"
#include "scheduler/listener.h"
#include "scheduler/stream.h"
#include "scheduler/task.h"
#include "tests/support/coroutines.h"

// What the tests of the io_uring backend have in common.

namespace uring {

/// Runs `body` on an io_uring backend. Afterwards every descriptor and every buffer must be back. One that hangs is
/// cancelled and fails.
void run(sched::Task<> (*body)(), const sched::UringOptions& options = {});

/// How many descriptors this process has.
std::ptrdiff_t open_descriptors();

sched::Listener listen(const sched::StreamOptions& streams = {});

/// Two ends of a TCP connection on this thread's scheduler; both behave as `options` say.
sched::Task<support::Pair> connected_pair(sched::StreamOptions options = {});

/// Accepts and echoes until it is cancelled, and then until the peers are done.
sched::Task<sched::Result<void>> echo_server(sched::Listener& listener);

/// Sends `rounds` messages of `size` bytes, one after the other, and checks the answers of an echo server.
sched::Task<sched::Result<void>> ping_pong(sched::Address to, int rounds, std::size_t size, unsigned seed);

/// `clients` at once do that with an echo server of their own.
sched::Task<> exchange(unsigned clients, int rounds, std::size_t size);

}  // namespace uring
