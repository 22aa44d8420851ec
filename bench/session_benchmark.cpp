// What an echo costs beside the kernel: sessions of the server on a backend that does nothing.

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <new>
#include <span>
#include <string>

#include <benchmark/benchmark.h>

#include "bench/empty_backend.h"
#include "scheduler/scheduler.h"
#include "scheduler/scope.h"
#include "server/session.h"

namespace {

using sched::Result;
using sched::Task;

std::atomic<std::int64_t> allocations = 0;

Task<void> serve(EmptyBackend& backend, std::int64_t sessions) {
  const server::SessionSettings settings;
  const auto serve_one = [](sched::Stream stream, const server::SessionSettings& common) -> Task<void> {
    server::Session session(stream, common);
    co_await session.run();
  };
  sched::Scope scope;
  for (std::int64_t i = 0; i < sessions; ++i) scope.spawn(serve_one(backend.open(), settings));
  [[maybe_unused]] const Result<void> joined = co_await scope.join();
}

/// `range(0)` sessions, each of which answers a line of 64 bytes a turn.
void echo_without_io(benchmark::State& state) {
  constexpr int kWarmUpTurns = 3;
  const std::string line = std::string(63, 'x') + '\n';
  std::int64_t before = 0;
  int turns = 0;
  auto goes_on = [&] {
    if (turns++ < kWarmUpTurns) {
      before = allocations;
      return true;
    }
    return state.KeepRunning();
  };
  auto backend = std::make_unique<EmptyBackend>(std::as_bytes(std::span(line)), goes_on);
  EmptyBackend& empty = *backend;
  sched::Scheduler scheduler(std::move(backend));
  std::int64_t after = 0;
  scheduler.run(serve(empty, state.range(0)));
  after = allocations;
  const auto echoes = static_cast<double>(state.iterations()) * static_cast<double>(state.range(0));
  state.counters["echo"] = benchmark::Counter(echoes, benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
  state.counters["allocations"] = static_cast<double>(after - before) / echoes;
}
BENCHMARK(echo_without_io)->Arg(1)->Arg(64);

}  // namespace

// Counts what this program allocates.
void* operator new(std::size_t size) {
  allocations.fetch_add(1, std::memory_order_relaxed);
  if (void* block = std::malloc(size); block != nullptr) return block;
  throw std::bad_alloc();
}
void operator delete(void* block) noexcept { std::free(block); }
void operator delete(void* block, std::size_t /*size*/) noexcept { std::free(block); }
