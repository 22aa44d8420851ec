#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "scheduler/channel.h"
#include "scheduler/event.h"
#include "scheduler/scope.h"
#include "scheduler/semaphore.h"
#include "scheduler/sleep.h"
#include "tests/conformance/conformance.h"

// Scopes over real work: children that wait for sockets and clocks (scheduler/scope.h).

namespace {

using conformance::Place;
using sched::Result;
using sched::Stream;
using sched::Task;
using support::error_of;
using support::must;
using support::Pair;

using namespace std::chrono_literals;

Task<Result<void>> receive_one(Stream& stream) {
  const Result<std::string> received = co_await support::receive_text(stream);
  co_return received ? Result<void>{} : std::unexpected(received.error());
}

class Scopes : public conformance::StreamConformance {};
RUN_ON_BACKENDS_AND_FAMILIES(Scopes);

TEST_P(Scopes, WaitForChildrenThatWaitForAPeer) {
  run([](Place place) -> Task<> {
    Pair pair = co_await place.connected_pair();
    sched::Scope scope;
    scope.spawn(receive_one(pair.server));
    EXPECT_EQ(scope.size(), 1U);
    must(co_await sched::sleep_for(2ms));
    must(co_await support::send_text(pair.client, "x"));
    must(co_await scope.join());
    EXPECT_EQ(scope.size(), 0U);
  });
}

TEST_P(Scopes, CancelTheOthersWhenAConnectionOfOneIsReset) {
  run([](Place place) -> Task<> {
    Pair failing = co_await place.connected_pair();
    Pair waiting = co_await place.connected_pair();
    sched::Scope scope;
    scope.spawn(receive_one(failing.server));
    scope.spawn(receive_one(waiting.server));
    must(co_await sched::sleep_for(2ms));
    failing.client.reset();
    EXPECT_EQ(error_of(co_await scope.join()), place.is_tcp() ? "ECONNRESET" : "end of stream");
  });
}

TEST_P(Scopes, LeaveTheOthersAloneWhereTheySayThat) {
  run([](Place place) -> Task<> {
    Pair failing = co_await place.connected_pair();
    Pair living = co_await place.connected_pair();
    sched::Scope scope(sched::Scope::OnFailure::keep_siblings);
    scope.spawn(receive_one(failing.server));
    scope.spawn(support::echo(std::move(living.server)));
    failing.client.close();
    must(co_await sched::sleep_for(2ms));
    must(co_await support::send_text(living.client, "still here"));
    EXPECT_EQ(co_await support::receive_exactly(living.client, 10), "still here");
    must(living.client.shutdown_send());
    EXPECT_EQ(error_of(co_await scope.join()), "end of stream");
  });
}

TEST_P(Scopes, TakeChildrenFromTheirChildren) {
  run([](Place place) -> Task<> {
    sched::Listener listener = place.listen();
    sched::Scope sessions;
    sessions.spawn([](sched::Listener& from, sched::Scope& scope) -> Task<Result<void>> {
      for (int i = 0; i < 5; ++i) {
        Result<sched::Accepted> accepted = co_await from.accept();
        if (!accepted) co_return std::unexpected(accepted.error());
        scope.spawn(support::echo(std::move(accepted->stream)));
      }
      co_return Result<void>{};
    }(listener, sessions));
    for (int i = 0; i < 5; ++i) {
      Stream stream = must(co_await sched::connect(must(listener.local_address())));
      must(co_await support::send_text(stream, "hello"));
      EXPECT_EQ(co_await support::receive_exactly(stream, 5), "hello");
    }
    must(co_await sessions.join());
  });
}

TEST_P(Scopes, MoveBytesFromOneConnectionToAnotherThroughAChannel) {
  run([](Place place) -> Task<> {
    Pair from = co_await place.connected_pair();
    Pair to = co_await place.connected_pair();
    sched::Channel<sched::Lease> channel(4);
    sched::Scope scope;
    scope.spawn([](Stream& stream, sched::Channel<sched::Lease>& out) -> Task<Result<void>> {
      for (;;) {
        Result<sched::Lease> received = co_await stream.receive();
        if (!received) break;
        if (const Result<void> put = co_await out.send(std::move(*received)); !put) co_return put;
      }
      out.close();
      co_return Result<void>{};
    }(from.server, channel));
    scope.spawn([](Stream& stream, sched::Channel<sched::Lease>& in) -> Task<Result<void>> {
      for (;;) {
        Result<sched::Lease> taken = co_await in.receive();
        if (!taken) break;
        if (const Result<void> sent = co_await stream.send(std::move(*taken)); !sent) co_return sent;
      }
      if (const Result<void> flushed = co_await stream.flush(); !flushed) co_return flushed;
      co_return stream.shutdown_send();
    }(to.client, channel));
    const std::string sent = support::patterned(500'000);
    scope.spawn([](Stream& stream, const std::string& text) -> Task<Result<void>> {
      if (const Result<void> done = co_await support::send_text(stream, text); !done) co_return done;
      co_return stream.shutdown_send();
    }(from.client, sent));
    const support::Everything received = co_await support::receive_everything(to.server);
    EXPECT_TRUE(received.text == sent);
    must(co_await scope.join());
  });
}

TEST_P(Scopes, RunAgainOnTheSameScheduler) {
  run([](Place place) -> Task<> {
    for (int i = 0; i < 3; ++i) {
      sched::Scope scope;
      Pair pair = co_await place.connected_pair();
      scope.spawn(receive_one(pair.server));
      must(co_await support::send_text(pair.client, "x"));
      must(co_await scope.join());
    }
  });
}

}  // namespace
