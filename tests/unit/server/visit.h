#pragma once

#include <optional>
#include <string>

#include <gtest/gtest.h>

#include "scheduler/scope.h"
#include "scheduler/stream.h"
#include "scheduler/task.h"
#include "server/session.h"
#include "tests/support/coroutines.h"

// Sessions on simulated networks. Each test runs with several seeds, and each seed draws latencies, segments and the
// order of things for itself. A test is a coroutine that captures nothing and plays the peer.

namespace visits {

/// Longer than anything takes on its way in a simulated network.
inline constexpr sched::Duration kArrival = std::chrono::seconds(1);

/// Buffers so small that a peer which does not read is noticed after a few kilobytes: of the server's end, and of the
/// peer's.
inline constexpr sched::StreamOptions kTight{
    .receive_limit = 1000, .unsent_limit = 1024, .kernel_receive_buffer = 64 * 1024, .kernel_send_buffer = 1024};
inline constexpr sched::StreamOptions kTightPeer{.kernel_receive_buffer = 1024, .kernel_send_buffer = 1024};

struct VisitOptions {
  server::SessionSettings settings = {};
  sched::StreamOptions server = {};
  sched::StreamOptions peer = {};
  std::string sent_before = {};  ///< arrives before the session starts
  bool cancelled_from_the_start = false;
};

struct Ending {
  std::optional<server::SessionEnd> how;
  sched::Instant at;
};

/// A session under way, and the peer that speaks to it.
struct Visit {
  const VisitOptions& options;
  sched::Stream& peer;
  sched::Scope& session;  ///< cancelling it asks the session to drain
  const Ending& ending;

  /// Waits for the session's end.
  sched::Task<server::SessionEnd> end() const;
};

using Body = sched::Task<> (*)(Visit);

/// Sends `text` as far as the peer takes it.
sched::Task<> send_as_far_as_possible(sched::Stream& stream, std::string text);

/// Lines of many lengths, 200 KB in all.
std::string many_lines();

/// The fixture; its parameter is the seed. Afterwards the peer is closed, and the session has to end.
class SessionTest : public testing::TestWithParam<std::uint64_t> {
 protected:
  void run(const VisitOptions& options, Body body) const;
};

/// Says that a suite, which is derived from it, is run with each seed.
#define RUN_WITH_SEEDS(Suite)                                            \
  INSTANTIATE_TEST_SUITE_P(, Suite, testing::Range<std::uint64_t>(1, 9), \
                           [](const auto& seed) { return "seed_" + std::to_string(seed.param); })

}  // namespace visits
