#include "client/run/spawning.h"

#include <chrono>
#include <utility>

#include <fmt/format.h>

#include "scheduler/cancel_scope.h"
#include "scheduler/scheduler.h"
#include "scheduler/scope.h"
#include "scheduler/stream.h"
#include "text/escape.h"
#include "transports/resolve.h"

namespace client::run {

namespace {

using sched::CancelScope;
using sched::Result;
using sched::Task;

using Urls = std::vector<transport::Url>;

constexpr auto kTimeToBeReady = std::chrono::seconds(10);

/// Who does not answer in this time does not accept connections.
constexpr auto kTimeToAccept = std::chrono::seconds(1);

Task<void> cancel_when_stopped(const StopSource& stop, CancelScope& scope) {
  if (co_await stop.wait()) scope.cancel();
}

Task<bool> accepts(transport::Url target) {
  const CancelScope limit(sched::instant_after(sched::now(), kTimeToAccept));
  const transport::Addresses addresses = co_await transport::resolve(target);
  if (!addresses) co_return false;
  for (const sched::Address& address : *addresses) {
    if (co_await sched::connect(address)) co_return true;
  }
  co_return false;
}

/// The error names the first of them that does accept.
Task<SpawnedServer::Ready> check_that_none_accepts(Urls targets) {
  for (const transport::Url& target : targets) {
    if (!co_await accepts(target)) continue;
    co_return std::unexpected(
        fmt::format("{} accepts connections before the server of --spawn is started: another server would be tested",
                    text::escape(to_string(target))));
  }
  co_return SpawnedServer::Ready();
}

Task<SpawnedServer::Ready> until_stopped(const StopSource& stop, Task<SpawnedServer::Ready> task) {
  CancelScope until_stop;
  sched::Scope watching;
  watching.spawn(cancel_when_stopped(stop, until_stop));
  SpawnedServer::Ready ready = co_await std::move(task);
  watching.cancel();
  [[maybe_unused]] const Result<void> joined = co_await watching.join();
  co_return ready;
}

}  // namespace

Spawned spawn(Spawning spawning, const StopSource& stop,
              const std::function<Result<std::unique_ptr<sched::Backend>>()>& make_backend) {
  // Each with a backend of its own: the server is started where there is none.
  const auto run = [&](Task<SpawnedServer::Ready> task) -> SpawnedServer::Ready {
    Result<std::unique_ptr<sched::Backend>> backend = make_backend();
    if (!backend) return std::unexpected(describe(backend.error()));
    sched::Scheduler scheduler(std::move(*backend));
    return scheduler.run(until_stopped(stop, std::move(task)));
  };
  SpawnedServer::Ready free = run(check_that_none_accepts(spawning.signs.targets));
  if (!free || stop.reason()) return {.server = nullptr, .ready = std::move(free)};
  auto started = SpawnedServer::start(spawning.words);
  if (!started) return {.server = nullptr, .ready = std::unexpected(started.error())};
  SpawnedServer& server = **started;
  return {.server = std::move(*started),
          .ready = run(server.wait_until_ready(std::move(spawning.signs), kTimeToBeReady))};
}

std::string ends_of_outputs(const SpawnedServer& server) {
  std::string text;
  for (const auto& [name, lines] :
       {std::pair("standard output", server.output_tail()), std::pair("standard error", server.log_tail())}) {
    if (!lines.empty()) text += fmt::format("the end of the server's {}:\n{}", name, lines);
  }
  if (!text.empty()) text.pop_back();
  return text;
}

}  // namespace client::run
