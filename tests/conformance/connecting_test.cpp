#include <sys/resource.h>
#include <unistd.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "scheduler/event.h"
#include "scheduler/scope.h"
#include "scheduler/sleep.h"
#include "tests/conformance/conformance.h"
#include "tests/support/temporary_directory.h"

// Connecting, and the addresses that it and listening are told (scheduler/listener.h, scheduler/stream.h).

namespace {

using conformance::Place;
using sched::Accepted;
using sched::Address;
using sched::Listener;
using sched::Result;
using sched::Stream;
using sched::Task;
using support::error_of;
using support::must;
using support::Pair;

using namespace std::chrono_literals;

class Connecting : public conformance::StreamConformance {};
RUN_ON_BACKENDS_AND_FAMILIES(Connecting);

TEST_P(Connecting, SucceedsBeforeAnyoneAccepts) {
  run([](Place place) -> Task<> {
    Listener listener = place.listen();
    Stream client = must(co_await sched::connect(must(listener.local_address())));
    must(co_await support::send_text(client, "early"));
    Accepted accepted = must(co_await listener.accept());
    EXPECT_EQ(co_await support::receive_exactly(accepted.stream, 5), "early");
  });
}

TEST_P(Connecting, BothEndsKnowWhereTheyAre) {
  run([](Place place) -> Task<> {
    Listener listener = place.listen();
    const Address address = must(listener.local_address());
    Stream client = must(co_await sched::connect(address));
    Accepted accepted = must(co_await listener.accept());
    EXPECT_EQ(must(client.peer_address()), address);
    EXPECT_EQ(must(accepted.stream.local_address()), address);
    EXPECT_EQ(must(accepted.stream.peer_address()), must(client.local_address()));
    EXPECT_EQ(accepted.peer, must(client.local_address()));
    if (place.is_tcp()) EXPECT_EQ(accepted.peer.host(), "127.0.0.1");
    if (place.is_tcp()) EXPECT_NE(accepted.peer.port(), 0);
    if (!place.is_tcp()) EXPECT_TRUE(accepted.peer.is_unix());
    if (!place.is_tcp()) EXPECT_EQ(accepted.peer.host(), "");
  });
}

TEST_P(Connecting, IsRefusedWhereNobodyListensAnyMore) {
  run([](Place place) -> Task<> {
    std::optional<Listener> listener = place.listen();
    const Address address = must(listener->local_address());
    listener->close();
    EXPECT_EQ(error_of(co_await sched::connect(address)), "ECONNREFUSED");
  });
}

TEST_P(Connecting, IsRefusedTwiceAndThenSucceeds) {
  run([](Place place) -> Task<> {
    Listener first = place.listen();
    const Address address = must(first.local_address());
    first.close();
    EXPECT_EQ(error_of(co_await sched::connect(address)), "ECONNREFUSED");
    EXPECT_EQ(error_of(co_await sched::connect(address)), "ECONNREFUSED");
    Listener second = must(sched::listen(address));
    must(co_await sched::connect(address));
    must(co_await second.accept());
  });
}

TEST_P(Connecting, ManyAtOnceGivesEveryOneItsOwnConnection) {
  run([](Place place) -> Task<> {
    constexpr int kMany = 100;
    Listener listener = place.listen();
    sched::Scope scope;
    for (int i = 0; i < kMany; ++i) {
      scope.spawn([](Address to, int number) -> Task<Result<void>> {
        Stream stream = must(co_await sched::connect(to));
        const std::string text = "number " + std::to_string(number);
        must(co_await support::send_text(stream, text));
        EXPECT_EQ(co_await support::receive_exactly(stream, text.size()), text);
        co_return Result<void>{};
      }(must(listener.local_address()), i));
    }
    for (int i = 0; i < kMany; ++i) scope.spawn(support::echo(must(co_await listener.accept()).stream));
    must(co_await scope.join());
  });
}

TEST_P(Connecting, WhoeverWasNotAcceptedIsResetWhenTheListenerCloses) {
  run([](Place place) -> Task<> {
    Listener listener = place.listen();
    Stream client = must(co_await sched::connect(must(listener.local_address())));
    listener.close();
    EXPECT_EQ(error_of(co_await client.receive()), "ECONNRESET");
  });
}

class ConnectingToUnixSockets : public conformance::BackendConformance {};
RUN_ON_BACKENDS(ConnectingToUnixSockets);

TEST_P(ConnectingToUnixSockets, WaitsForRoomInTheBacklog) {
  const auto body = [](Place place) -> Task<> {
    sched::ListenOptions options;
    options.backlog = 0;
    Listener listener = place.listen(options);
    const Address address = must(listener.local_address());
    const Stream first = must(co_await sched::connect(address));
    sched::Event connected;
    sched::Scope scope;
    scope.spawn([](Address to, sched::Event& event) -> Task<> {
      const Stream second = must(co_await sched::connect(to));
      event.set();
    }(address, connected));
    must(co_await sched::sleep_for(10ms));
    EXPECT_FALSE(connected.is_set());
    must(co_await listener.accept());
    must(co_await connected.wait());
    must(co_await scope.join());
  };
  run(body, conformance::Family::local);
}

TEST_P(ConnectingToUnixSockets, IsRefusedWhenTheListenerClosesInstead) {
  const auto body = [](Place place) -> Task<> {
    sched::ListenOptions options;
    options.backlog = 0;
    Listener listener = place.listen(options);
    const Address address = must(listener.local_address());
    const Stream first = must(co_await sched::connect(address));
    sched::Scope scope;
    scope.spawn(
        [](Address to) -> Task<> { EXPECT_EQ(error_of(co_await sched::connect(to)), "ECONNREFUSED"); }(address));
    must(co_await sched::sleep_for(5ms));
    listener.close();
    must(co_await scope.join());
  };
  run(body, conformance::Family::local);
}

TEST_P(ConnectingToUnixSockets, IsCancelledWhileItWaitsForRoom) {
  const auto body = [](Place place) -> Task<> {
    sched::ListenOptions options;
    options.backlog = 0;
    Listener listener = place.listen(options);
    const Address address = must(listener.local_address());
    const Stream first = must(co_await sched::connect(address));
    sched::Scope scope;
    for (int i = 0; i < 3; ++i) {
      scope.spawn([](Address to) -> Task<> { EXPECT_EQ(error_of(co_await sched::connect(to)), "cancelled"); }(address));
    }
    co_await sched::yield();
    scope.cancel();
    must(co_await scope.join());
    must(co_await listener.accept());
    must(co_await sched::connect(address));
  };
  run(body, conformance::Family::local);
}

class Addresses : public conformance::BackendConformance {};
RUN_ON_BACKENDS(Addresses);

TEST_P(Addresses, OfTwoListenersAtPortZeroDiffer) {
  run([](Place place) -> Task<> {
    const Listener first = place.listen();
    const Listener second = place.listen();
    EXPECT_NE(must(first.local_address()), must(second.local_address()));
    co_return;
  });
}

TEST_P(Addresses, OfAClientCanBeChosen) {
  run([](Place place) -> Task<> {
    Listener listener = place.listen();
    const Address from = *Address::ip("127.0.0.2", 0);
    const Stream client = must(co_await sched::connect(must(listener.local_address()), {}, from));
    const Accepted accepted = must(co_await listener.accept());
    EXPECT_EQ(must(client.local_address()).host(), "127.0.0.2");
    EXPECT_NE(accepted.peer.port(), 0);
    EXPECT_EQ(accepted.peer, must(client.local_address()));
  });
}

TEST_P(Addresses, OfAClientThatAreTakenAreRefused) {
  run([](Place place) -> Task<> {
    Listener listener = place.listen();
    const Address address = must(listener.local_address());
    EXPECT_EQ(error_of(co_await sched::connect(address, {}, address)), "EADDRINUSE");
  });
}

TEST_P(Addresses, OfAnotherFamilyThanTheListenersAreRefused) {
  run([](Place place) -> Task<> {
    Listener listener = place.listen();
    const Result<Stream> stream =
        co_await sched::connect(must(listener.local_address()), {}, Address::unix_path("@gotback-test-family"));
    EXPECT_FALSE(stream.has_value());
  });
}

TEST_P(Addresses, OfNoFamilyAreRefused) {
  run([](Place) -> Task<> {
    EXPECT_EQ(error_of(co_await sched::connect(Address())), "EAFNOSUPPORT");
    EXPECT_EQ(error_of(sched::listen(Address())), "EAFNOSUPPORT");
  });
}

TEST_P(Addresses, OfEveryInterfaceTakeConnectionsToOne) {
  run([](Place) -> Task<> {
    Listener listener = must(sched::listen(*Address::ip("0.0.0.0", 0)));
    const Address address = *Address::ip("127.0.0.1", must(listener.local_address()).port());
    const Stream client = must(co_await sched::connect(address));
    const Accepted accepted = must(co_await listener.accept());
    EXPECT_EQ(must(accepted.stream.local_address()), address);
    EXPECT_EQ(error_of(sched::listen(address)), "EADDRINUSE");
  });
}

TEST_P(Addresses, OfSixAndFourOnOnePortAreTwoListeners) {
  run([](Place) -> Task<> {
    Listener six = must(sched::listen(*Address::ip("::1", 0)));
    const Address address = must(six.local_address());
    Listener four = must(sched::listen(*Address::ip("127.0.0.1", address.port())));
    const Stream client = must(co_await sched::connect(address));
    const Accepted accepted = must(co_await six.accept());
    EXPECT_EQ(accepted.peer.host(), "::1");
    EXPECT_EQ(error_of(co_await four.accept_queued()), "would block");
  });
}

TEST_P(Addresses, OfAPathThatIsNotThereAreMissingAndOfAnAbandonedOneRefused) {
  run([](Place) -> Task<> {
    const support::TemporaryDirectory directory;
    const Address address = *Address::unix_path((directory / "socket").string());
    EXPECT_EQ(error_of(co_await sched::connect(address)), "ENOENT");
    Listener listener = must(sched::listen(address));
    EXPECT_EQ(must(listener.local_address()), address);
    {
      const Pair pair = co_await support::connect_pair(listener);
    }
    listener.close();
    EXPECT_EQ(error_of(co_await sched::connect(address)), "ECONNREFUSED");
  });
}

TEST_P(Addresses, OfAUnixClientCanBeChosen) {
  run([](Place) -> Task<> {
    const Address to = *Address::unix_path("@gotback-test-to-" + std::to_string(::getpid()));
    const Address from = *Address::unix_path("@gotback-test-from-" + std::to_string(::getpid()));
    Listener listener = must(sched::listen(to));
    const Stream client = must(co_await sched::connect(to, {}, from));
    EXPECT_EQ(must(co_await listener.accept()).peer, from);
    EXPECT_EQ(must(client.local_address()), from);
  });
}

TEST_P(Addresses, ThatShareAPortTakeEveryConnectionOnce) {
  run([](Place place) -> Task<> {
    sched::ListenOptions options;
    options.sharing = sched::PortSharing::first;
    Listener first = place.listen(options);
    const Address address = must(first.local_address());
    EXPECT_EQ(error_of(sched::listen(address)), "EADDRINUSE");
    EXPECT_EQ(error_of(sched::listen(address, options)), "EADDRINUSE");
    options.sharing = sched::PortSharing::more;
    Listener second = must(sched::listen(address, options));
    constexpr int kMany = 40;
    std::vector<Stream> clients;
    for (int i = 0; i < kMany; ++i) clients.push_back(must(co_await sched::connect(address)));
    int accepted = 0;
    while (co_await first.accept_queued()) ++accepted;
    const int of_first = accepted;
    while (co_await second.accept_queued()) ++accepted;
    EXPECT_EQ(accepted, kMany);
    EXPECT_GT(of_first, 0);
    EXPECT_LT(of_first, kMany);
  });
}

TEST_P(Addresses, WithoutSharingCannotBeJoined) {
  run([](Place place) -> Task<> {
    Listener listener = place.listen();
    sched::ListenOptions options;
    options.sharing = sched::PortSharing::more;
    EXPECT_EQ(error_of(sched::listen(must(listener.local_address()), options)), "EADDRINUSE");
    co_return;
  });
}

/// Leaves the process room for `more` descriptors beyond those that are open.
class DescriptorLimit {
 public:
  explicit DescriptorLimit(rlim_t more) {
    ::getrlimit(RLIMIT_NOFILE, &before_);
    const int next = ::dup(0);
    ::close(next);
    const rlimit limit{.rlim_cur = static_cast<rlim_t>(next) + more, .rlim_max = before_.rlim_max};
    ::setrlimit(RLIMIT_NOFILE, &limit);
  }
  DescriptorLimit(const DescriptorLimit&) = delete;
  DescriptorLimit& operator=(const DescriptorLimit&) = delete;
  ~DescriptorLimit() { ::setrlimit(RLIMIT_NOFILE, &before_); }

 private:
  rlimit before_{};
};

class RunningOutOfDescriptors : public conformance::BackendConformance {};
RUN_ON_REAL_BACKENDS(RunningOutOfDescriptors);

TEST_P(RunningOutOfDescriptors, FailsWithEmfileAndLosesNobodyWhoWaits) {
  run([](Place place) -> Task<> {
    Listener listener = place.listen();
    const Address address = must(listener.local_address());
    std::vector<Stream> clients;
    std::string first_error;
    {
      const DescriptorLimit limit(3);
      for (int i = 0; i < 10; ++i) {
        Result<Stream> client = co_await sched::connect(address);
        if (!client) {
          first_error = error_of(client);
          break;
        }
        clients.push_back(std::move(*client));
      }
      EXPECT_EQ(first_error, "EMFILE");
      EXPECT_EQ(error_of(co_await listener.accept()), "EMFILE");
      EXPECT_EQ(error_of(co_await listener.accept()), "EMFILE");
      EXPECT_EQ(error_of(sched::listen(place.free_address())), "EMFILE");
    }
    for (std::size_t i = 0; i < clients.size(); ++i) must(co_await listener.accept());
  });
}

}  // namespace
