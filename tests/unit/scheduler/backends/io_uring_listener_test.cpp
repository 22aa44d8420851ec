#include "scheduler/backends/io_uring_listener.h"

#include <sys/resource.h>
#include <unistd.h>

#include <cstdint>
#include <vector>

#include <gtest/gtest.h>

#include "scheduler/scheduler.h"
#include "scheduler/scope.h"
#include "tests/unit/scheduler/backends/uring_run.h"

namespace {

using sched::Accepted;
using sched::Result;
using sched::Stream;
using sched::Task;
using support::bytes_of;
using support::must;

/// Leaves the process room for `count` more descriptors while it exists.
class FewDescriptors {
 public:
  explicit FewDescriptors(int count) {
    ::getrlimit(RLIMIT_NOFILE, &before_);
    const int next = ::dup(0);
    ::close(next);
    const rlimit narrow{.rlim_cur = static_cast<rlim_t>(next + count), .rlim_max = before_.rlim_max};
    ::setrlimit(RLIMIT_NOFILE, &narrow);
  }
  FewDescriptors(const FewDescriptors&) = delete;
  FewDescriptors& operator=(const FewDescriptors&) = delete;
  ~FewDescriptors() { ::setrlimit(RLIMIT_NOFILE, &before_); }

 private:
  rlimit before_{};
};

TEST(UringAccept, OutOfDescriptorsForgetsNobodyAndDoesNotSpin) {
  uring::run([]() -> Task<> {
    constexpr int kPeers = 100;
    constexpr int kRoom = 8;
    sched::Listener listener = uring::listen();
    std::vector<Stream> peers;
    for (int i = 0; i < kPeers; ++i) {
      peers.push_back(must(co_await sched::connect(must(listener.local_address()))));
      must(co_await peers.back().send(bytes_of("x")));
    }
    const FewDescriptors few(kRoom);
    int served = 0;
    int refused = 0;
    std::vector<Stream> open;
    const std::uint64_t before = sched::Scheduler::current().turns();
    while (served < kPeers) {
      Result<Accepted> accepted = co_await listener.accept();
      if (accepted) {
        EXPECT_EQ(must(co_await support::receive_text(accepted->stream)), "x");
        open.push_back(std::move(accepted->stream));
        ++served;
      } else {
        EXPECT_EQ(support::error_of(accepted), "EMFILE");
        ++refused;
        open.clear();
      }
    }
    EXPECT_GE(refused, kPeers / kRoom - 1);
    EXPECT_LE(sched::Scheduler::current().turns() - before, 10U * kPeers);
  });
}

TEST(UringAccept, TakesNoMoreWhenNobodyAccepts) {
  uring::run([]() -> Task<> {
    sched::Listener listener = uring::listen();
    const sched::Address address = must(listener.local_address());
    std::vector<Stream> peers;
    sched::Scope scope;
    scope.spawn([](sched::Listener& at) -> Task<> { [[maybe_unused]] auto accepted = co_await at.accept(); }(listener));
    peers.push_back(must(co_await sched::connect(address)));
    co_await scope.join();
    peers.push_back(must(co_await sched::connect(address)));
    for (int i = 0; i < 3; ++i) co_await sched::yield();
    // Whatever came until now may have been taken ahead; from here on the connections stay where they are.
    const std::ptrdiff_t open_before = uring::open_descriptors();
    for (int i = 0; i < 20; ++i) peers.push_back(must(co_await sched::connect(address)));
    for (int i = 0; i < 3; ++i) co_await sched::yield();
    EXPECT_EQ(uring::open_descriptors(), open_before + 20) << "a peer's end each";
    int queued = 0;
    while (Result<Accepted> accepted = co_await listener.accept_queued()) ++queued;
    EXPECT_EQ(queued, 21);
  });
}

Task<> give_up_accepting(sched::Listener& listener) {
  sched::Scope scope;
  scope.spawn([](sched::Listener& at) -> Task<> { [[maybe_unused]] auto none = co_await at.accept(); }(listener));
  co_await uring::some_turns();
  scope.cancel();
  co_await scope.join();
}

TEST(UringAccept, OfWhatIsQueuedFindsAllThatHaveConnected) {
  uring::run_either_way([]() -> Task<> {
    sched::Listener listener = uring::listen();
    std::vector<support::Socket> visitors;
    for (int round = 0; round < 3; ++round) {
      for (int i = 0; i < 5; ++i) visitors.push_back(uring::visitor_of(listener));
      for (int i = 0; i < 5; ++i) must(co_await listener.accept_queued());
      EXPECT_EQ(support::error_of(co_await listener.accept_queued()), "would block");
      co_await give_up_accepting(listener);
    }
  });
}

TEST(UringAccept, PassesOverAPeerThatIsGone) {
  uring::run([]() -> Task<> {
    sched::Listener listener = uring::listen();
    uring::visitor_of(listener).reset();
    support::Socket visitor = uring::visitor_of(listener);
    visitor.send_all("here");
    Accepted accepted = must(co_await listener.accept());
    EXPECT_EQ(co_await support::receive_exactly(accepted.stream, 4), "here");
    EXPECT_EQ(support::error_of(co_await listener.accept_queued()), "would block");
  });
}

TEST(UringListener, LeavesNothingBehindWhenItIsClosed) {
  uring::run_either_way([]() -> Task<> {
    sched::Listener listener = uring::listen();
    co_await give_up_accepting(listener);
    const support::Socket visitor = uring::visitor_of(listener);
    listener.close();
  });
}

}  // namespace
