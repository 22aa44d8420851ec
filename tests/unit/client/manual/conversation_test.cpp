#include "client/manual/conversation.h"

#include <chrono>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "client/manual/ends.h"
#include "client/manual/typed_input.h"
#include "scheduler/listener.h"
#include "scheduler/scope.h"
#include "scheduler/sleep.h"
#include "tests/support/coroutines.h"
#include "tests/support/simulate.h"

// Conversations on a simulated network. What the user types is put into a TypedInput; the test plays the peer.

namespace client::manual {
namespace {

using namespace std::chrono_literals;
using sched::Result;
using sched::Task;
using support::must;

/// Keeps what it is to show.
class Shown final : public Output {
 public:
  Task<Result<void>> received(sched::Bytes bytes) override {
    text += support::text_of(bytes);
    co_return Result<void>{};
  }
  Task<Result<void>> sent(sched::Bytes) override { co_return Result<void>{}; }
  Task<Result<void>> finish() override {
    text += "|";
    co_return Result<void>{};
  }
  Task<void> tell(std::string) override { co_return; }

  std::string text;
};

/// A conversation and its peer.
struct Talk {
  sched::Stream& peer;
  TypedInput& input;
  Shown& shown;
  Conversation& conversation;
};

using Play = Task<> (*)(Talk);

Task<> converse(Conversation::Limits limits, Play play) {
  sched::Listener listener = must(sched::listen(*sched::Address::ip("127.0.0.1", 25000)));
  support::Pair pair = co_await support::connect_pair(listener);
  TypedInput input;
  Shown shown;
  Conversation conversation(std::move(pair.client), input, shown, limits);
  sched::Scope peer;
  peer.spawn(play({.peer = pair.server, .input = input, .shown = shown, .conversation = conversation}));
  must(co_await conversation.run());
  // So that the peer sees its end.
  must(co_await sched::sleep_for(100ms));
  peer.cancel();
  must(co_await peer.join());
}

void run(Conversation::Limits limits, Task<> (*body)(Conversation::Limits)) {
  sched::Scheduler scheduler(sched::make_simulated_backend());
  scheduler.run(body(limits));
}

TEST(Conversation, GoesOnAsLongAsThePeerTalks) {
  run({.idle = 1s, .quit_after = {}}, [](Conversation::Limits limits) -> Task<> {
    const sched::Instant begin = sched::now();
    co_await converse(limits, [](Talk talk) -> Task<> {
      for (int i = 0; i < 20; ++i) {
        must(co_await sched::sleep_for(800ms));
        must(co_await support::send_text(talk.peer, "x"));
      }
      [[maybe_unused]] const support::Everything rest = co_await support::receive_everything(talk.peer);
      EXPECT_EQ(talk.shown.text, std::string(20, 'x') + "|");
    });
    EXPECT_GE(sched::now() - begin, 17s);
    EXPECT_LT(sched::now() - begin, 18s);
  });
}

TEST(Conversation, GoesOnAsLongAsTheUserTalks) {
  run({.idle = 1s, .quit_after = {}}, [](Conversation::Limits limits) -> Task<> {
    const sched::Instant begin = sched::now();
    co_await converse(limits, [](Talk talk) -> Task<> {
      for (int i = 0; i < 20; ++i) {
        must(co_await sched::sleep_for(800ms));
        talk.input.put("x");
      }
      EXPECT_EQ((co_await support::receive_everything(talk.peer)).text, std::string(20, 'x'));
    });
    EXPECT_GE(sched::now() - begin, 17s);
    EXPECT_LT(sched::now() - begin, 18s);
  });
}

TEST(Conversation, ReadsOnAfterTheEndOfItsInput) {
  run({}, [](Conversation::Limits limits) -> Task<> {
    co_await converse(limits, [](Talk talk) -> Task<> {
      talk.input.put("last\n");
      talk.input.end();
      EXPECT_EQ((co_await support::receive_everything(talk.peer)).text, "last\n");
      must(co_await support::send_text(talk.peer, "answer\n"));
      talk.peer.close();
      EXPECT_FALSE(co_await sched::sleep_for(1s)) << "it goes on after both ends";
      EXPECT_EQ(talk.shown.text, "answer\n|");
    });
  });
}

TEST(Conversation, EndsSoLongAfterItsInput) {
  run({.idle = {}, .quit_after = 3s}, [](Conversation::Limits limits) -> Task<> {
    const sched::Instant begin = sched::now();
    co_await converse(limits, [](Talk talk) -> Task<> {
      talk.input.end();
      [[maybe_unused]] const support::Everything all = co_await support::receive_everything(talk.peer);
      EXPECT_FALSE(co_await sched::sleep_for(1h)) << "it waits for the peer's end";
    });
    EXPECT_GE(sched::now() - begin, 3s);
    EXPECT_LT(sched::now() - begin, 4s);
  });
}

TEST(Conversation, SendsWhatIsThereToAPeerThatHasEndedItsOwnSide) {
  run({}, [](Conversation::Limits limits) -> Task<> {
    co_await converse(limits, [](Talk talk) -> Task<> {
      must(talk.peer.shutdown_send());
      talk.input.put("still there\n");
      EXPECT_EQ((co_await support::receive_everything(talk.peer)).text, "still there\n");
    });
  });
}

TEST(Conversation, EndsAsTheUserWantsIt) {
  run({}, [](Conversation::Limits limits) -> Task<> {
    co_await converse(limits, [](Talk talk) -> Task<> {
      talk.conversation.close();
      EXPECT_EQ((co_await support::receive_everything(talk.peer)).end, "end of stream");
    });
    co_await converse(limits, [](Talk talk) -> Task<> {
      talk.conversation.reset();
      EXPECT_EQ((co_await support::receive_everything(talk.peer)).end, "ECONNRESET");
    });
  });
}

}  // namespace
}  // namespace client::manual
