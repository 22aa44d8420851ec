#include "scheduler/backends/io_uring_waits.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "scheduler/cancel_scope.h"
#include "scheduler/readiness.h"
#include "scheduler/scheduler.h"
#include "scheduler/scope.h"
#include "tests/unit/scheduler/backends/uring_run.h"

namespace {

using sched::Address;
using sched::CancelScope;
using sched::Descriptor;
using sched::Ready;
using sched::Result;
using sched::Stream;
using sched::Task;
using support::error_of;
using support::must;

/// Connects until the backlog is full; the last one was cancelled after a while.
Task<Result<Stream>> connect_until_it_hangs(Address to, std::vector<Stream>& connected) {
  for (;;) {
    CancelScope limit(instant_after(sched::now(), std::chrono::milliseconds(20)));
    Result<Stream> stream = co_await sched::connect(to);
    if (!stream) co_return stream;
    connected.push_back(std::move(*stream));
  }
}

TEST(UringConnect, IsCancelledWhileThePeerDoesNotAnswer) {
  uring::run([]() -> Task<> {
    sched::ListenOptions options;
    options.backlog = 1;
    sched::Listener listener = must(sched::listen(*Address::ip("127.0.0.1", 0), options));
    std::vector<Stream> connected;
    EXPECT_EQ(error_of(co_await connect_until_it_hangs(must(listener.local_address()), connected)), "cancelled");
    EXPECT_FALSE(connected.empty());
  });
}

TEST(UringConnect, ToAFullUnixSocketIsTriedAgainUntilThereIsRoom) {
  uring::run([]() -> Task<> {
    sched::ListenOptions options;
    options.backlog = 1;
    sched::Listener listener =
        must(sched::listen(*Address::unix_path("@gotback-test-" + std::to_string(::getpid())), options));
    const Address address = must(listener.local_address());
    std::vector<Stream> connected;
    EXPECT_EQ(error_of(co_await connect_until_it_hangs(address, connected)), "cancelled");
    sched::Scope scope;
    scope.spawn([](Address to) -> Task<Result<void>> {
      const Result<Stream> stream = co_await sched::connect(to);
      co_return stream ? Result<void>{} : std::unexpected(stream.error());
    }(address));
    for (std::size_t i = 0; i <= connected.size(); ++i) must(co_await listener.accept());
    must(co_await scope.join());
  });
}

TEST(UringPoll, CompletesWhenADescriptorIsReadyOrCannotBePolled) {
  uring::run([]() -> Task<> {
    std::array<int, 2> fds{};
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, fds.data()), 0);
    const Descriptor near(fds[0]);
    const Descriptor far(fds[1]);
    must(co_await sched::wait_until_ready(near.get(), Ready::to_write));
    {
      const CancelScope limit(instant_after(sched::now(), std::chrono::milliseconds(5)));
      EXPECT_EQ(error_of(co_await sched::wait_until_ready(near.get(), Ready::to_read)), "cancelled");
    }
    EXPECT_EQ(::send(far.get(), "x", 1, 0), 1);
    must(co_await sched::wait_until_ready(near.get(), Ready::to_read));
    const Descriptor regular(::open("/proc/self/exe", O_RDONLY | O_CLOEXEC));
    must(co_await sched::wait_until_ready(regular.get(), Ready::to_read));
    EXPECT_EQ(error_of(co_await sched::wait_until_ready(1'000'000, Ready::to_read)), "EBADF");
  });
}

}  // namespace
