// What echo_server does with thousands of peers: those that do not read, those that it has to answer before it ends,
// those that have left.

#include <poll.h>
#include <signal.h>

#include <chrono>
#include <stdexcept>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "tests/programs/crowd.h"
#include "tests/programs/echo_server.h"
#include "tests/support/process_status.h"
#include "tests/support/socket.h"

namespace programs {
namespace {

using namespace std::chrono_literals;
using support::Clock;
using support::Exit;
using support::kMebibyte;
using support::ServerProcess;
using support::Socket;

class ServerCrowd : public EchoServer {};
INSTANTIATE_TEST_SUITE_P(, ServerCrowd, both_backends(), name_of_backend);

/// Waits, from answer to answer, until the server has no more than `most` of something, or the tests' patience ends.
void wait_for_at_most(size_t most, size_t (*has)(pid_t), ServerProcess& server, Socket& client) {
  const auto start = Clock::now();
  while (has(server.process().pid()) > most && Clock::now() - start < support::kPatience) ask(client);
  EXPECT_LE(has(server.process().pid()), most);
}

/// Waits until the server has ended a connection, without reading what is in it.
bool has_ended(const Socket& socket) {
  pollfd end{socket.fd(), 0, 0};
  return ::poll(&end, 1, std::chrono::milliseconds(support::kPatience).count()) == 1;
}

// --- peers that do not read: on Unix sockets, which hold little of what is on the way

constexpr size_t kStalled = 1000;

/// What the server may keep for a peer in all: --send-buffer and what belongs to it.
constexpr size_t kKept = 100'000;

/// What the kernel takes of `bytes` without waiting; nothing of a peer that has been reset.
size_t try_send(Socket& peer, const std::string& bytes) {
  try {
    return peer.try_send(bytes);
  } catch (const std::system_error&) {
    return 0;
  }
}

/// Lets all of `peers` send until nothing moves any more, neither they nor the server.
void send_until_nothing_moves(std::vector<Socket>& peers, pid_t server) {
  const std::string piece(32 * 1024, 'x');
  size_t sent = 0;
  for (size_t moved = 1; moved > 0; sent += moved) {
    moved = 0;
    while (!support::is_asleep(server)) std::this_thread::yield();
    for (Socket& peer : peers) moved += try_send(peer, piece);
    if (sent > kStalled * 2 * kMebibyte) throw std::runtime_error("the server takes without end");
  }
}

TEST_P(ServerCrowd, OfPeersThatDoNotReadTakesLittleMemoryAndNobodysTime) {
  ServerProcess server = serve_both();
  const pid_t pid = server.process().pid();
  Socket other = Socket::connect(server.url());
  ask(other);
  const size_t before = support::resident_memory(pid);
  std::vector<Socket> peers = connect_many(server.urls()[1], kStalled, {.send_buffer = 32 * 1024});
  send_until_nothing_moves(peers, pid);
  const auto start = Clock::now();
  for (int i = 0; i < 100; ++i) ask(other);
  EXPECT_LT(Clock::now() - start, 1s) << "for 100 lines";
  if (!support::kSanitized) EXPECT_LT(support::peak_memory(pid), before + kStalled * kKept);
}

TEST_P(ServerCrowd, OfPeersThatDoNotReadIsResetAndItsMemoryGivenBack) {
  ServerProcess server = serve_both({"--write-timeout", "1s"});
  const pid_t pid = server.process().pid();
  Socket other = Socket::connect(server.url());
  ask(other);
  const size_t descriptors = support::open_descriptors(pid);
  const size_t memory = support::resident_memory(pid);
  std::vector<Socket> peers = connect_many(server.urls()[1], kStalled, {.send_buffer = 32 * 1024});
  send_until_nothing_moves(peers, pid);
  const size_t asleep = support::times_asleep(pid);
  const auto start = Clock::now();
  // Nobody reads before all are reset, for that would be progress.
  for (const Socket& peer : peers) ASSERT_TRUE(has_ended(peer));
  // Each of them is looked at several times, but 64 times a second for all.
  const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
  EXPECT_LT(static_cast<double>(support::times_asleep(pid) - asleep), 20 + 64 * seconds);
  for (Socket& peer : peers) ASSERT_TRUE(ends_with_reset(peer));
  wait_for_at_most(descriptors, support::open_descriptors, server, other);
  // What is left are receive buffers that are kept.
  if (!support::kSanitized) wait_for_at_most(memory + 32 * kMebibyte, support::resident_memory, server, other);
}

// --- peers that are answered before the end

TEST_P(ServerCrowd, IsAnsweredWhateverWasReceivedBeforeTheEnd) {
  constexpr size_t kPeers = 10'000;
  NEEDS_CONNECTIONS(kPeers);
  for (const char* threads : {"1", "2"}) {
    ServerProcess server = serve({"--threads", threads, "--drain-timeout", "1h", "tcp://127.0.0.1:0"});
    std::vector<Socket> peers = connect_many(server.url(), kPeers);
    for (Socket& peer : peers) peer.send_all("answered, not read\n");
    server.process().signal(SIGSTOP);
    for (size_t i = 0; i < kPeers; ++i) peers[i].send_all("not answered " + std::to_string(i) + "\n");
    for (const Socket& peer : peers) peer.wait_until_arrived();
    server.process().signal(SIGTERM);
    server.process().signal(SIGCONT);
    for (size_t i = 0; i < kPeers; ++i) {
      const std::string second = "GOT:not answered " + std::to_string(i) + "\n";
      EXPECT_EQ(peers[i].receive_until_eof(), "GOT:answered, not read\n" + second);
      peers[i].close();
    }
    EXPECT_EQ(server.process().wait(), Exit::code(0)) << threads << " threads";
  }
}

// --- peers that have left

TEST_P(ServerCrowd, ThatHasLeftLeavesNothingBehind) {
  constexpr size_t kPeers = 5000;
  NEEDS_CONNECTIONS(kPeers);
  ServerProcess server = serve();
  const pid_t pid = server.process().pid();
  Socket other = Socket::connect(server.url());
  ask(other);
  const size_t descriptors = support::open_descriptors(pid);
  size_t most = support::resident_memory(pid) + 16 * kMebibyte;
  for (int round = 0; round < 2; ++round) {
    std::vector<Socket> peers = connect_many(server.url(), kPeers);
    for (Socket& peer : peers) peer.send_all("Hello\n");
    for (Socket& peer : peers) EXPECT_EQ(peer.receive_exactly(10), "GOT:Hello\n");
    peers.clear();
    wait_for_at_most(descriptors, support::open_descriptors, server, other);
    if (support::kSanitized) continue;
    wait_for_at_most(most, support::resident_memory, server, other);
    // A second crowd finds what the first has left.
    most = support::resident_memory(pid) + kMebibyte;
  }
}

}  // namespace
}  // namespace programs
