#include "scheduler/channel.h"

#include <memory>
#include <vector>

#include <gtest/gtest.h>

#include "scheduler/cancel_scope.h"
#include "scheduler/scope.h"
#include "scheduler/sleep.h"
#include "tests/support/coroutines.h"
#include "tests/support/simulate.h"

namespace sched {
namespace {

using support::error_of;
using support::must;
using support::simulate;

using namespace std::chrono_literals;

TEST(Channel, GivesValuesInTheOrderTheyWereSent) {
  simulate([]() -> Task<> {
    Channel<int> channel(3);
    for (const int value : {1, 2, 3}) must(co_await channel.send(value));
    for (const int value : {1, 2, 3}) EXPECT_EQ(must(co_await channel.receive()), value);
  });
}

TEST(Channel, MovesValuesThatCannotBeCopied) {
  simulate([]() -> Task<> {
    Channel<std::unique_ptr<int>> channel(1);
    must(co_await channel.send(std::make_unique<int>(5)));
    EXPECT_EQ(*must(co_await channel.receive()), 5);
  });
}

TEST(Channel, HoldsASenderBackWhenItIsFull) {
  simulate([]() -> Task<> {
    Channel<int> channel(2);
    int sent = 0;
    Scope scope;
    scope.spawn([](Channel<int>& out, int& count) -> Task<> {
      for (int i = 0; i < 5; ++i) {
        must(co_await out.send(i));
        ++count;
      }
    }(channel, sent));
    must(co_await sleep_for(1ms));
    EXPECT_EQ(sent, 2);
    EXPECT_EQ(must(co_await channel.receive()), 0);
    must(co_await sleep_for(1ms));
    EXPECT_EQ(sent, 3);
    for (int i = 1; i < 5; ++i) EXPECT_EQ(must(co_await channel.receive()), i);
    must(co_await scope.join());
  });
}

TEST(Channel, HandsAValueToTheReceiverThatWaits) {
  simulate([]() -> Task<> {
    Channel<int> channel(1);
    std::vector<int> received;
    Scope scope;
    for (int i = 0; i < 3; ++i) {
      scope.spawn([](Channel<int>& in, std::vector<int>& values, int number) -> Task<> {
        must(co_await sleep_for(number * 1ms));
        values.push_back(must(co_await in.receive()));
      }(channel, received, i));
    }
    must(co_await sleep_for(1s));
    for (int i = 0; i < 3; ++i) {
      must(co_await channel.send(i));
      must(co_await sleep_for(1ms));
    }
    must(co_await scope.join());
    EXPECT_EQ(received, (std::vector<int>{0, 1, 2}));
  });
}

TEST(Channel, ThatIsClosedGivesWhatIsInItAndThenItsEnd) {
  simulate([]() -> Task<> {
    Channel<int> channel(2);
    must(co_await channel.send(1));
    channel.close();
    EXPECT_EQ(error_of(co_await channel.send(2)), "broken");
    EXPECT_EQ(must(co_await channel.receive()), 1);
    EXPECT_EQ(error_of(co_await channel.receive()), "end of stream");
    EXPECT_EQ(error_of(co_await channel.receive()), "end of stream");
  });
}

TEST(Channel, TellsThoseWhoWaitThatItIsClosed) {
  simulate([]() -> Task<> {
    Channel<int> full(1);
    Channel<int> empty(1);
    must(co_await full.send(1));
    Scope scope;
    scope.spawn([](Channel<int>& out) -> Task<> { EXPECT_EQ(error_of(co_await out.send(2)), "broken"); }(full));
    scope.spawn([](Channel<int>& in) -> Task<> { EXPECT_EQ(error_of(co_await in.receive()), "end of stream"); }(empty));
    must(co_await sleep_for(1ms));
    full.close();
    empty.close();
    must(co_await scope.join());
  });
}

TEST(Channel, LosesNothingWhenSomeoneIsCancelled) {
  simulate([]() -> Task<> {
    Channel<int> channel(1);
    {
      const CancelScope limit(now() + 1ms);
      EXPECT_EQ(error_of(co_await channel.receive()), "cancelled");
    }
    must(co_await channel.send(1));
    {
      const CancelScope limit(now() + 1ms);
      EXPECT_EQ(error_of(co_await channel.send(2)), "cancelled");
    }
    EXPECT_EQ(must(co_await channel.receive()), 1);
    must(co_await channel.send(3));
    EXPECT_EQ(must(co_await channel.receive()), 3);
  });
}

TEST(ChannelDeathTest, HoldsAValueAtLeast) { EXPECT_DEATH(Channel<int>(0), "a channel holds a value at least"); }

}  // namespace
}  // namespace sched
