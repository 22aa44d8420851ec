#pragma once

#include <cstddef>

#include "scheduler/backends/io_uring.h"
#include "scheduler/listener.h"
#include "scheduler/stream.h"
#include "scheduler/task.h"
#include "tests/support/coroutines.h"
#include "tests/support/socket.h"

// What the tests of the io_uring backend have in common.

namespace uring {

/// Runs `body` on an io_uring backend. Afterwards every descriptor and every buffer must be back. One that hangs is
/// cancelled and fails.
void run(sched::Task<> (*body)(), const sched::UringOptions& options = {});

/// How many descriptors this process has.
std::ptrdiff_t open_descriptors();

/// Runs it twice: with the kernel's share of the work done when it is entered, and done whenever it likes.
void run_either_way(sched::Task<> (*body)());

sched::Listener listen(const sched::StreamOptions& streams = {});

/// Two ends of a TCP connection on this thread's scheduler; both behave as `options` say.
sched::Task<support::Pair> connected_pair(sched::StreamOptions options = {});

/// A connection with a peer that is not on this scheduler: what the peer does has happened when its call returns.
struct Visit {
  support::Socket peer;
  sched::Stream stream;
};
sched::Task<Visit> visit(sched::StreamOptions options = {});
support::Socket visitor_of(const sched::Listener& listener);

/// Lets a few turns pass.
sched::Task<> some_turns();

/// Starts to receive and gives up, which leaves the kernel waiting for what comes.
sched::Task<> give_up_receiving(sched::Stream& stream);

/// Accepts and echoes until it is cancelled, and then until the peers are done.
sched::Task<sched::Result<void>> echo_server(sched::Listener& listener);

/// Sends `rounds` messages of `size` bytes, one after the other, and checks the answers of an echo server.
sched::Task<sched::Result<void>> ping_pong(sched::Address to, int rounds, std::size_t size, unsigned seed);

/// `clients` at once do that with an echo server of their own.
sched::Task<> exchange(unsigned clients, int rounds, std::size_t size);

}  // namespace uring
