#include "scheduler/readiness.h"

#include <fcntl.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <array>
#include <string>

#include <gtest/gtest.h>

#include "scheduler/cancel_scope.h"
#include "scheduler/descriptor.h"
#include "scheduler/scope.h"
#include "scheduler/sleep.h"
#include "tests/conformance/conformance.h"
#include "tests/support/temporary_directory.h"

// Waiting for descriptors that are not sockets of the library, and taking over those that listen.

namespace {

using conformance::Place;
using sched::CancelScope;
using sched::Descriptor;
using sched::Ready;
using sched::Result;
using sched::Task;
using support::error_of;
using support::must;

using namespace std::chrono_literals;

struct Pipe {
  Descriptor read_end;
  Descriptor write_end;
};

Pipe make_pipe() {
  std::array<int, 2> ends{};
  EXPECT_EQ(::pipe2(ends.data(), O_NONBLOCK | O_CLOEXEC), 0);
  return {Descriptor(ends[0]), Descriptor(ends[1])};
}

void write_byte(const Descriptor& to) { EXPECT_EQ(::write(to.get(), "x", 1), 1); }

void read_byte(const Descriptor& from) {
  char byte = 0;
  EXPECT_EQ(::read(from.get(), &byte, 1), 1);
}

class Readiness : public conformance::BackendConformance {};
RUN_ON_REAL_BACKENDS(Readiness);

TEST_P(Readiness, ToReadIsThereAtOnceWhenSomethingIs) {
  run([](Place) -> Task<> {
    const Pipe pipe = make_pipe();
    write_byte(pipe.write_end);
    must(co_await sched::wait_until_ready(pipe.read_end.get(), Ready::to_read));
    must(co_await sched::wait_until_ready(pipe.read_end.get(), Ready::to_read));
    read_byte(pipe.read_end);
  });
}

TEST_P(Readiness, ToReadComesWhenSomethingDoes) {
  run([](Place) -> Task<> {
    const Pipe pipe = make_pipe();
    sched::Scope scope;
    bool is_ready = false;
    scope.spawn([](int fd, bool& ready) -> Task<Result<void>> {
      const Result<void> result = co_await sched::wait_until_ready(fd, Ready::to_read);
      ready = true;
      co_return result;
    }(pipe.read_end.get(), is_ready));
    must(co_await sched::sleep_for(3ms));
    EXPECT_FALSE(is_ready);
    write_byte(pipe.write_end);
    must(co_await scope.join());
    EXPECT_TRUE(is_ready);
  });
}

TEST_P(Readiness, MayBeWaitedForManyTimes) {
  run([](Place) -> Task<> {
    const Pipe pipe = make_pipe();
    for (int i = 0; i < 1000; ++i) {
      write_byte(pipe.write_end);
      must(co_await sched::wait_until_ready(pipe.read_end.get(), Ready::to_read));
      read_byte(pipe.read_end);
    }
  });
}

TEST_P(Readiness, ToWriteComesWhenThereIsRoom) {
  run([](Place) -> Task<> {
    const Pipe pipe = make_pipe();
    must(co_await sched::wait_until_ready(pipe.write_end.get(), Ready::to_write));
    const std::string much(1 << 16, 'x');
    while (::write(pipe.write_end.get(), much.data(), much.size()) > 0) continue;
    sched::Scope scope;
    scope.spawn([](int fd) -> Task<Result<void>> {
      co_return co_await sched::wait_until_ready(fd, Ready::to_write);
    }(pipe.write_end.get()));
    must(co_await sched::sleep_for(2ms));
    EXPECT_EQ(scope.size(), 1U);
    std::string taken(1 << 16, '\0');
    while (::read(pipe.read_end.get(), taken.data(), taken.size()) > 0) continue;
    must(co_await scope.join());
  });
}

TEST_P(Readiness, ComesWhenTheOtherEndIsGone) {
  run([](Place) -> Task<> {
    Pipe pipe = make_pipe();
    sched::Scope scope;
    scope.spawn([](int fd) -> Task<Result<void>> {
      co_return co_await sched::wait_until_ready(fd, Ready::to_read);
    }(pipe.read_end.get()));
    must(co_await sched::sleep_for(1ms));
    pipe.write_end.close();
    must(co_await scope.join());
  });
}

TEST_P(Readiness, OfARegularFileIsAlwaysThere) {
  run([](Place) -> Task<> {
    const support::TemporaryDirectory directory;
    const Descriptor file(::open(directory.write("file", "text").c_str(), O_RDWR | O_CLOEXEC));
    must(co_await sched::wait_until_ready(file.get(), Ready::to_read));
    must(co_await sched::wait_until_ready(file.get(), Ready::to_write));
  });
}

TEST_P(Readiness, OfADescriptorThatIsNoneFails) {
  run([](Place) -> Task<> {
    const int closed = ::dup(0);
    ::close(closed);
    EXPECT_EQ(error_of(co_await sched::wait_until_ready(closed, Ready::to_read)), "EBADF");
    EXPECT_EQ(error_of(co_await sched::wait_until_ready(-1, Ready::to_read)), "EBADF");
  });
}

TEST_P(Readiness, ThatIsCancelledLeavesTheDescriptorAlone) {
  run([](Place) -> Task<> {
    const Pipe pipe = make_pipe();
    for (int i = 0; i < 10; ++i) {
      const CancelScope limit(sched::instant_after(sched::now(), 200us));
      EXPECT_EQ(error_of(limit.outcome(co_await sched::wait_until_ready(pipe.read_end.get(), Ready::to_read))),
                "timed out");
    }
    write_byte(pipe.write_end);
    must(co_await sched::wait_until_ready(pipe.read_end.get(), Ready::to_read));
    read_byte(pipe.read_end);
  });
}

TEST_P(Readiness, OfANewDescriptorIsNotThatOfAnOldOneWithItsNumber) {
  run([](Place) -> Task<> {
    for (int i = 0; i < 20; ++i) {
      Pipe old = make_pipe();
      {
        const CancelScope limit(sched::instant_after(sched::now(), 100us));
        EXPECT_EQ(error_of(co_await sched::wait_until_ready(old.read_end.get(), Ready::to_read)), "cancelled");
      }
      write_byte(old.write_end);
      old.read_end.close();
      old.write_end.close();
      const Pipe fresh = make_pipe();
      const CancelScope limit(sched::instant_after(sched::now(), 500us));
      EXPECT_EQ(error_of(co_await sched::wait_until_ready(fresh.read_end.get(), Ready::to_read)), "cancelled");
    }
  });
}

TEST_P(Readiness, OfManyDescriptorsIsToldApart) {
  run([](Place) -> Task<> {
    std::vector<Pipe> pipes;
    std::vector<int> ready;
    for (int i = 0; i < 50; ++i) pipes.push_back(make_pipe());
    sched::Scope scope;
    for (int i = 0; i < 50; ++i) {
      scope.spawn([](int fd, int number, std::vector<int>& to) -> Task<Result<void>> {
        const Result<void> result = co_await sched::wait_until_ready(fd, Ready::to_read);
        to.push_back(number);
        co_return result;
      }(pipes[static_cast<std::size_t>(i)].read_end.get(), i, ready));
    }
    std::vector<int> expected;
    for (int i = 49; i >= 0; --i) {
      must(co_await sched::sleep_for(50us));
      write_byte(pipes[static_cast<std::size_t>(i)].write_end);
      while (ready.size() < 50U - static_cast<std::size_t>(i)) co_await sched::yield();
      expected.push_back(i);
    }
    must(co_await scope.join());
    EXPECT_EQ(ready, expected);
  });
}

TEST_P(Readiness, OfAListeningDescriptorIsTakenOver) {
  run([](Place place) -> Task<> {
    sched::ListenOptions options;
    options.streams.receive_limit = 2;
    Descriptor open = must(sched::open_listener(place.free_address(), options));
    const sched::Address address = must(sched::local_address(open));
    sched::Listener listener = must(sched::adopt_listener(std::move(open), options));
    EXPECT_EQ(must(listener.local_address()), address);
    support::Pair pair = co_await support::connect_pair(listener);
    must(co_await support::send_text(pair.client, "abc"));
    EXPECT_LE(must(co_await support::receive_text(pair.server)).size(), 2U);
  });
}

class ReadinessOfNoDescriptor : public conformance::BackendConformance {};
RUN_ON_BACKENDS(ReadinessOfNoDescriptor);

TEST_P(ReadinessOfNoDescriptor, IsAnErrorEverywhere) {
  run([](Place place) -> Task<> {
    const std::string expected = place.is_simulated() ? "ENOSYS" : "EBADF";
    EXPECT_EQ(error_of(co_await sched::wait_until_ready(-1, Ready::to_read)), expected);
  });
}

}  // namespace
