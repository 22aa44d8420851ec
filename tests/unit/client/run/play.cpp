#include "tests/unit/client/run/play.h"

#include <utility>
#include <vector>

#include <fmt/format.h>

#include "client/run/client.h"
#include "scheduler/check.h"
#include "scheduler/listener.h"
#include "scheduler/scheduler.h"
#include "scheduler/scope.h"
#include "scheduler/sleep.h"
#include "tests/support/coroutines.h"

namespace client::run {

namespace {

using sched::Result;
using sched::Stream;
using sched::Task;

constexpr std::uint16_t kPort = 25000;

Task<> answer(Stream stream) {
  std::string unanswered;
  for (;;) {
    const Result<std::string> received = co_await support::receive_text(stream);
    if (!received) co_return;
    unanswered += *received;
    for (std::size_t end = 0; (end = unanswered.find('\n')) != std::string::npos; unanswered.erase(0, end + 1)) {
      if (!co_await support::send_text(stream, "GOT:" + unanswered.substr(0, end + 1))) co_return;
    }
  }
}

Task<> say(Stream stream, std::string text) {
  [[maybe_unused]] const Result<void> sent = co_await support::send_text(stream, std::move(text));
  [[maybe_unused]] const support::Everything rest = co_await support::receive_everything(stream);
}

Task<> say_and_close(Stream stream, std::string text) {
  [[maybe_unused]] const Result<void> sent = co_await support::send_text(stream, std::move(text));
  [[maybe_unused]] const Result<void> ended = stream.shutdown_send();
  [[maybe_unused]] const support::Everything rest = co_await support::receive_everything(stream);
}

Task<> reset_after(Stream stream, std::size_t bytes, std::string text) {
  [[maybe_unused]] const std::string received = co_await support::receive_exactly(stream, bytes);
  [[maybe_unused]] const Result<void> sent = co_await support::send_text(stream, std::move(text));
  [[maybe_unused]] const Result<void> slept = co_await sched::sleep_for(std::chrono::milliseconds(100));
  stream.reset();
}

Task<> say_slowly(Stream stream, std::vector<std::string> texts, sched::Duration pause) {
  for (std::string& text : texts) {
    if (!co_await sched::sleep_for(pause)) co_return;
    if (!co_await support::send_text(stream, std::move(text))) co_return;
  }
  [[maybe_unused]] const support::Everything rest = co_await support::receive_everything(stream);
}

Task<> ignore(Stream stream) {
  // The end of the test.
  [[maybe_unused]] const Result<void> cancelled = co_await sched::sleep_until(sched::kNever);
  stream.close();
}

Task<> record(Stream stream, std::vector<std::string>& received) {
  const support::Everything all = co_await support::receive_everything(stream);
  received.push_back(all.text + "|" + all.end);
}

Task<> record_pieces(Stream stream, std::vector<std::string>& pieces) {
  while (Result<std::string> received = co_await support::receive_text(stream)) pieces.push_back(*std::move(received));
}

Task<> serve(sched::Listener& listener, const Script& script, sched::Scope& connections) {
  while (Result<sched::Accepted> accepted = co_await listener.accept()) {
    connections.spawn(script(std::move(accepted->stream)));
  }
}

sched::Listener listen_at(const char* host) { return support::must(sched::listen(*sched::Address::ip(host, kPort))); }

Task<> serve_later(const Script& script, sched::Scope& connections, const PlayOptions& options) {
  if (!co_await sched::sleep_for(options.listens_after)) co_return;
  sched::Listener listener = listen_at(options.listens_at);
  co_await serve(listener, script, connections);
}

Task<> run_client(const scenario::Group& group, std::uint64_t index, ThreadContext& thread) {
  Client client(group, index, thread);
  thread.counters.count(co_await client.run());
}

Task<> stop_after(sched::Duration time, bool is_deadline, sched::Scope& clients, ThreadContext& thread) {
  if (!co_await sched::sleep_for(time)) co_return;
  thread.deadline_passed = is_deadline;
  clients.cancel();
}

Task<sched::Duration> run_clients(ThreadContext& thread, const Script& script, const PlayOptions& options) {
  const sched::Instant started = sched::now();
  sched::Scope services(sched::Scope::OnFailure::keep_siblings);
  std::optional<sched::Listener> listener;
  if (script && options.listens_after > sched::Duration::zero()) {
    services.spawn(serve_later(script, services, options));
  } else if (script) {
    listener = listen_at(options.listens_at);
    services.spawn(serve(*listener, script, services));
  }
  sched::Scope clients(sched::Scope::OnFailure::keep_siblings);
  if (options.stop_after) services.spawn(stop_after(*options.stop_after, options.stop_is_deadline, clients, thread));
  for (const scenario::Group& group : thread.run.scenario.groups) {
    for (std::uint64_t index = 0; index < group.count; ++index) clients.spawn(run_client(group, index, thread));
  }
  [[maybe_unused]] const Result<void> ended = co_await clients.join();
  const sched::Duration elapsed = sched::now() - started;
  // What the clients have sent is still on its way to the scripts.
  [[maybe_unused]] const Result<void> slept = co_await sched::sleep_for(std::chrono::seconds(1));
  services.cancel();
  [[maybe_unused]] const Result<void> joined = co_await services.join();
  co_return elapsed;
}

std::string shown(const Cause& cause) {
  const std::string error = cause.error_number == 0 ? "" : " " + sched::name_of({.error_number = cause.error_number});
  return fmt::format("{} {}{}", cause.phase, name_of(cause.code), error);
}

scenario::Scenario parsed(std::string_view text) {
  auto scenario = scenario::parse("x.json", std::string(text), {});
  if (!scenario) sched::check_failed(render(scenario.error().front()).c_str(), std::source_location::current());
  return std::move(*scenario);
}

}  // namespace

Script answering() { return answer; }

Script saying(std::string text) {
  return [text = std::move(text)](Stream stream) { return say(std::move(stream), text); };
}

Script saying_and_closing(std::string text) {
  return [text = std::move(text)](Stream stream) { return say_and_close(std::move(stream), text); };
}

Script resetting_after(std::size_t bytes, std::string text) {
  return [bytes, text = std::move(text)](Stream stream) { return reset_after(std::move(stream), bytes, text); };
}

Script saying_slowly(std::vector<std::string> texts, sched::Duration pause) {
  return [texts = std::move(texts), pause](Stream stream) { return say_slowly(std::move(stream), texts, pause); };
}

Script ignoring() { return ignore; }

Script recording(std::vector<std::string>& received) {
  return [&received](Stream stream) { return record(std::move(stream), received); };
}

Script recording_pieces(std::vector<std::string>& pieces) {
  return [&pieces](Stream stream) { return record_pieces(std::move(stream), pieces); };
}

Script nobody() { return nullptr; }

void PrintTo(const Played& played, std::ostream* out) {
  *out << fmt::format("{} passed, {} failed, {} interrupted, {} connected, {} frames\n{}", played.passed, played.failed,
                      played.interrupted, played.connected, played.frames, played.failures);
}

Played play(const Script& server, std::string_view text, const PlayOptions& options) {
  const scenario::Scenario scenario = parsed(text);
  Played played;
  RunContext run{.scenario = scenario,
                 .seed = options.seed,
                 .clients = scenario.clients(),
                 .deadline = "--timeout 5m",
                 .rechunk = options.rechunk,
                 .log =
                     [&played](std::string_view message, const std::string& group, std::uint64_t client) {
                       played.log.push_back(fmt::format("{} {}: {}", group, client, message));
                     },
                 .values = std::vector<std::optional<std::string>>(scenario.variables.size()),
                 .rendezvous = {}};
  ThreadContext thread(run, 1);
  run.rendezvous.on_change([&thread] {
    thread.barrier_changed.set();
    thread.barrier_changed.reset();
  });
  sched::Scheduler scheduler(
      sched::make_simulated_backend({.seed = options.seed, .conditions = options.conditions, .when_stuck = nullptr}));
  played.elapsed = scheduler.run(run_clients(thread, server, options));
  const Counters& counters = thread.counters;
  played.passed = counters.passed;
  played.failed = counters.failed;
  played.unreached = counters.unreached;
  played.skipped = counters.skipped;
  played.interrupted = counters.interrupted;
  played.connected = counters.connected;
  played.frames = counters.frames;
  played.bytes_sent = counters.bytes_sent;
  played.bytes_received = counters.bytes_received;
  for (const FailureLog::Alike* alike : thread.failures.all()) {
    played.causes.push_back(shown(alike->kept.front().cause));
  }
  played.failures = thread.failures.render(scenario.source, scenario.name, run.clients);
  return played;
}

std::string steps(std::string_view steps, std::string_view more, std::string_view file) {
  return fmt::format(R"({{{} "clients": [{{"name": "g", {} "steps": [{}]}}]}})", file, more, steps);
}

}  // namespace client::run
