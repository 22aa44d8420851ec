#include <cstdlib>
#include <new>
#include <string>

#include <gtest/gtest.h>

#include "scheduler/make_backend.h"
#include "scheduler/scheduler.h"
#include "scheduler/scope.h"
#include "server/session.h"
#include "tests/support/coroutines.h"

// What an echo allocates: nothing. In a program of its own, because it replaces operator new.

namespace {

std::size_t allocations = 0;

}  // namespace

void* operator new(std::size_t size) {
  ++allocations;
  if (void* memory = std::malloc(size)) return memory;
  throw std::bad_alloc();
}

void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  ++allocations;
  return std::malloc(size);
}

void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete(void* memory, const std::nothrow_t&) noexcept { std::free(memory); }

namespace {

using sched::BackendKind;
using sched::Result;
using sched::Stream;
using sched::Task;
using support::bytes_of;
using support::must;

class Allocations : public testing::TestWithParam<BackendKind> {};

INSTANTIATE_TEST_SUITE_P(, Allocations, testing::Values(BackendKind::epoll, BackendKind::io_uring),
                         [](const auto& kind) { return kind.param == BackendKind::epoll ? "epoll" : "io_uring"; });

Task<> serve(Stream& stream, const server::SessionSettings& settings) {
  server::Session session(stream, settings);
  co_await session.run();
}

/// Sends `text` so many times, each time when the whole answer has come.
Task<> exchange(Stream& stream, std::string text, std::size_t answer_size, int times) {
  for (int i = 0; i < times; ++i) {
    must(co_await stream.send(bytes_of(text)));
    for (std::size_t received = 0; received < answer_size;) received += must(co_await stream.receive()).size();
  }
}

/// How many allocations so many exchanges make when others went before.
Task<std::size_t> allocations_of_exchanges(std::string text, std::size_t answer_size, int times) {
  sched::Listener listener = must(sched::listen(*sched::Address::ip("127.0.0.1", 0)));
  support::Pair pair = co_await support::connect_pair(listener);
  const server::SessionSettings settings;
  sched::Scope scope;
  scope.spawn(serve(pair.server, settings));
  co_await exchange(pair.client, text, answer_size, times);
  const std::size_t before = allocations;
  co_await exchange(pair.client, text, answer_size, times);
  const std::size_t after = allocations;
  must(pair.client.shutdown_send());
  must(co_await scope.join());
  co_return after - before;
}

/// The task itself takes its frame and its text.
constexpr std::size_t kOfTheExchange = 2;

TEST_P(Allocations, OfEchoesAreNone) {
  const Result<sched::ChosenBackend> probe = sched::make_backend(GetParam());
  if (!probe) GTEST_SKIP() << describe(probe.error());
  for (const std::size_t lines : {1U, 32U}) {
    const std::string line = std::string(63, 'x') + "\n";
    std::string text;
    for (std::size_t i = 0; i < lines; ++i) text += line;
    sched::Scheduler scheduler(must(sched::make_backend(GetParam())).backend);
    EXPECT_LE(scheduler.run(allocations_of_exchanges(text, text.size() + 4 * lines, 500)), kOfTheExchange) << lines;
  }
}

}  // namespace
