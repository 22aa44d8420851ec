#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <gmock/gmock.h>

#include "client/run/context.h"
#include "client/scenario/load.h"
#include "scheduler/backends/simulated.h"
#include "scheduler/stream.h"
#include "scheduler/task.h"

// Clients on the simulated network, against a server that the test plays:
//
//   const Played played = play(saying("GOT:HellO\n"), steps(R"({"send": "Hello"}, {"expect": "GOT:Hello"})"));
//   EXPECT_THAT(played, failed_with("expect failed: equals"));

namespace client::run {

/// How the server behaves with one connection; the stream is closed at the end.
using Script = std::function<sched::Task<>(sched::Stream)>;

/// Answers GOT: and the line, for every line, and closes when the client does.
Script answering();
/// Says this at once, then reads until the client ends.
Script saying(std::string text);
/// Says this, and then ends its sending side.
Script saying_and_closing(std::string text);
/// Reads `bytes` bytes, says this, waits until it must have arrived, and resets.
Script resetting_after(std::size_t bytes, std::string text = "");
/// Says one thing after the other, with this time in front of each.
Script saying_slowly(std::vector<std::string> texts, sched::Duration pause);
/// Never receives.
Script ignoring();
/// Reads until the client ends, and puts down what came and how it ended.
Script recording(std::vector<std::string>& received);
/// The same, and puts down each receive for itself.
Script recording_pieces(std::vector<std::string>& pieces);
/// No server: connections are refused.
Script nobody();

/// What came of it.
struct Played {
  std::uint64_t passed = 0;
  std::uint64_t failed = 0;
  std::uint64_t unreached = 0;
  std::uint64_t skipped = 0;
  std::uint64_t interrupted = 0;
  std::uint64_t connected = 0;
  std::uint64_t frames = 0;
  std::uint64_t bytes_sent = 0;
  std::uint64_t bytes_received = 0;
  sched::Duration elapsed{};
  std::vector<std::string> log;     ///< what clients said: "group 0: message"
  std::string failures;             ///< as they are shown to the user
  std::vector<std::string> causes;  ///< of those that are not alike: "expect mismatch", "connect refused ECONNREFUSED"
};
void PrintTo(const Played& played, std::ostream* out);

struct PlayOptions {
  std::uint64_t seed = 1;
  sched::simulated::Conditions conditions = {};
  std::optional<sched::Duration> stop_after = std::nullopt;  ///< as at a signal
  bool stop_is_deadline = false;                             ///< or at the run's deadline
  std::optional<std::uint64_t> rechunk = std::nullopt;
  const char* listens_at = "127.0.0.1";
  sched::Duration listens_after{};  ///< the server comes up so late; until then connections are refused
};

/// Runs all clients of the scenario, whose target is the default, until they have ended. What is wrong with the
/// scenario ends the test program.
Played play(const Script& server, std::string_view scenario, const PlayOptions& options = {});

/// A scenario with one client that takes these steps; `more` are further keys of its group, each followed by a comma,
/// and `file` of the file.
std::string steps(std::string_view steps, std::string_view more = "", std::string_view file = "");

MATCHER(passed, "passed") { return arg.passed > 0 && arg.failed == 0 && arg.interrupted == 0 && arg.failures.empty(); }

/// Exactly one client has failed, with this text somewhere.
MATCHER_P(failed_with, text, "failed with " + testing::PrintToString(text)) {
  return arg.failed == 1 && arg.failures.find(text) != std::string::npos;
}

}  // namespace client::run
