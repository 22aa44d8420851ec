// Servers that lie: each lie is caught and named, and the truth is no lie.

#include <chrono>
#include <string>
#include <system_error>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/programs/peer.h"
#include "tests/programs/run.h"
#include "tests/support/process.h"
#include "tests/support/process_status.h"
#include "tests/support/server_process.h"
#include "tests/support/socket.h"

namespace programs {
namespace {

using support::Exit;
using support::Finished;
using support::Socket;
using testing::AllOf;
using testing::HasSubstr;

constexpr std::string_view kTalk = R"({
  "defaults": { "timeout": "500ms" },
  "clients": [
    { "steps": [
        { "send": "alpha" }, { "send": "beta" }, { "send": "gamma" },
        { "expect": "GOT:alpha" },
        { "expect": "GOT:beta" },
        { "expect": "GOT:gamma" } ] } ]
}
)";

constexpr std::string_view kTruth = "GOT:alpha\nGOT:beta\nGOT:gamma\n";

enum class Ending { waits, closes, resets };

struct Lie {
  std::string name;
  std::string said;
  std::string title;
  std::string detail;
  Ending ending = Ending::waits;
};

const std::vector<Lie>& lies() {
  static const std::vector<Lie> lies{
      {"missing_prefix", "GOT:alpha\nbeta\nGOT:gamma\n", "expect failed: equals",
       "received  \"beta\"      first difference at byte 0 (47, received 62); the first 4 bytes are missing"},
      {"doubled_prefix", "GOT:alpha\nGOT:GOT:beta\nGOT:gamma\n", "expect failed: equals",
       "received  \"GOT:GOT:beta\"      first difference at byte 4 (62, received 47); 4 bytes stand in front of it"},
      {"extra_bytes", "GOT:alpha\nGOT:beta!\nGOT:gamma\n", "expect failed: equals",
       "received  \"GOT:beta!\"      received goes on after 8 bytes"},
      {"extra_line", std::string(kTruth) + "GOT:delta\n", "unread bytes at the end", "received  \"GOT:delta\\n\""},
      {"reordered", "GOT:beta\nGOT:alpha\nGOT:gamma\n", "expect failed: equals", "received  \"GOT:beta\""},
      {"doubled", "GOT:alpha\nGOT:alpha\nGOT:beta\nGOT:gamma\n", "expect failed: equals", "received  \"GOT:alpha\""},
      {"truncated", "GOT:alpha\nGOT:bet\nGOT:gamma\n", "expect failed: equals",
       "received  \"GOT:bet\"      received ends after 7 of 8 bytes"},
      {"of_another_client", "GOT:alpha\nGOT:from somebody else\nGOT:gamma\n", "expect failed: equals",
       "received  \"GOT:from somebody else\""},
      {"late", "GOT:alpha\n", "expect timed out: timeout 500ms", "received  nothing"},
      {"split", "GOT:alpha\nGOT:be\nta\nGOT:gamma\n", "expect failed: equals",
       "received  \"GOT:be\"      received ends after 6 of 8 bytes"},
      {"merged", "GOT:alphaGOT:beta\nGOT:gamma\n", "expect failed: equals",
       "received  \"GOT:alphaGOT:beta\"      received goes on after 9 bytes"},
      {"wrong_case", "GOT:alpha\nGOT:Beta\nGOT:gamma\n", "expect failed: equals",
       "first difference at byte 4 (62, received 42)"},
      {"one_bit", "GOT:alpha\nGOT:beta\nGOT:g`mma\n", "expect failed: equals",
       "first difference at byte 5 (61, received 60)"},
      {"other_end_of_line", "GOT:alpha\nGOT:beta\r\nGOT:gamma\n", "expect failed: equals",
       "received  \"GOT:beta\\r\"      received goes on after 8 bytes"},
      {"closed_early", "GOT:alpha\nGOT:be", "expect failed: equals", "received ends after 6 of 8 bytes",
       Ending::closes},
      {"closed_between", "GOT:alpha\n", "expect failed: closed", "received  nothing", Ending::closes},
      {"reset_early", "GOT:alpha\n", "expect failed: ECONNRESET", "received  nothing", Ending::resets},
  };
  return lies;
}

class RunLies : public Run, public testing::WithParamInterface<Lie> {};

INSTANTIATE_TEST_SUITE_P(, RunLies, testing::ValuesIn(lies()), [](const auto& lie) { return lie.param.name; });

TEST_P(RunLies, AreCaughtAndNamed) {
  write("talk.json", kTalk);
  const Lie& lie = GetParam();
  for (const char* backend : {"epoll", "io_uring"}) {
    const Peer peer([&lie](Socket socket) {
      socket.receive_exactly(17);
      socket.send_all(lie.said);
      if (lie.ending == Ending::waits) socket.receive_until_eof();
      if (lie.ending == Ending::resets) socket.reset();
    });
    const Finished finished = run({"--backend", backend, "--target", peer.url(), "talk.json"});
    EXPECT_EQ(finished.exit, Exit::code(1));
    EXPECT_THAT(finished.error, AllOf(HasSubstr("error: " + lie.title), HasSubstr(lie.detail)));
  }
}

/// A lie that is told when several exchanges are under way, after some truth.
struct LieUnderLoad {
  std::string name;
  std::string said;
  std::string detail;
  std::string counted;
};

class RunLiesUnderLoad : public Run, public testing::WithParamInterface<LieUnderLoad> {};

INSTANTIATE_TEST_SUITE_P(, RunLiesUnderLoad,
                         testing::Values(LieUnderLoad{"reordered", "GOT:beta\nGOT:alpha\nGOT:gamma\n",
                                                      "received  \"GOT:beta\"", "1 reordered; 0 duplicated"},
                                         LieUnderLoad{"doubled", "GOT:alpha\nGOT:alpha\nGOT:beta\nGOT:gamma\n",
                                                      "received  \"GOT:alpha\"", "0 reordered; 1 duplicated"},
                                         LieUnderLoad{"begins_as_the_truth", "GOT:alpha!\nGOT:beta\nGOT:gamma\n",
                                                      "received  \"GOT:alpha!\"      received goes on after 9 bytes",
                                                      "0 reordered; 0 duplicated"}),
                         [](const auto& lie) { return lie.param.name; });

TEST_P(RunLiesUnderLoad, AreCaughtAndNamed) {
  write("talk.json", R"({
    "load": { "duration": "200ms", "depth": 3 },
    "clients": [ { "steps": [
      { "exchange": { "send": "alpha", "expect": "GOT:alpha" } },
      { "exchange": { "send": "beta", "expect": "GOT:beta" } },
      { "exchange": { "send": "gamma", "expect": "GOT:gamma" } } ] } ]
  })");
  const Peer peer([](Socket socket) {
    for (int round = 0; round < 3; ++round) {
      socket.receive_exactly(17);
      socket.send_all(round < 2 ? kTruth : GetParam().said);
    }
    EXPECT_THROW(socket.receive_until_eof(), std::system_error) << "whoever has seen the lie resets";
  });
  const Finished finished = run({"--target", peer.url(), "talk.json"});
  EXPECT_EQ(finished.exit, Exit::code(1));
  EXPECT_THAT(finished.error, AllOf(HasSubstr("error: expect failed: equals"), HasSubstr(GetParam().detail),
                                    HasSubstr(GetParam().counted)));
}

class RunTruth : public RunOnBackend {};
INSTANTIATE_TEST_SUITE_P(, RunTruth, testing::Values("epoll", "io_uring"),
                         [](const auto& backend) { return std::string(backend.param); });

TEST_P(RunTruth, IsNoLie) {
  write("talk.json", kTalk);
  const Peer peer([](Socket socket) {
    socket.receive_exactly(17);
    socket.send_all(kTruth);
    socket.receive_until_eof();
  });
  EXPECT_EQ(run(on_backend({"--target", peer.url(), "talk.json"})).exit, Exit::code(0));
}

TEST_P(RunTruth, RaisesNoFalseAlarmInHalfAMillionAnswers) {
  write("many.json", R"({
    "defaults": { "timeout": "1m", "client_timeout": "5m" },
    "clients": [
      { "name": "asker", "count": 100, "iterations": "${iterations}",
        "steps": [
          { "repeat": { "times": 10, "steps": [ { "send": "${client.index}/${iteration} ${random:20}" } ] } },
          { "expect": { "count": 10, "matches": "^GOT:[0-9]+/[0-9] [0-9a-z]{20}$" } } ] } ]
  })");
  const support::ServerProcess server({"--backend", GetParam(), "tcp://127.0.0.1:0"});
  const int iterations = support::kSanitized ? 20 : 500;
  const std::string variable = "iterations=" + std::to_string(iterations);
  const Finished finished = support::run(
      command(on_backend({"--target", server.url(), "--var", variable, "many.json"})), {}, std::chrono::minutes(5));
  EXPECT_EQ(finished.exit, Exit::code(0)) << finished.error;
  EXPECT_THAT(finished.error, HasSubstr(std::to_string(1000 * iterations) + " replies matched"));
}

}  // namespace
}  // namespace programs
