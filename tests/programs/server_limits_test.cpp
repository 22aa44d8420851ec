// What echo_server does when there are more peers than it may serve, or than the kernel lets it.

#include <sys/resource.h>
#include <sys/socket.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/programs/echo_server.h"
#include "tests/support/count_of.h"
#include "tests/support/process_status.h"
#include "tests/support/socket.h"
#include "tests/support/socket_address.h"

namespace programs {
namespace {

using namespace std::chrono_literals;
using support::Clock;
using support::count_of;
using support::Exit;
using support::ServerProcess;
using support::Socket;
using support::SocketAddress;
using support::Stream;
using testing::HasSubstr;

class ServerLimits : public EchoServer {};
INSTANTIATE_TEST_SUITE_P(, ServerLimits, both_backends(), name_of_backend);

/// Whether the server has closed it without a word.
bool is_turned_away(Socket& socket) {
  try {
    return socket.receive_until_eof().empty();
  } catch (const std::system_error& error) {
    return error.code() == std::errc::connection_reset;
  }
}

TEST_P(ServerLimits, ClosesWhoIsOverTheLimitAtOnce) {
  ServerProcess server = serve({"--max-connections", "8", "tcp://127.0.0.1:0"});
  std::vector<Socket> served;
  for (int i = 0; i < 8; ++i) {
    served.push_back(Socket::connect(server.url()));
    ask(served.back());
  }
  const auto start = Clock::now();
  for (int i = 0; i < 100; ++i) {
    Socket over = Socket::connect(server.url());
    EXPECT_TRUE(is_turned_away(over));
  }
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(Clock::now() - start).count();
  for (Socket& socket : served) ask(socket);
  served.clear();
  EXPECT_EQ(server.stop(), Exit::code(0));
  const std::string log = server.process().written(Stream::error);
  EXPECT_THAT(log, HasSubstr("--max-connections is reached"));
  EXPECT_LE(count_of("--max-connections is reached", log), seconds + 1) << "once a second";
  EXPECT_THAT(log, HasSubstr("more \"Connection refused\" lines thinned")) << "and none forgotten";
}

TEST_P(ServerLimits, ServesTheNextWhenOneHasLeft) {
  ServerProcess server = serve({"--max-connections", "1", "--threads", "2", "tcp://127.0.0.1:0"});
  for (int i = 0; i < 20; ++i) {
    Socket client = Socket::connect(server.url());
    ask(client);
    client.close();
    server.process().wait_for_line(Stream::error, [](auto line) { return line.starts_with("Connection closed"); });
  }
}

TEST_P(ServerLimits, LimitEachAddress) {
  ServerProcess server = serve({"--max-connections-per-address", "2", "tcp://127.0.0.1:0"});
  Socket first = Socket::connect(server.url());
  Socket second = Socket::connect(server.url());
  ask(first);
  ask(second);
  Socket third = Socket::connect(server.url());
  EXPECT_TRUE(is_turned_away(third));

  const SocketAddress elsewhere = SocketAddress::of_url("tcp://127.0.0.2:0");
  const SocketAddress to = SocketAddress::of_url(server.url());
  sched::Descriptor fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  ASSERT_EQ(::bind(fd.get(), elsewhere.get(), elsewhere.size()), 0);
  ASSERT_EQ(::connect(fd.get(), to.get(), to.size()), 0);
  Socket other(std::move(fd));
  ask(other);
}

TEST_P(ServerLimits, KeepDescriptorsFreeToCloseWhoIsOverThem) {
  ServerProcess server(through({"prlimit", "--nofile=64:64"}, {"tcp://127.0.0.1:0"}));
  std::vector<Socket> clients;
  for (int i = 0; i < 200; ++i) clients.push_back(Socket::connect(server.url()));
  for (int i = 0; i < 48; ++i) ask(clients[static_cast<size_t>(i)]);
  for (size_t i = 48; i < clients.size(); ++i) EXPECT_TRUE(is_turned_away(clients[i])) << i;
  EXPECT_EQ(count_of("Accepting rests", server.process().written(Stream::error)), 0)
      << "those that were closed have left their descriptors to the next";
}

/// More peers than there are descriptors for.
class ServerDescriptors : public EchoServer {
 protected:
  ServerDescriptors()
      : server_(through({"prlimit", "--nofile=64:128"}, {"--max-connections", "1000", "tcp://127.0.0.1:0"})) {
    // It has raised its soft limit, and gets the lower one back.
    limit_descriptors(64);
    for (int i = 0; i < 200; ++i) clients_.push_back(Socket::connect(server_.url()));
    for (Socket& client : clients_) client.send_all("Hello\n");
    ask_first();
    server_.process().wait_for_line(Stream::error,
                                    [](auto line) { return line.contains("Accepting rests: accept: EMFILE"); });
  }

  void limit_descriptors(rlim_t count) const {
    const rlimit limit{.rlim_cur = count, .rlim_max = 128};
    ASSERT_EQ(::prlimit(server_.process().pid(), RLIMIT_NOFILE, &limit, nullptr), 0);
  }
  /// Accepting has rested for a second, each time for longer; gives how often, beside the first time.
  size_t wait_for_rests() const {
    const std::string line = server_.process().wait_for_line(
        Stream::error, [](auto said) { return said.contains("more \"Accepting rests\" lines thinned"); });
    return std::stoul(line.substr(line.find_first_of("0123456789")));
  }
  void ask_first() { EXPECT_EQ(clients_.front().receive_exactly(10), "GOT:Hello\n"); }

  mutable ServerProcess server_;
  std::vector<Socket> clients_;
};

INSTANTIATE_TEST_SUITE_P(, ServerDescriptors, testing::Values("epoll", "io_uring"),
                         [](const auto& backend) { return std::string(backend.param); });

TEST_P(ServerDescriptors, ThatHaveRunOutDoNotMakeItSpin) {
  const pid_t pid = server_.process().pid();
  const size_t asleep = support::times_asleep(pid);
  const std::chrono::milliseconds cpu = support::cpu_time(pid);
  const auto start = Clock::now();
  const size_t rests = wait_for_rests();
  EXPECT_GE(rests, 1);
  EXPECT_LE(rests, 8) << "after 50, 100, 200, 400 and then 800 ms";
  EXPECT_LE(support::times_asleep(pid) - asleep, 3 * 20U);
  EXPECT_LE(support::cpu_time(pid) - cpu, std::max((Clock::now() - start) / 100, Clock::duration(30ms)));
}

TEST_P(ServerDescriptors, ThatAreFreedServeWhoHasWaited) {
  for (Socket& client : clients_) {
    const auto start = Clock::now();
    if (&client != &clients_.front()) EXPECT_EQ(client.receive_exactly(10), "GOT:Hello\n");
    EXPECT_LT(Clock::now() - start, 1s);
    client.close();
  }
}

TEST_P(ServerDescriptors, ThatBecomeMoreAreFoundBeforeASecondHasPassed) {
  wait_for_rests();
  limit_descriptors(128);
  const auto start = Clock::now();
  EXPECT_EQ(clients_[100].receive_exactly(10), "GOT:Hello\n");
  EXPECT_LT(Clock::now() - start, 1s + 500ms) << "half a second for a busy machine";
}

}  // namespace
}  // namespace programs
