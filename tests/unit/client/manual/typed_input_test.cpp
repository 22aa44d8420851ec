#include "client/manual/typed_input.h"

#include <fcntl.h>

#include <string>

#include <gtest/gtest.h>

#include "scheduler/scope.h"
#include "tests/support/coroutines.h"
#include "tests/support/simulate.h"
#include "tests/support/temporary_directory.h"

namespace client::manual {
namespace {

using sched::Task;
using support::error_of;
using support::must;

constexpr std::size_t kMebibyte = 1024 * 1024;

sched::Lease lend() { return sched::Scheduler::current().backend().lend(64 * 1024); }

/// What `input` gives until it has no more for now.
std::string read_all(TypedInput& input) {
  std::string all;
  for (;;) {
    const sched::Result<sched::Lease> piece = input.read(lend());
    if (!piece) return all;
    all += support::text_of(piece->bytes());
  }
}

TEST(TypedInput, GivesWhatWasPutInOrder) {
  support::simulate([]() -> Task<> {
    const support::TemporaryDirectory directory;
    const std::string content = support::patterned(200'000);
    TypedInput input;
    input.put("before ");
    input.put(sched::Descriptor(::open(directory.write("file", content).c_str(), O_RDONLY | O_CLOEXEC)));
    input.put(" after");
    must(co_await input.readable());
    EXPECT_EQ(read_all(input), "before " + content + " after");
    EXPECT_EQ(error_of(input.read(lend())), "would block");
  });
}

TEST(TypedInput, EndsAfterWhatWasPut) {
  support::simulate([]() -> Task<> {
    TypedInput input;
    input.put("last");
    input.end();
    EXPECT_TRUE(input.has_ended());
    EXPECT_EQ(support::text_of(must(input.read(lend())).bytes()), "last");
    must(co_await input.readable());
    EXPECT_EQ(error_of(input.read(lend())), "end of stream");
  });
}

TEST(TypedInput, BeginsAnewForAnotherConversation) {
  support::simulate([]() -> Task<> {
    TypedInput input;
    input.put("unsent");
    input.end();
    input.restart();
    EXPECT_FALSE(input.has_ended());
    EXPECT_EQ(error_of(input.read(lend())), "would block");
    input.put("new");
    must(co_await input.readable());
    EXPECT_EQ(read_all(input), "new");
  });
}

TEST(TypedInput, HasRoomAgainWhenSomethingWasRead) {
  support::simulate([]() -> Task<> {
    TypedInput input;
    input.restart();
    for (int i = 0; i < 3; ++i) input.put(std::string(kMebibyte, 'x'));
    sched::Scope scope;
    bool has_room = false;
    scope.spawn([](TypedInput& full, bool& room) -> Task<sched::Result<void>> {
      const sched::Result<void> result = co_await full.room();
      room = true;
      co_return result;
    }(input, has_room));
    co_await sched::yield();
    co_await sched::yield();
    EXPECT_FALSE(has_room);
    EXPECT_EQ(read_all(input).size(), 3 * kMebibyte);
    must(co_await scope.join());
    EXPECT_TRUE(has_room);
  });
}

}  // namespace
}  // namespace client::manual
