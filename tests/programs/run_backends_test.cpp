// The backend does not decide the verdict.

#include <string>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/programs/peer.h"
#include "tests/programs/run.h"
#include "tests/support/listener.h"
#include "tests/support/process.h"
#include "tests/support/socket.h"

namespace programs {
namespace {

using support::Exit;
using support::Finished;
using support::Listener;
using support::Socket;
using testing::HasSubstr;

class RunBackends : public RunOnBackend {};

INSTANTIATE_TEST_SUITE_P(, RunBackends, testing::Values("epoll", "io_uring"),
                         [](const auto& backend) { return std::string(backend.param); });

TEST_P(RunBackends, FailASendThatCouldNotLeaveAtItsPlace) {
  // The first send is answered by a reset, so that the second cannot leave; some learn of that only later.
  const Peer peer([](Socket socket) {
    EXPECT_EQ(socket.receive_exactly(2), "a\n");
    socket.send_all("GOT:a\n");
  });
  write("late.json", R"({
  "clients": [
    { "steps": [
        { "exchange": { "send": "a", "expect": "GOT:a" } },
        { "expect_close": {} },
        { "send": "1" },
        { "sleep": "100ms" },
        { "send": "2" } ] }
  ]
}
)");
  const Finished finished = run(on_backend({"--target", peer.url(), "late.json"}));
  EXPECT_EQ(finished.exit, Exit::code(1));
  EXPECT_THAT(finished.error, HasSubstr("error: send failed: E"));
  EXPECT_THAT(finished.error, HasSubstr("/clients/0/steps/4/send"));
}

TEST_P(RunBackends, HearWhatWasSaidBeforeAResetThatFollowsTheHandshake) {
  constexpr int kClients = 100;
  Listener listener;
  const std::jthread server([&listener] {
    for (int i = 0; i < kClients; ++i) {
      Socket socket = listener.accept();
      socket.send_all("a\n");
      socket.reset();
    }
  });
  write("reset.json", R"({
  "clients": [ { "count": 100, "steps": [ { "expect": "a" }, { "expect_close": { "how": "reset" } } ] } ]
}
)");
  const Finished finished = run(on_backend({"--target", listener.url(), "reset.json"}));
  EXPECT_EQ(finished.exit, Exit::code(0)) << finished.error;
}

}  // namespace
}  // namespace programs
