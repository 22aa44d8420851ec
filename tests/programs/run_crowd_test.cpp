// Very many clients at once, as many as the descriptors of this machine allow, between the two programs.

#include <sys/resource.h>
#include <sys/types.h>

#include <chrono>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/programs/run.h"
#include "tests/support/patience.h"
#include "tests/support/process.h"
#include "tests/support/process_status.h"
#include "tests/support/server_process.h"

namespace programs {
namespace {

using support::Clock;
using support::Exit;
using support::Finished;
using support::ServerProcess;
using testing::HasSubstr;

/// Descriptors of a thread that are no connections, and a few that the server keeps free.
constexpr rlim_t kOtherDescriptors = 100;

/// Sanitizers are slow, and keep memory that was freed.
constexpr bool kIsSanitized = !std::string_view(GOTBACK_SANITIZE).empty();
constexpr unsigned kShare = kIsSanitized ? 10 : 1;

/// What each thread of a program may open. Both programs raise their limit to the hard one.
rlim_t descriptors() {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  return limit.rlim_max;
}

class Crowd : public RunOnBackend {
 protected:
  /// All are connected and served at once: nobody goes on before the last one has had an answer.
  void write_crowd(unsigned clients) const {
    write("crowd.json", R"({
  "defaults": { "connect_timeout": "1m", "timeout": "1m", "client_timeout": "2m" },
  "clients": [
    { "name": "crowd", "count": )" +
                            std::to_string(clients) + R"(,
      "steps": [
        { "exchange": { "send": "${client.index}", "expect": "GOT:${client.index}" } },
        { "barrier": { "name": "all served" } },
        { "exchange": { "send": "again ${client.index}", "expect": "GOT:again ${client.index}" } } ] }
  ]
}
)");
  }

  void expect_served(unsigned clients, const std::string& threads) const {
    ServerProcess server(on_backend({"--threads", threads, "--log-level", "warn", "tcp://127.0.0.1:0"}));
    const size_t base = support::resident_memory(server.process().pid());
    write_crowd(clients);
    const Finished finished = support::run(
        command(on_backend({"--threads", threads, "--target", server.url(), "crowd.json"})), {}, kTimeForAll);
    EXPECT_EQ(finished.exit, Exit::code(0)) << finished.error;
    const std::string count = std::to_string(clients);
    EXPECT_THAT(finished.error, HasSubstr(count + " of " + count + " clients passed"));
    if (!kIsSanitized) {
      expect_little_memory(server.process().pid(), base, clients, std::stoul(threads));
      expect_memory_back(server.process().pid(), base);
    }
    EXPECT_EQ(server.stop(), Exit::code(0));
    EXPECT_EQ(server.process().written(support::Stream::error), "") << "nobody was refused";
  }

  /// A connection costs the server no more than 1 KiB, beside what each thread needs for all.
  static void expect_little_memory(pid_t pid, size_t base, size_t clients, size_t threads) {
    constexpr size_t kForAll = size_t{2} * 1024 * 1024;
    EXPECT_LT(support::peak_memory(pid) - base, clients * 1024 + threads * kForAll);
  }

  /// When the crowd has left, the server keeps no more than a third of the memory that it took for it.
  static void expect_memory_back(pid_t pid, size_t base) {
    const size_t crowd = support::peak_memory(pid) - base;
    EXPECT_GT(crowd, size_t{8} * 1024 * 1024) << "or the rest says nothing";
    const auto deadline = Clock::now() + support::kPatience;
    while (support::resident_memory(pid) > base + crowd / 3 && Clock::now() < deadline) std::this_thread::yield();
    EXPECT_LE(support::resident_memory(pid), base + crowd / 3);
  }

  static constexpr std::chrono::minutes kTimeForAll{2};
};

INSTANTIATE_TEST_SUITE_P(, Crowd, testing::Values("epoll", "io_uring"),
                         [](const auto& backend) { return std::string(backend.param); });

TEST_P(Crowd, IsServedByOneScheduler) {
  constexpr unsigned kClients = 19'500 / kShare;
  if (descriptors() < kClients + kOtherDescriptors) GTEST_SKIP() << "the hard RLIMIT_NOFILE is " << descriptors();
  expect_served(kClients, "1");
}

TEST_P(Crowd, IsServedByTwo) {
  constexpr unsigned kClients = 30'000 / kShare;
  // The kernel does not give both exactly the same.
  constexpr rlim_t kEach = kClients * 11 / 20;
  if (descriptors() < kEach + kOtherDescriptors) GTEST_SKIP() << "the hard RLIMIT_NOFILE is " << descriptors();
  expect_served(kClients, "2");
}

}  // namespace
}  // namespace programs
