// The scenarios of the repository pass on every backend, on threads, over every transport, and simulated.

#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/programs/run.h"
#include "tests/support/process.h"
#include "tests/support/server_process.h"

namespace programs {
namespace {

using support::Exit;
using support::Finished;
using support::ServerProcess;
using testing::HasSubstr;

constexpr const char* kScenarios = GOTBACK_SOURCE_DIR "/scenarios";
constexpr const char* kScale = GOTBACK_SOURCE_DIR "/scenarios/scale";
constexpr const char* kConformance = GOTBACK_SOURCE_DIR "/scenarios/conformance";

class Scenarios : public RunOnBackend {
 protected:
  void expect_pass(std::vector<std::string> words) const {
    const Finished finished = run(std::move(words));
    EXPECT_EQ(finished.exit, Exit::code(0)) << finished.error;
    EXPECT_THAT(finished.error, HasSubstr("\nok   many_clients: 200 of 200 clients passed"));
  }

  /// echo_server with the backend of this test, on TCP and on a Unix socket.
  ServerProcess serve(std::vector<std::string> more) const {
    std::vector<std::string> words = on_backend(std::move(more));
    words.insert(words.end(), {"tcp://127.0.0.1:0", "unix:@" + (folder_ / "name").string()});
    return ServerProcess(words, 2);
  }
};

INSTANTIATE_TEST_SUITE_P(, Scenarios, testing::Values("epoll", "io_uring"),
                         [](const auto& backend) { return std::string(backend.param); });

TEST_P(Scenarios, PassWithAServerInside) { expect_pass(on_backend({"--embedded", kScenarios})); }

TEST_P(Scenarios, PassOnTwoThreads) { expect_pass(on_backend({"--embedded", "--threads", "2", kScenarios})); }

TEST_P(Scenarios, PassOverTcpAndUnixSockets) {
  ServerProcess server = serve({});
  for (const std::string& url : server.urls()) expect_pass(on_backend({"--target", url, kScenarios}));
}

TEST_P(Scenarios, OfConformancePassWithoutAPrefix) {
  ServerProcess server = serve({"--framing", "line", "--prefix", ""});
  for (const std::string& url : server.urls()) {
    expect_pass(on_backend({"--target", url, "--var", "prefix=", kConformance}));
  }
}

TEST_P(Scenarios, OfScalePassWithFewerClients) {
  const Finished finished = run(on_backend({"--embedded", "--threads", "2", "--var", "clients=3000", kScale}));
  EXPECT_EQ(finished.exit, Exit::code(0)) << finished.error;
  EXPECT_THAT(finished.error, HasSubstr("ok   crowd: 3000 of 3000 clients passed, 6000 replies matched"));
  EXPECT_THAT(finished.error, HasSubstr("\n  connected 3000 in "));
}

using SimulatedScenarios = Run;

TEST_F(SimulatedScenarios, PassWithEverySeed) {
  for (const char* seed : {"1", "2", "3", "4", "5"}) {
    const Finished finished = run({"--simulate", "--seed", seed, kScenarios});
    EXPECT_EQ(finished.exit, Exit::code(0)) << finished.error;
    EXPECT_THAT(finished.error, HasSubstr("\nPASS: 15 of 15 scenarios passed"));
  }
}

}  // namespace
}  // namespace programs
