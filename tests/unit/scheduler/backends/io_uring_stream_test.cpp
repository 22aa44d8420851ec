#include "scheduler/backends/io_uring_stream.h"

#include <algorithm>
#include <functional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "scheduler/scheduler.h"
#include "scheduler/scope.h"
#include "tests/support/patience.h"
#include "tests/unit/scheduler/backends/uring_run.h"

namespace {

using sched::Lease;
using sched::Stream;
using sched::Task;
using support::bytes_of;
using support::must;
using uring::Visit;

constexpr sched::StreamOptions kNarrow{
    .unsent_limit = 256 * 1024, .kernel_receive_buffer = 4096, .kernel_send_buffer = 4096};

TEST(UringReceive, OfWhatIsAvailableFindsAllThatHasArrived) {
  uring::run_either_way([]() -> Task<> {
    Visit visit = co_await uring::visit();
    for (int round = 0; round < 3; ++round) {
      visit.peer.send_all("now");
      EXPECT_EQ(support::text_of(must(co_await visit.stream.receive_available()).bytes()), "now");
      EXPECT_EQ(support::error_of(co_await visit.stream.receive_available()), "would block");
      co_await uring::give_up_receiving(visit.stream);
    }
    visit.peer.send_all("last");
    visit.peer.close();
    EXPECT_EQ(support::text_of(must(co_await visit.stream.receive_available()).bytes()), "last");
    EXPECT_EQ(support::error_of(co_await visit.stream.receive_available()), "end of stream");
  });
}

TEST(UringReceive, OfWhatIsAvailableNeedsNoBufferOfThePool) {
  uring::run(
      []() -> Task<> {
        Visit holding = co_await uring::visit({.receive_limit = 1});
        Visit visit = co_await uring::visit({.receive_limit = 1});
        holding.peer.send_all("h");
        const Lease held = must(co_await holding.stream.receive());
        visit.peer.send_all("vw");
        EXPECT_EQ(support::text_of(must(co_await visit.stream.receive_available()).bytes()), "v");
        EXPECT_EQ(support::text_of(must(co_await visit.stream.receive_available()).bytes()), "w");
      },
      {.receive_buffers = 1});
}

TEST(UringReceive, GoesOverToLargeBuffersAndBack) {
  uring::run([]() -> Task<> {
    Visit visit = co_await uring::visit();
    std::size_t largest = 0;
    for (std::size_t received = 0; received < 1'000'000;) {
      visit.peer.try_send(support::patterned(50'000));
      const Lease lease = must(co_await visit.stream.receive());
      received += lease.size();
      largest = std::max(largest, lease.size());
    }
    EXPECT_GT(largest, 10'000U);
    while (co_await visit.stream.receive_available()) {
    }
    std::size_t roomiest = 0;
    for (int i = 0; i < 200; ++i) {
      visit.peer.send_all("x");
      Lease lease = must(co_await visit.stream.receive());
      roomiest = lease.size() + lease.tail_room().size();
    }
    EXPECT_LT(roomiest, 10'000U);
  });
}

TEST(UringStream, MovesBlocksOfEverySizeWhole) {
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

TEST(UringSend, IsFlushedThoughNothingElseHappens) {
  uring::run_either_way([]() -> Task<> {
    Visit visit = co_await uring::visit();
    co_await uring::some_turns();
    const sched::Instant before = sched::now();
    must(co_await support::send_text(visit.stream, "flushed"));
    EXPECT_LT(sched::now() - before, support::kPatience / 2) << "it took something else to wake up";
    EXPECT_EQ(visit.peer.receive_some(), "flushed");
  });
}

TEST(UringSend, IsFlushedThoughAnotherIsNotWaitedFor) {
  uring::run_either_way([]() -> Task<> {
    Visit flushed = co_await uring::visit();
    Visit sent = co_await uring::visit();
    co_await uring::some_turns();
    const sched::Instant before = sched::now();
    must(co_await flushed.stream.send(bytes_of("flushed")));
    must(co_await sent.stream.send(bytes_of("sent")));
    must(co_await flushed.stream.flush());
    EXPECT_LT(sched::now() - before, support::kPatience / 2) << "it took something else to wake up";
    EXPECT_EQ(flushed.peer.receive_some(), "flushed");
    EXPECT_EQ(sent.peer.receive_some(), "sent");
  });
}

TEST(UringSend, OfMoreThanOneSubmissionHoldsGoesOnThoughNothingElseHappens) {
  uring::run_either_way([]() -> Task<> {
    constexpr std::size_t kLeases = 2 * sched::UringRing::kMaxParts + 1;
    constexpr std::size_t kLeaseBytes = 4000;  // few of them do not share a buffer
    Visit visit = co_await uring::visit({.unsent_limit = 1024 * 1024});
    const std::jthread peer(
        [](support::Socket& socket) {
          const std::string received = socket.receive_exactly(kLeases * kLeaseBytes);
          EXPECT_TRUE(received == support::patterned(received.size()));
          socket.send_all("all");
        },
        std::ref(visit.peer));
    const std::string text = support::patterned(kLeases * kLeaseBytes);
    for (std::size_t i = 0; i < kLeases; ++i) {
      Lease lease = visit.stream.lend(kLeaseBytes);
      std::ranges::copy(bytes_of(text).subspan(i * kLeaseBytes, kLeaseBytes), lease.tail_room().begin());
      lease.commit(kLeaseBytes);
      must(co_await visit.stream.send(std::move(lease)));
    }
    EXPECT_EQ(must(co_await support::receive_text(visit.stream)), "all");
  });
}

TEST(UringSend, ThatFailedSilentlyIsNoticedThoughTheCompletionQueueIsFull) {
  uring::run(
      []() -> Task<> {
        std::vector<Visit> visits;
        std::vector<std::string> sent(20, std::string());
        visits.reserve(sent.size());
        for (std::size_t i = 0; i < sent.size(); ++i) visits.push_back(co_await uring::visit(kNarrow));
        // All in one turn, and none of them fits.
        for (std::size_t i = 0; i < sent.size(); ++i) {
          sent[i] = support::patterned(200'000, static_cast<unsigned>(i));
          must(co_await visits[i].stream.send(bytes_of(sent[i])));
        }
        co_await uring::some_turns();
        for (std::size_t i = 0; i < sent.size(); ++i) {
          std::string received;
          while (received.size() < sent[i].size()) {
            received += visits[i].peer.receive_some();
            co_await sched::yield();
          }
          EXPECT_TRUE(received == sent[i]);
        }
      },
      {.submission_entries = 4, .completion_entries = 4});
}

TEST(UringSend, FailsForTheSameReasonEverAfter) {
  uring::run([]() -> Task<> {
    Visit visit = co_await uring::visit(kNarrow);
    sched::Scope filling;
    filling.spawn([](Stream& stream) -> Task<> {
      const std::string block = support::patterned(300'000);
      while (co_await stream.send(bytes_of(block))) {
      }
    }(visit.stream));
    co_await uring::some_turns();
    visit.peer.reset();
    EXPECT_EQ((co_await support::receive_everything(visit.stream)).end, "ECONNRESET");
    co_await filling.join();
    for (int i = 0; i < 3; ++i) {
      EXPECT_EQ(support::error_of(co_await visit.stream.send(bytes_of("x"))), "ECONNRESET");
      EXPECT_EQ(support::error_of(co_await visit.stream.receive()), "ECONNRESET");
      co_await uring::some_turns();
    }
  });
}

TEST(UringClose, OffersWhatWasTakenInTheTurn) {
  uring::run([]() -> Task<> {
    Visit visit = co_await uring::visit();
    must(co_await visit.stream.send(bytes_of("goodbye")));
    visit.stream.close();
    co_await uring::some_turns();
    EXPECT_EQ(visit.peer.receive_until_eof(), "goodbye");
  });
}

TEST(UringClose, LetsGoOfBuffersThatAreFilledMeanwhile) {
  // A pool counts its buffers when it ends.
  uring::run_either_way([]() -> Task<> {
    Visit visit = co_await uring::visit();
    co_await uring::give_up_receiving(visit.stream);
    visit.peer.send_all("too late");
    visit.stream.close();
    co_await uring::some_turns();
  });
}

TEST(UringClose, OfManyStreamsLetsGoOfAll) {
  uring::run([]() -> Task<> {
    std::vector<Visit> visits;
    for (int i = 0; i < 100; ++i) {
      visits.push_back(co_await uring::visit());
      co_await uring::give_up_receiving(visits.back().stream);
    }
    visits.clear();
    EXPECT_TRUE(sched::Scheduler::current().backend().is_closing());
  });
}

}  // namespace
