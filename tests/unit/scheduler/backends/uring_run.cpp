#include "tests/unit/scheduler/backends/uring_run.h"

#include <fcntl.h>
#include <sys/socket.h>

#include <cerrno>
#include <filesystem>
#include <iterator>
#include <string>

#include <gtest/gtest.h>

#include "scheduler/cancel_scope.h"
#include "scheduler/check.h"
#include "scheduler/descriptor.h"
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

void run_either_way(Task<> (*body)()) {
  run(body);
  run(body, {.masked_features = static_cast<std::uint32_t>(sched::UringFeature::deferred_work)});
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

support::Socket visitor_of(const sched::Listener& listener) {
  // Without blocking: the kernel's work for this thread's ring interrupts what blocks, and loopback connects at once.
  const sched::Address to = must(listener.local_address());
  sched::Descriptor fd(::socket(to.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  const bool connected = ::connect(fd.get(), to.data(), to.size()) == 0 || errno == EINPROGRESS;
  sched::check(connected, "a visitor cannot connect");
  ::fcntl(fd.get(), F_SETFL, 0);
  return support::Socket(std::move(fd));
}

Task<Visit> visit(sched::StreamOptions options) {
  sched::Listener listener = listen(options);
  support::Socket peer = visitor_of(listener);
  sched::Accepted accepted = must(co_await listener.accept());
  co_return Visit{std::move(peer), std::move(accepted.stream)};
}

Task<> some_turns() {
  for (int i = 0; i < 5; ++i) co_await sched::yield();
}

Task<> give_up_receiving(sched::Stream& stream) {
  sched::Scope scope;
  scope.spawn([](sched::Stream& from) -> Task<> { [[maybe_unused]] auto none = co_await from.receive(); }(stream));
  co_await some_turns();
  scope.cancel();
  co_await scope.join();
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
