// What goes wrong with io_uring, each with a test of its own.

#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "scheduler/backends/io_uring_ring.h"
#include "scheduler/event.h"
#include "scheduler/scheduler.h"
#include "scheduler/scope.h"
#include "tests/unit/scheduler/backends/uring_run.h"

namespace {

using sched::Lease;
using sched::Result;
using sched::Stream;
using sched::Task;
using support::bytes_of;
using support::must;
using support::Pair;

std::uint64_t turns() { return sched::Scheduler::current().turns(); }

TEST(UringWithoutBuffers, GoesOnWhenTheyComeBack) {
  uring::run([]() -> Task<> { co_await uring::exchange(50, 20, 10'000); }, {.receive_buffers = 2});
}

TEST(UringWithoutBuffers, WaitsWithoutSpinning) {
  uring::run(
      []() -> Task<> {
        Pair holding = co_await uring::connected_pair({.receive_limit = 1});
        Pair waiting = co_await uring::connected_pair({.receive_limit = 1});
        must(co_await holding.client.send(bytes_of("ab")));
        const Lease first = must(co_await holding.server.receive());
        const Lease second = must(co_await holding.server.receive());
        must(co_await waiting.client.send(bytes_of("c")));
        // The pool of two is with this fiber, which waits for a third: it must not wait for ever, nor turn meanwhile.
        const std::uint64_t before = turns();
        const Lease third = must(co_await waiting.server.receive());
        EXPECT_LE(turns() - before, 8U);
        EXPECT_EQ(support::text_of(first.bytes()) + support::text_of(second.bytes()) + support::text_of(third.bytes()),
                  "abc");
      },
      {.receive_buffers = 2});
}

TEST(UringWithoutBuffers, OnesThatAreHeldDoNotStopOthersWhileThereIsWork) {
  uring::run(
      []() -> Task<> {
        Pair holding = co_await uring::connected_pair({.receive_limit = 1});
        Pair waiting = co_await uring::connected_pair({.receive_limit = 1});
        must(co_await holding.client.send(bytes_of("a")));
        const Lease held = must(co_await holding.server.receive());
        must(co_await waiting.client.send(bytes_of("b")));
        bool received = false;
        sched::Scope scope;
        scope.spawn([](Stream& stream, bool& done) -> Task<Result<void>> {
          const Result<Lease> lease = co_await stream.receive();
          done = lease.has_value();
          co_return Result<void>{};
        }(waiting.server, received));
        for (int i = 0; i < 100 && !received; ++i) co_await sched::yield();
        EXPECT_TRUE(received);
        must(co_await scope.join());
      },
      {.receive_buffers = 1});
}

/// Sends as long as it is let.
Task<Result<void>> flood(Stream& stream, std::uint64_t& taken) {
  const std::string block = support::patterned(16 * 1024);
  for (;;) {
    const Result<void> sent = co_await stream.send(bytes_of(block));
    if (!sent) co_return Result<void>{};
    taken += block.size();
  }
}

/// Makes the pool as large as it gets by holding most of it.
Task<> fill_pool(sched::StreamOptions options) {
  Pair pair = co_await uring::connected_pair(options);
  std::vector<Lease> held;
  while (held.size() < 400) {
    must(co_await pair.client.send(bytes_of("x")));
    held.push_back(must(co_await pair.server.receive()));
  }
}

TEST(UringFlooder, TakesOnlyItsShareOfTheBuffers) {
  uring::run([]() -> Task<> {
    // What the kernel holds of a flood that nobody reads is bounded by these, so that what is read ahead shows.
    const sched::StreamOptions narrow{.receive_limit = 2000,
                                      .unsent_limit = 16 * 1024,
                                      .kernel_receive_buffer = 32 * 1024,
                                      .kernel_send_buffer = 32 * 1024};
    co_await fill_pool(narrow);
    Pair flooding = co_await uring::connected_pair(narrow);
    Pair slow = co_await uring::connected_pair();
    std::uint64_t flooded = 0;
    sched::Scope scope;
    scope.spawn(flood(flooding.client, flooded));
    must(co_await flooding.server.receive());  // and no more
    scope.spawn(support::echo(std::move(slow.server)));
    for (int round = 0; round < 500; ++round) {
      must(co_await slow.client.send(bytes_of("?")));
      EXPECT_EQ(co_await support::receive_exactly(slow.client, 1), "?");
    }
    EXPECT_LT(flooded, 600'000U) << "the backend reads ahead without a bound";
    scope.cancel();
    co_await scope.join();
  });
}

TEST(UringMultishot, IsAskedForAgainWheneverItHasEnded) {
  // A multishot ends with data when there is no room for its completion, and with nothing when a buffer is missing.
  uring::run([]() -> Task<> { co_await uring::exchange(20, 10, 20'000); },
             {.submission_entries = 4, .completion_entries = 4, .receive_buffers = 4});
}

TEST(UringMultishot, GivesNoBufferWithTheEndOfTheStream) {
  // A pool counts its buffers when it ends.
  uring::run([]() -> Task<> {
    for (int i = 0; i < 10; ++i) {
      Pair pair = co_await uring::connected_pair();
      must(co_await pair.client.send(bytes_of("last")));
      must(co_await pair.client.flush());
      must(pair.client.shutdown_send());
      const support::Everything everything = co_await support::receive_everything(pair.server);
      EXPECT_EQ(everything.text, "last");
      EXPECT_EQ(everything.end, "end of stream");
    }
  });
}

TEST(UringMultishot, OnAUnixSocketSeesTheEndThatComesWithData) {
  uring::run([]() -> Task<> {
    sched::ListenOptions options;
    options.streams.receive_limit = 10;
    sched::Listener listener =
        must(sched::listen(*sched::Address::unix_path("@gotback-test-" + std::to_string(::getpid())), options));
    // The kernel looks again after 32 receives in a row.
    for (const std::size_t receives : {1U, 20U, 33U, 40U, 65U, 100U, 200U}) {
      support::Socket peer = uring::visitor_of(listener);
      Stream stream = must(co_await listener.accept()).stream;
      const std::string said = support::patterned(receives * 10);
      peer.send_all(said);
      peer.shutdown_send();
      std::string heard = must(co_await support::receive_text(stream));
      // While nobody reads, it reads ahead, as far as it may.
      co_await uring::some_turns();
      const support::Everything rest = co_await support::receive_everything(stream);
      EXPECT_EQ(heard + rest.text, said);
      EXPECT_EQ(rest.end, "end of stream") << "after " << receives << " receives";
    }
  });
}

Task<> send_through_a_tiny_buffer() {
  Pair pair = co_await uring::connected_pair({.kernel_receive_buffer = 4096, .kernel_send_buffer = 4096});
  const std::string all = support::patterned(10'000'000);
  sched::Scope scope;
  scope.spawn([](Stream& stream, const std::string& text) -> Task<Result<void>> {
    // Pieces of all sizes, so that sends are cut everywhere.
    std::size_t size = 1;
    for (std::string_view left = text; !left.empty(); size = size * 5 % 100'003) {
      const std::string_view piece = left.substr(0, size);
      left.remove_prefix(piece.size());
      const Result<void> sent = co_await stream.send(bytes_of(piece));
      if (!sent) co_return sent;
    }
    const Result<void> flushed = co_await stream.flush();
    if (!flushed) co_return flushed;
    co_return stream.shutdown_send();
  }(pair.client, all));
  const support::Everything everything = co_await support::receive_everything(pair.server);
  EXPECT_TRUE(everything.text == all) << everything.text.size() << " bytes came";
  must(co_await scope.join());
}

TEST(UringSends, KeepTheirOrderThroughATinyBuffer) { uring::run(send_through_a_tiny_buffer); }

TEST(UringSends, KeepTheirOrderThroughATinyBufferWhenNoneIsSilent) {
  uring::run(send_through_a_tiny_buffer,
             {.masked_features = static_cast<std::uint32_t>(sched::UringFeature::silent_send)});
}

TEST(UringPeerThatDoesNotRead, IsNotReadFromEither) {
  uring::run([]() -> Task<> {
    const sched::StreamOptions narrow{
        .unsent_limit = 16 * 1024, .kernel_receive_buffer = 32 * 1024, .kernel_send_buffer = 32 * 1024};
    Pair pair = co_await uring::connected_pair(narrow);
    std::uint64_t flooded = 0;
    sched::Scope scope;
    scope.spawn(support::echo(std::move(pair.server)));
    sched::Scope flooding;
    flooding.spawn(flood(pair.client, flooded));
    // Loopback moves what it can in a turn: a flood that has stood still for so many is stopped.
    std::uint64_t then = 1;
    for (int still = 0; still < 200; ++still) {
      if (std::exchange(then, flooded) != flooded) still = 0;
      co_await sched::yield();
    }
    EXPECT_LT(flooded, 1'000'000U);
    flooding.cancel();
    co_await flooding.join();
    // All that was taken is answered once it reads.
    const std::uint64_t taken = pair.client.sent() + pair.client.unsent();
    EXPECT_EQ((co_await support::receive_exactly(pair.client, taken)).size(), taken);
    must(pair.client.shutdown_send());
    must(co_await scope.join());
  });
}

/// A bit of everything that can be cancelled.
Task<Result<void>> errand(sched::Address to) {
  Result<Stream> stream = co_await sched::connect(to);
  if (!stream) co_return std::unexpected(stream.error());
  const std::string block = support::patterned(300'000);
  const Result<void> sent = co_await stream->send(bytes_of(block));
  if (!sent) co_return sent;
  std::string answer;
  while (answer.size() < block.size()) {
    const Result<std::string> received = co_await support::receive_text(*stream);
    if (!received) co_return std::unexpected(received.error());
    answer += *received;
  }
  EXPECT_TRUE(answer == block);
  co_return Result<void>{};
}

TEST(UringCancellation, LeavesNothingBehindAtAnyPoint) {
  uring::run([]() -> Task<> {
    sched::Listener listener = uring::listen();
    sched::Scope serving(sched::Scope::OnFailure::keep_siblings);
    serving.spawn([](sched::Listener& at, sched::Scope& sessions) -> Task<> {
      while (Result<sched::Accepted> accepted = co_await at.accept()) {
        sessions.spawn(support::echo(std::move(accepted->stream)));
      }
    }(listener, serving));
    bool finished = false;
    for (int patience = 0; !finished; ++patience) {
      sched::Scope scope;
      scope.spawn(errand(must(listener.local_address())));
      for (int i = 0; i < patience; ++i) co_await sched::yield();
      finished = scope.size() == 0;
      scope.cancel();
      co_await scope.join();
    }
    serving.cancel();
    co_await serving.join();
  });
}

TEST(UringCancellation, AReusedDescriptorGetsNothingOfTheOneBefore) {
  uring::run([]() -> Task<> {
    for (int i = 0; i < 50; ++i) {
      Pair before = co_await uring::connected_pair();
      must(co_await before.client.send(bytes_of("for the one before")));
      sched::Scope scope;
      scope.spawn(
          [](Stream& stream) -> Task<> { [[maybe_unused]] auto lease = co_await stream.receive(); }(before.server));
      co_await sched::yield();
      scope.cancel();
      co_await scope.join();
      before.server.close();
      before.client.close();
      Pair after = co_await uring::connected_pair();
      must(co_await after.client.send(bytes_of("new")));
      EXPECT_EQ(must(co_await support::receive_text(after.server)), "new");
    }
  });
}

TEST(UringCompletionQueue, OfEightLosesNothing) {
  uring::run([]() -> Task<> { co_await uring::exchange(200, 20, 1000); },
             {.submission_entries = 4, .completion_entries = 8});
}

TEST(UringTurn, CompletesOperationsThoughAFiberIsAlwaysReady) {
  uring::run_either_way([]() -> Task<> {
    uring::Visit visit = co_await uring::visit();
    bool received = false;
    sched::Scope scope;
    scope.spawn([](Stream& stream, bool& done) -> Task<Result<void>> {
      const Result<Lease> lease = co_await stream.receive();
      done = true;
      co_return lease ? Result<void>{} : std::unexpected(lease.error());
    }(visit.stream, received));
    co_await uring::some_turns();
    visit.peer.send_all("x");
    for (int i = 0; i < 1'000'000 && !received; ++i) co_await sched::yield();
    EXPECT_TRUE(received);
    scope.cancel();
    co_await scope.join();
  });
}

TEST(UringWork, ThatIsAnnouncedAfterItWasDoneIsNotWaitedFor) {
  const std::unique_ptr<sched::UringRing> ring = must(sched::UringRing::make({}));
  // As the kernel leaves it where another thread's announcement is late.
  std::atomic_ref(*ring->raw().sq.kflags).fetch_or(IORING_SQ_TASKRUN);
  ring->catch_up();
}

TEST(UringCompletions, AMillionDoNotGrowTheStack) {
  uring::run([]() -> Task<> {
    constexpr std::size_t kCount = 1'000'000;
    Pair pair = co_await uring::connected_pair({.receive_limit = 1});
    sched::Scope scope;
    const std::string all = support::patterned(kCount);
    scope.spawn(support::send_text(pair.client, all));
    std::uintptr_t lowest = UINTPTR_MAX;
    std::uintptr_t highest = 0;
    for (std::size_t i = 0; i < kCount; ++i) {
      const Lease lease = must(co_await pair.server.receive());
      if (lease.size() != 1 || lease.bytes()[0] != static_cast<std::byte>(all[i])) ADD_FAILURE() << "at byte " << i;
      const auto here = reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0));
      lowest = std::min(lowest, here);
      highest = std::max(highest, here);
    }
    EXPECT_LT(highest - lowest, 16U * 1024);
    must(co_await scope.join());
  });
}

TEST(UringFork, AChildHasNoPartInTheRing) {
  uring::run([]() -> Task<> {
    Pair pair = co_await uring::connected_pair();
    const pid_t child = ::fork();
    if (child == 0) {
      std::ifstream maps("/proc/self/maps");
      std::stringstream text;
      text << maps.rdbuf();
      ::_exit(text.str().contains("[io_uring]") ? 1 : 0);
    }
    int status = -1;
    EXPECT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_EQ(status, 0) << "the child could use the parent's queues";
    must(co_await pair.client.send(bytes_of("still here")));
    EXPECT_EQ(co_await support::receive_exactly(pair.server, 10), "still here");
  });
}

}  // namespace
