// One exchange of 64 bytes over loopback, server and client on one scheduler, blocking. Wall-clock time is mostly the
// kernel's; the two backends are to be compared with each other, in one run.

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>

#include "scheduler/listener.h"
#include "scheduler/make_backend.h"
#include "scheduler/scheduler.h"
#include "scheduler/scope.h"
#include "scheduler/stream.h"
#include "server/server.h"

namespace {

using sched::Result;
using sched::Task;

/// Sends a line and receives its answer.
Task<bool> exchange(sched::Stream& stream, sched::Bytes line) {
  constexpr std::size_t kPrefix = 4;
  if (!co_await stream.send(line)) co_return false;
  for (std::size_t received = 0; received < line.size() + kPrefix;) {
    const Result<sched::Lease> part = co_await stream.receive();
    if (!part) co_return false;
    received += part->size();
  }
  co_return true;
}

Task<void> measure(benchmark::State& state) {
  server::Options options;
  server::ConnectionLimits limits(1000, std::nullopt);
  server::Server server(session_settings(options), limits, server::Log());
  std::vector<sched::Listener> listeners;
  Result<sched::Listener> listener = sched::listen(*sched::Address::ip("127.0.0.1", 0));
  const Result<sched::Address> address = listener->local_address();
  listeners.push_back(std::move(*listener));
  sched::Scope serving;
  serving.spawn(server.run(std::move(listeners)));
  {
    Result<sched::Stream> stream = co_await sched::connect(*address);
    const std::string line = std::string(63, 'x') + '\n';
    for (auto _ : state) {
      if (!stream || !co_await exchange(*stream, std::as_bytes(std::span(line)))) {
        state.SkipWithError("the exchange failed");
        break;
      }
    }
  }
  serving.cancel();
  [[maybe_unused]] const Result<void> joined = co_await serving.join();
}

void ping_pong(benchmark::State& state, sched::BackendKind kind) {
  Result<sched::ChosenBackend> chosen = sched::make_backend(kind);
  if (!chosen) return state.SkipWithError(describe(chosen.error()).c_str());
  sched::Scheduler scheduler(std::move(chosen->backend));
  scheduler.run(measure(state));
}
BENCHMARK_CAPTURE(ping_pong, epoll, sched::BackendKind::epoll)->UseRealTime();
BENCHMARK_CAPTURE(ping_pong, io_uring, sched::BackendKind::io_uring)->UseRealTime();

}  // namespace
