#include "server/server.h"

#include <sys/resource.h>

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "scheduler/backends/simulated.h"
#include "scheduler/listener.h"
#include "scheduler/scheduler.h"
#include "scheduler/scope.h"
#include "scheduler/sleep.h"
#include "tests/support/coroutines.h"

// Servers on simulated networks, each test with several seeds. A test is a coroutine that captures nothing and plays
// the clients.

namespace {

using namespace std::chrono_literals;
using sched::Address;
using sched::Stream;
using sched::Task;
using server::ConnectionLimits;
using server::Log;
using support::must;
using testing::Contains;
using testing::HasSubstr;

/// Longer than anything takes on its way in a simulated network.
constexpr sched::Duration kArrival = 1s;

struct Setting {
  server::SessionSettings sessions = {};
  std::size_t max_connections = 1000;
  std::optional<std::size_t> max_connections_per_address = {};
  std::uint32_t descriptors = 100'000;
  std::uint32_t one_lost_accept_in = 0;
  std::uint32_t one_short_accept_in = 0;
  std::size_t listeners = 1;
};

/// A server that is about to run, and where it listens.
struct Place {
  const Setting& setting;
  sched::SimulatedBackend& network;
  std::vector<Address> addresses;
  std::vector<sched::Listener>& listeners;
  ConnectionLimits& limits;
  Log log;
  server::Server& server;
  sched::Scope& serving;  ///< cancelling it asks the server to drain

  void start() const { serving.spawn(server.run(std::move(listeners))); }
  Task<Stream> connect() const { co_return must(co_await sched::connect(addresses.front())); }
  bool has_logged(const std::string& text) const { return testing::Matches(Contains(HasSubstr(text)))(log.lines()); }
};

using Body = Task<> (*)(Place);

Task<> drive(const Setting& setting, sched::SimulatedBackend& network, Body body) {
  std::vector<sched::Listener> listeners;
  std::vector<Address> addresses;
  while (listeners.size() < setting.listeners) {
    listeners.push_back(must(sched::listen(*Address::ip("127.0.0.1", 0))));
    addresses.push_back(must(listeners.back().local_address()));
  }
  ConnectionLimits limits(setting.max_connections, setting.max_connections_per_address);
  Log log = Log::to_memory(1000, server::LogLevel::info, server::LogFormat::text);
  {
    server::Server server(setting.sessions, limits, log);
    sched::Scope serving;
    co_await body({.setting = setting,
                   .network = network,
                   .addresses = addresses,
                   .listeners = listeners,
                   .limits = limits,
                   .log = log,
                   .server = server,
                   .serving = serving});
    serving.cancel();
    must(co_await serving.join());
  }
  EXPECT_EQ(limits.open(), 0U);
}

class Server : public testing::TestWithParam<std::uint64_t> {
 protected:
  void run(const Setting& setting, Body body) const {
    auto conditions = sched::simulated::Conditions::drawn_from(GetParam());
    conditions.descriptors = setting.descriptors;
    conditions.one_lost_accept_in = setting.one_lost_accept_in;
    conditions.one_short_accept_in = setting.one_short_accept_in;
    auto backend = sched::make_simulated_backend({.seed = GetParam(), .conditions = conditions});
    sched::SimulatedBackend& network = *backend;
    sched::Scheduler scheduler(std::move(backend));
    scheduler.run(drive(setting, network, body));
    EXPECT_EQ(scheduler.timers().size(), 0U) << "a timer was left";
  }
};

INSTANTIATE_TEST_SUITE_P(, Server, testing::Range<std::uint64_t>(1, 9),
                         [](const auto& seed) { return "seed_" + std::to_string(seed.param); });

Task<> expect_answer(Stream& stream, std::string said) {
  must(co_await support::send_text(stream, said));
  EXPECT_EQ(co_await support::receive_exactly(stream, said.size() + 4), "GOT:" + said);
}

Task<> converse(Address to, int number, int turns) {
  Stream stream = must(co_await sched::connect(to));
  for (int turn = 0; turn < turns; ++turn) {
    co_await expect_answer(stream, "client " + std::to_string(number) + " turn " + std::to_string(turn) + "\n");
  }
}

TEST_P(Server, ServesManyClientsAtOnceOnAllItsListeners) {
  run({.listeners = 3}, [](Place place) -> Task<> {
    place.start();
    sched::Scope clients;
    for (int i = 0; i < 100; ++i) clients.spawn(converse(place.addresses.at(static_cast<std::size_t>(i) % 3), i, 10));
    must(co_await clients.join());
  });
}

TEST_P(Server, SaysWhoCameAndWhoLeft) {
  run({}, [](Place place) -> Task<> {
    place.start();
    std::string name;
    {
      Stream client = co_await place.connect();
      name = "('127.0.0.1', " + std::to_string(must(client.local_address()).port()) + ")";
      co_await expect_answer(client, "\x1b]0;title\a\n");
    }
    must(co_await sched::sleep_for(kArrival));
    EXPECT_THAT(place.log.lines(), testing::ElementsAre("Connection from " + name, "Connection closed " + name));
  });
}

TEST_P(Server, ClosesAConnectionOverTheLimitAtOnce) {
  run({.max_connections = 2}, [](Place place) -> Task<> {
    place.start();
    Stream first = co_await place.connect();
    co_await expect_answer(first, "a\n");
    {
      Stream second = co_await place.connect();
      co_await expect_answer(second, "b\n");
      Stream third = co_await place.connect();
      EXPECT_EQ((co_await support::receive_everything(third)).text, "");
      EXPECT_TRUE(place.has_logged("--max-connections is reached"));
    }
    must(co_await sched::sleep_for(kArrival));
    Stream fourth = co_await place.connect();
    co_await expect_answer(fourth, "d\n");
    co_await expect_answer(first, "e\n");
  });
}

TEST_P(Server, LimitsEachAddressForItself) {
  run({.max_connections_per_address = 1}, [](Place place) -> Task<> {
    place.start();
    Stream first = co_await place.connect();
    co_await expect_answer(first, "a\n");
    Stream second = co_await place.connect();
    EXPECT_EQ((co_await support::receive_everything(second)).text, "");
    EXPECT_TRUE(place.has_logged("--max-connections-per-address is reached"));
    Stream other = must(co_await sched::connect(place.addresses.front(), {}, Address::ip("127.0.0.2", 0)));
    co_await expect_answer(other, "b\n");
  });
}

TEST_P(Server, TellsOfAFloodOfRefusedConnectionsOnceASecond) {
  run({.max_connections = 1}, [](Place place) -> Task<> {
    place.start();
    Stream first = co_await place.connect();
    co_await expect_answer(first, "a\n");
    const sched::Instant start = sched::now();
    for (int i = 0; i < 100; ++i) {
      Stream refused = co_await place.connect();
      EXPECT_EQ((co_await support::receive_everything(refused)).text, "");
      must(co_await sched::sleep_for(20ms));
    }
    must(co_await sched::sleep_for(2s));
    const auto told =
        std::ranges::count_if(place.log.lines(), [](const std::string& line) { return line.contains("is reached"); });
    EXPECT_GE(told, 2);
    EXPECT_LE(told, (sched::now() - start) / 1s + 1);
    EXPECT_TRUE(place.has_logged("more \"Connection refused\" lines thinned"));
  });
}

// --- the end

TEST_P(Server, AcceptsAndAnswersWhatIsQueuedWhenItDrains) {
  run({}, [](Place place) -> Task<> {
    std::vector<Stream> clients;
    for (int i = 0; i < 50; ++i) {
      clients.push_back(co_await place.connect());
      must(co_await support::send_text(clients.back(), "queued\n"));
    }
    must(co_await sched::sleep_for(kArrival));
    place.start();
    place.serving.cancel();
    for (Stream& client : clients) {
      const support::Everything everything = co_await support::receive_everything(client);
      EXPECT_EQ(everything.text, "GOT:queued\n");
      EXPECT_EQ(everything.end, "end of stream");
      client.close();
    }
  });
}

TEST_P(Server, RefusesConnectionsWhileItDrains) {
  run({}, [](Place place) -> Task<> {
    place.start();
    Stream client = co_await place.connect();
    co_await expect_answer(client, "a\n");
    place.serving.cancel();
    must(co_await sched::sleep_for(kArrival));
    EXPECT_EQ(support::error_of(co_await sched::connect(place.addresses.front())), "ECONNREFUSED");
  });
}

TEST_P(Server, EndsItsDrainWithTheTimeout) {
  run({}, [](Place place) -> Task<> {
    place.start();
    std::vector<Stream> clients;
    for (int i = 0; i < 20; ++i) {
      clients.push_back(co_await place.connect());
      co_await expect_answer(clients.back(), "a\n");
    }
    const sched::Instant start = sched::now();
    place.serving.cancel();
    must(co_await place.serving.join());
    EXPECT_GE(sched::now() - start, 5s);
    EXPECT_LE(sched::now() - start, 5s + 100ms);
  });
}

// --- descriptors

TEST_P(Server, RestsWhenDescriptorsHaveRunOutAndGoesOnWhenThereAreSome) {
  // The listener, ten clients, and three of them accepted.
  run({.descriptors = 14}, [](Place place) -> Task<> {
    std::vector<Stream> clients;
    for (int i = 0; i < 10; ++i) clients.push_back(co_await place.connect());
    place.start();
    for (Stream& client : clients) must(co_await support::send_text(client, "a\n"));
    must(co_await sched::sleep_for(10s));
    EXPECT_EQ(place.limits.open(), 3U);
    EXPECT_TRUE(place.has_logged("Accepting rests: accept: EMFILE"));
    const std::uint64_t failures = place.network.count(sched::simulated::Mark::out_of_descriptors);
    EXPECT_GE(failures, 10U);
    EXPECT_LE(failures, 20U) << "in ten seconds";
    for (Stream& client : clients) {
      const sched::Instant before = sched::now();
      EXPECT_EQ(co_await support::receive_exactly(client, 6), "GOT:a\n");
      EXPECT_LE(sched::now() - before, 1s);
      client.close();
    }
  });
}

TEST_P(Server, FindsDescriptorsWithinASecondThatNoSessionHasFreed) {
  // The two listeners, a connection of somebody else's, and the ends of six clients.
  run({.descriptors = 10}, [](Place place) -> Task<> {
    sched::Listener other = must(sched::listen(*Address::ip("127.0.0.1", 0)));
    support::Pair pair = co_await support::connect_pair(other);
    std::vector<Stream> clients;
    for (int i = 0; i < 6; ++i) clients.push_back(co_await place.connect());
    for (Stream& client : clients) must(co_await support::send_text(client, "a\n"));
    place.start();
    must(co_await sched::sleep_for(1min));
    EXPECT_EQ(place.limits.open(), 0U);
    pair.client.close();
    pair.server.close();
    const sched::Instant before = sched::now();
    EXPECT_EQ(co_await support::receive_exactly(clients.front(), 6), "GOT:a\n");
    EXPECT_LE(sched::now() - before, 1s);
  });
}

// --- accepts that fail

/// Connects until a connection is answered: others come to nothing as they are accepted.
Task<int> lost_before_an_answer(Address to) {
  for (int lost = 0;; ++lost) {
    Stream stream = must(co_await sched::connect(to));
    [[maybe_unused]] const auto sent = co_await support::send_text(stream, "a\n");
    if (co_await support::receive_exactly(stream, 6) == "GOT:a\n") co_return lost;
  }
}

TEST_P(Server, PassesOverConnectionsThatComeToNothing) {
  run({.one_lost_accept_in = 2}, [](Place place) -> Task<> {
    place.start();
    int lost = 0;
    for (int i = 0; i < 30; ++i) lost += co_await lost_before_an_answer(place.addresses.front());
    EXPECT_GT(lost, 0);
    EXPECT_FALSE(place.has_logged("Accepting rests")) << "the next is accepted at once";
  });
}

TEST_P(Server, RestsWhenEveryAcceptFailsAndDrainsAllTheSame) {
  run({.one_lost_accept_in = 1}, [](Place place) -> Task<> {
    place.start();
    std::vector<Stream> clients;
    for (int i = 0; i < 500; ++i) clients.push_back(co_await place.connect());
    must(co_await sched::sleep_for(10s));
    EXPECT_TRUE(place.has_logged("Accepting rests: accept: E"));
    EXPECT_EQ(place.limits.open(), 0U);
  });
}

TEST_P(Server, RestsWhenThereIsNoMemoryForAnAcceptAndForgetsNobody) {
  run({.one_short_accept_in = 2}, [](Place place) -> Task<> {
    place.start();
    sched::Scope clients;
    for (int i = 0; i < 50; ++i) clients.spawn(converse(place.addresses.front(), i, 3));
    must(co_await clients.join());
    EXPECT_TRUE(place.has_logged("Accepting rests: accept: ENOBUFS"));
  });
}

// --- what the options make of it

TEST(ServerOptions, GoToSessionsAndStreams) {
  server::Options options;
  options.prefix = "";
  options.idle_timeout = 1s;
  options.write_timeout = 2s;
  options.drain_timeout = 3s;
  options.send_buffer = 4;
  const server::SessionSettings sessions = server::session_settings(options);
  EXPECT_EQ(sessions.framing, echo::Framing::line);
  EXPECT_EQ(sessions.prefix, "");
  EXPECT_EQ(sessions.idle_timeout, 1s);
  EXPECT_EQ(sessions.write_timeout, 2s);
  EXPECT_EQ(sessions.drain_timeout, 3s);
  EXPECT_EQ(server::stream_options(options).unsent_limit, 4U);
  EXPECT_GT(server::stream_options(options).receive_limit, echo::kChunkBytes);
  options.framing = echo::Framing::chunk;
  EXPECT_EQ(server::session_settings(options).framing, echo::Framing::chunk);
  EXPECT_EQ(server::stream_options(options).receive_limit, echo::kChunkBytes);
}

TEST(ServerOptions, LimitConnectionsToWhatDescriptorsAllow) {
  rlimit descriptors{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &descriptors), 0);
  const auto admitted = [](const server::Options& options, unsigned threads) {
    ConnectionLimits limits = server::connection_limits(options, threads);
    std::vector<ConnectionLimits::Permit> permits;
    while (auto permit = limits.admit(Address())) permits.push_back(std::move(*permit));
    return permits.size();
  };
  EXPECT_EQ(admitted({}, 1), descriptors.rlim_cur - 16);
  EXPECT_EQ(admitted({}, 2), 2 * (descriptors.rlim_cur - 16)) << "each thread has a table of its own";
  server::Options five;
  five.max_connections = 5;
  EXPECT_EQ(admitted(five, 2), 5U);
}

}  // namespace
