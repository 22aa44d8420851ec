#include "transports/dial.h"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "scheduler/cancel_scope.h"
#include "scheduler/listener.h"
#include "tests/support/coroutines.h"
#include "tests/support/simulate.h"

// On a simulated network, where localhost is 127.0.0.1 and ::1.

namespace transport {
namespace {

using sched::Address;
using sched::Task;
using support::must;

constexpr std::uint16_t kPort = 25000;

sched::Listener listen_at(const char* host) { return must(sched::listen(*Address::ip(host, kPort))); }

/// Where a connection to `url` leads and where it comes from: "[::1]:25000 from 127.0.0.1"; or why there is none.
Task<std::string> dialled(std::string_view url, std::vector<Address> from = {}) {
  auto stream = co_await dial(*parse_url(url), {}, {}, std::move(from));
  if (!stream) co_return stream.error().message;
  const std::string peer = must(stream->peer_address()).to_string();
  co_return peer + " from " + must(stream->local_address()).host();
}

TEST(Dial, TakesTheFirstAddressThatTakesTheConnection) {
  support::simulate([]() -> Task<> {
    const sched::Listener first = listen_at("127.0.0.1");
    const sched::Listener second = listen_at("::1");
    EXPECT_EQ(co_await dialled("tcp://localhost:25000"), "127.0.0.1:25000 from 127.0.0.1");
  });
}

TEST(Dial, GoesOnToTheNextAddressWhereOneRefuses) {
  support::simulate([]() -> Task<> {
    const sched::Listener second = listen_at("::1");
    EXPECT_EQ(co_await dialled("tcp://localhost:25000"), "[::1]:25000 from ::1");
  });
}

TEST(Dial, TellsWhyThereIsNoConnection) {
  support::simulate([]() -> Task<> {
    EXPECT_EQ(co_await dialled("tcp://localhost:25000"), "connect: ECONNREFUSED (Connection refused)");
    const auto unknown = co_await dial(*parse_url("tcp://nowhere.invalid:1"));
    EXPECT_EQ(unknown.error().phase, DialError::Phase::resolve);
    const auto refused = co_await dial(*parse_url("tcp://localhost:25000"));
    EXPECT_EQ(refused.error().phase, DialError::Phase::connect);
  });
}

TEST(Dial, ComesFromTheAddressOfTheFamily) {
  support::simulate([]() -> Task<> {
    const sched::Listener four = listen_at("127.0.0.1");
    const std::vector<Address> from{*Address::ip("::1", 0), *Address::ip("127.0.0.9", 0)};
    EXPECT_EQ(co_await dialled("tcp://localhost:25000", from), "127.0.0.1:25000 from 127.0.0.9");
  });
}

TEST(Dial, TriesNoFurtherAddressWhenItIsCancelled) {
  support::simulate([]() -> Task<> {
    const sched::Listener second = listen_at("::1");
    sched::CancelScope scope;
    scope.cancel();
    const auto stream = co_await dial(*parse_url("tcp://localhost:25000"));
    EXPECT_EQ(stream.error().error.code, sched::ErrorCode::cancelled);
  });
}

}  // namespace
}  // namespace transport
