// What the io_uring backend does with what the kernel lacks or runs out of.

#include "scheduler/backends/io_uring.h"

#include <sys/resource.h>

#include <cstdint>
#include <string>
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
using sched::UringFeature;
using sched::UringOptions;
using support::bytes_of;
using support::must;

UringOptions without(UringFeature feature) { return {.masked_features = static_cast<std::uint32_t>(feature)}; }

TEST(UringFeatures, ThatItNeedsAreNamedWhenTheyAreMissing) {
  const std::vector<std::pair<UringFeature, std::string>> needed{
      {UringFeature::timed_wait, "io_uring's timed wait"},
      {UringFeature::kept_overflow, "io_uring's completion overflow list"},
      {UringFeature::stable_submission, "io_uring's stable submission"},
      {UringFeature::silent_success, "io_uring's silent completion"},
      {UringFeature::buffer_rings, "io_uring's provided buffer ring"},
      {UringFeature::multishot_receive, "io_uring's multishot receive"},
      {UringFeature::multishot_accept, "io_uring's multishot accept"},
  };
  for (const auto& [feature, name] : needed) {
    const auto backend = sched::make_io_uring_backend(without(feature));
    ASSERT_FALSE(backend.has_value()) << name;
    EXPECT_EQ(describe(backend.error()), name + ": EOPNOTSUPP (Operation not supported)");
  }
}

TEST(UringFeatures, ThatItCanDoWithoutChangeNothing) {
  for (const UringFeature feature :
       {UringFeature::deferred_work, UringFeature::registered_ring, UringFeature::silent_send}) {
    uring::run([]() -> Task<> { co_await uring::exchange(20, 20, 5000); }, without(feature));
  }
}

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

TEST(UringClose, OfManyStreamsLetsGoOfAll) {
  uring::run([]() -> Task<> {
    std::vector<support::Pair> pairs;
    sched::Scope scope;
    for (int i = 0; i < 100; ++i) pairs.push_back(co_await uring::connected_pair());
    for (support::Pair& pair : pairs) {
      scope.spawn(
          [](Stream& stream) -> Task<> { [[maybe_unused]] auto none = co_await stream.receive(); }(pair.server));
    }
    co_await sched::yield();
    scope.cancel();
    co_await scope.join();
    pairs.clear();
    EXPECT_TRUE(sched::Scheduler::current().backend().is_closing());
  });
}

TEST(UringStream, MovesBlocksOfEverySizeWhole) {
  // From the small buffers to the large ones and back.
  uring::run([]() -> Task<> {
    sched::Listener listener = uring::listen();
    sched::Scope serving;
    serving.spawn(uring::echo_server(listener));
    Stream stream = must(co_await sched::connect(must(listener.local_address())));
    for (const std::size_t size : {1U, 2047U, 2048U, 2049U, 65'536U, 500'000U, 70'000U, 5U}) {
      for (unsigned round = 0; round < 40; ++round) {
        const std::string block = support::patterned(size, round);
        sched::Scope sending;
        sending.spawn(support::send_text(stream, block));
        EXPECT_TRUE(co_await support::receive_exactly(stream, size) == block) << size;
        must(co_await sending.join());
      }
    }
    stream.close();
    serving.cancel();
    co_await serving.join();
  });
}

}  // namespace
