#include <signal.h>

#include <cstdlib>
#include <new>
#include <string>
#include <thread>
#include <utility>

#include <gtest/gtest.h>

#include "scheduler/cancel_scope.h"
#include "scheduler/mailbox.h"
#include "scheduler/scope.h"
#include "scheduler/signals.h"
#include "scheduler/sleep.h"
#include "tests/conformance/conformance.h"

// Memory that runs out, at every allocation in turn: a task fails with an error or a connection with it, nothing leaks
// and everything ends. In a program of its own, because it replaces operator new.

namespace {

/// How many more allocations of this thread succeed before one fails; negative when all do.
thread_local long allocations_left = -1;

/// How many this thread has asked for.
thread_local long allocations = 0;

bool fails_now() {
  ++allocations;
  if (allocations_left < 0) return false;
  return --allocations_left < 0;
}

}  // namespace

void* operator new(std::size_t size) {
  if (fails_now()) throw std::bad_alloc();
  if (void* memory = std::malloc(size)) return memory;
  throw std::bad_alloc();
}

void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  return fails_now() ? nullptr : std::malloc(size);
}

void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete(void* memory, const std::nothrow_t&) noexcept { std::free(memory); }

namespace {

using conformance::BackendUnderTest;
using conformance::Family;
using conformance::Place;
using sched::Address;
using sched::Listener;
using sched::Result;
using sched::Stream;
using sched::Task;
using support::bytes_of;

using namespace std::chrono_literals;

Task<Result<void>> accept_and_echo(Listener& listener, int count) {
  sched::Scope sessions(sched::Scope::OnFailure::keep_siblings);
  while (count > 0) {
    Result<sched::Accepted> accepted = co_await listener.accept();
    if (!accepted && accepted.error().code == sched::ErrorCode::cancelled) break;
    --count;
    try {
      if (accepted) sessions.spawn(support::echo(std::move(accepted->stream)));
    } catch (const std::bad_alloc&) {
      continue;  // the connection is closed
    }
  }
  co_return co_await sessions.join();
}

Task<Result<void>> exchange(Address to) {
  Result<Stream> stream = co_await sched::connect(to);
  if (!stream) co_return std::unexpected(stream.error());
  if (const Result<void> sent = co_await stream->send(bytes_of("hello")); !sent) co_return sent;
  if (co_await support::receive_exactly(*stream, 5) != "hello") {
    co_return sched::failure(sched::ErrorCode::end_of_stream, "receive");
  }
  const sched::CancelScope limit(sched::now() + 1s);
  co_return co_await sched::sleep_for(10us);
}

/// A server and two clients. Fails with what the first of them failed with.
Task<Result<void>> meet(Place place) {
  Result<Listener> listening = sched::listen(place.free_address());
  if (!listening) co_return std::unexpected(listening.error());
  Listener listener = std::move(*listening);
  const Address address = support::must(listener.local_address());
  sched::Scope scope;
  bool started = false;
  try {
    scope.spawn(accept_and_echo(listener, 2));
    scope.spawn(exchange(address));
    scope.spawn(exchange(address));
    started = true;
  } catch (const std::bad_alloc&) {
    scope.cancel();  // it is joined whatever happens
  }
  const Result<void> joined = co_await scope.join();
  if (!started) co_return sched::failure(sched::ErrorCode::out_of_memory, "spawn");
  co_return joined;
}

/// One meeting at which the first `succeeding` allocations succeed, the next fails and all after it succeed. On a
/// thread of its own, so that no memory is left of an earlier one. True when all went well because there were no more.
bool meet_with(const BackendUnderTest& backend, Family family, long succeeding) {
  bool all_went_well = false;
  std::thread([&] {
    sched::Scheduler scheduler(backend.make());
    allocations_left = succeeding;
    Result<void> met;
    try {
      met = scheduler.run(meet(Place(backend, family)));
    } catch (const std::bad_alloc&) {
      met = sched::failure(sched::ErrorCode::out_of_memory, "task");
    }
    all_went_well = std::exchange(allocations_left, -1) >= 0;
    if (all_went_well) EXPECT_TRUE(met.has_value());
    EXPECT_EQ(scheduler.timers().size(), 0U);
    EXPECT_FALSE(scheduler.backend().is_closing());
  }).join();
  return all_went_well;
}

void meet_until_all_goes_well(const BackendUnderTest& backend, Family family) {
  long succeeding = 0;
  while (!meet_with(backend, family, succeeding)) ++succeeding;
  EXPECT_GT(succeeding, 20);
}

class OutOfMemory : public conformance::BackendConformance {};
RUN_ON_REAL_BACKENDS(OutOfMemory);

TEST_P(OutOfMemory, AtAnyAllocationIsAnErrorAndNothingWorseOverTcp) {
  meet_until_all_goes_well(GetParam(), Family::tcp);
}

TEST_P(OutOfMemory, AtAnyAllocationIsAnErrorAndNothingWorseOverUnixSockets) {
  meet_until_all_goes_well(GetParam(), Family::local);
}

/// Posts and raises a signal again and again, each when the last was obeyed.
Task<> post_and_raise(sched::Mailbox& mailbox, sched::Signals& signals, long& taken) {
  int obeyed = 0;
  sched::Scope services;
  services.spawn(mailbox.deliver());
  services.spawn(signals.deliver([&obeyed](int) { ++obeyed; }));
  co_await sched::yield();
  const long before = allocations;
  for (int i = 0; i < 10; ++i) {
    mailbox.post([&obeyed] { ++obeyed; });
    while (obeyed < 2 * i + 1) co_await sched::yield();
    ::raise(SIGUSR1);
    while (obeyed < 2 * i + 2) co_await sched::yield();
  }
  taken = allocations - before;
  services.cancel();
  [[maybe_unused]] const Result<void> ended = co_await services.join();
}

TEST_P(OutOfMemory, KeepsNobodyFromCallsOfOtherThreadsAndFromSignals) {
  sched::Scheduler scheduler(GetParam().make());
  sched::Mailbox mailbox;
  sched::Signals signals{SIGUSR1};
  long taken = -1;
  scheduler.run(post_and_raise(mailbox, signals, taken));
  EXPECT_EQ(taken, 0) << "they need none";
}

}  // namespace
