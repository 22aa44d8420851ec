#include "tests/unit/scheduler/backends/uring_run.h"

#include <filesystem>
#include <iterator>
#include <string>

#include <gtest/gtest.h>

#include "scheduler/cancel_scope.h"
#include "scheduler/scheduler.h"
#include "scheduler/scope.h"
#include "tests/support/patience.h"

namespace uring {

using sched::Result;
using sched::Task;
using support::must;

namespace {

Task<> guarded(Task<> (*body)()) {
  const sched::CancelScope limit(sched::instant_after(sched::now(), support::kPatience));
  co_await body();
  EXPECT_FALSE(limit.expired()) << "the test hung and was cancelled";
}

}  // namespace

std::ptrdiff_t open_descriptors() {
  return std::distance(std::filesystem::directory_iterator("/proc/self/fd"), std::filesystem::directory_iterator());
}

void run(Task<> (*body)(), const sched::UringOptions& options) {
  const std::ptrdiff_t open_before = open_descriptors();
  {
    sched::Scheduler scheduler(must(sched::make_io_uring_backend(options)));
    scheduler.run(guarded(body));
    EXPECT_FALSE(scheduler.backend().is_closing());
  }
  EXPECT_EQ(open_descriptors(), open_before) << "a descriptor was left open";
}

sched::Listener listen(const sched::StreamOptions& streams) {
  sched::ListenOptions options;
  options.streams = streams;
  return must(sched::listen(*sched::Address::ip("127.0.0.1", 0), options));
}

Task<support::Pair> connected_pair(sched::StreamOptions options) {
  sched::Listener listener = listen(options);
  co_return co_await support::connect_pair(listener, options);
}

Task<Result<void>> echo_server(sched::Listener& listener) {
  sched::Scope sessions;
  for (;;) {
    Result<sched::Accepted> accepted = co_await listener.accept();
    if (!accepted) break;
    sessions.spawn(support::echo(std::move(accepted->stream)));
  }
  co_return co_await sessions.join();
}

Task<Result<void>> ping_pong(sched::Address to, int rounds, std::size_t size, unsigned seed) {
  sched::Stream stream = must(co_await sched::connect(to));
  for (int round = 0; round < rounds; ++round) {
    const std::string message = support::patterned(size, seed + static_cast<unsigned>(round));
    const Result<void> sent = co_await stream.send(support::bytes_of(message));
    if (!sent) co_return sent;
    EXPECT_EQ(co_await support::receive_exactly(stream, size), message);
  }
  co_return stream.shutdown_send();
}

Task<> exchange(unsigned clients, int rounds, std::size_t size) {
  sched::Listener listener = listen();
  sched::Scope serving;
  serving.spawn(echo_server(listener));
  sched::Scope asking;
  for (unsigned i = 0; i < clients; ++i) {
    asking.spawn(ping_pong(must(listener.local_address()), rounds, size, i * 1000));
  }
  must(co_await asking.join());
  serving.cancel();
  co_await serving.join();
}

}  // namespace uring
