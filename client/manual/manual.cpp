#include "client/manual/manual.h"

#include <signal.h>
#include <unistd.h>

#include <cstdio>
#include <expected>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "client/manual/conversation.h"
#include "client/manual/standard_io.h"
#include "scheduler/cancel_scope.h"
#include "scheduler/make_backend.h"
#include "scheduler/scheduler.h"
#include "scheduler/scope.h"
#include "scheduler/signals.h"
#include "scheduler/stream.h"
#include "scheduler/task.h"
#include "text/escape.h"
#include "text/units.h"
#include "transports/dial.h"

namespace client::manual {

namespace {

constexpr int kFailed = 1;
constexpr int kSignal = 128;  ///< and its number, as a shell counts

/// Nothing, or a sentence that says what failed.
using Outcome = std::expected<void, std::string>;

void tell(std::string_view text) { fmt::print(stderr, "echo_client: {}\n", text); }

Output::Form form_of(ConnectOptions::Escape escape) {
  if (escape == ConnectOptions::Escape::automatic) {
    return ::isatty(STDOUT_FILENO) == 1 ? Output::Form::escaped : Output::Form::exact;
  }
  return escape == ConnectOptions::Escape::always ? Output::Form::escaped : Output::Form::exact;
}

/// The address that took the connection; a URL may have several.
std::string peer_of(const sched::Stream& stream) {
  const sched::Result<sched::Address> peer = stream.peer_address();
  return peer ? text::escape(peer->to_string()) : describe(peer.error());
}

sched::Task<std::expected<sched::Stream, std::string>> dial(const ConnectOptions& options) {
  sched::CancelScope limit(options.timeout ? sched::instant_after(sched::now(), *options.timeout) : sched::kNever);
  std::expected<sched::Stream, transport::DialError> stream = co_await transport::dial(options.url);
  if (stream) co_return *std::move(stream);
  const std::string reason = limit.expired()
                                 ? fmt::format("timed out after {}", text::format_duration(*options.timeout))
                                 : stream.error().message;
  co_return std::unexpected(fmt::format("{}: {}", text::escape(to_string(options.url)), reason));
}

sched::Task<Outcome> talk(const ConnectOptions& options) {
  std::expected<sched::Stream, std::string> stream = co_await dial(options);
  if (!stream) co_return std::unexpected(std::move(stream.error()));
  if (options.verbose) tell(fmt::format("connected to {}", peer_of(*stream)));
  Input input(STDIN_FILENO);
  Output output(STDOUT_FILENO, form_of(options.escape));
  Conversation conversation(*std::move(stream), input, output,
                            {.idle = options.timeout, .quit_after = options.quit_after});
  const sched::Result<void> ended = co_await conversation.run();
  if (options.verbose) {
    tell(fmt::format("sent {}, received {}", text::format_size(conversation.sent()),
                     text::format_size(conversation.received())));
  }
  if (!ended) co_return std::unexpected(describe(ended.error()));
  co_return Outcome{};
}

sched::Task<void> cancel_at_signal(sched::Signals& signals, sched::CancelScope& talking, int& received) {
  const sched::Result<int> signal = co_await signals.next();
  if (!signal) co_return;
  received = *signal;
  talking.cancel();
}

sched::Task<int> talk_until_signal(const ConnectOptions& options, sched::Signals& signals) {
  int signal = 0;
  sched::CancelScope talking;
  sched::Scope watch;
  watch.spawn(cancel_at_signal(signals, talking, signal));
  const Outcome outcome = co_await talk(options);
  watch.cancel();
  [[maybe_unused]] const sched::Result<void> watched = co_await watch.join();
  if (signal != 0) co_return kSignal + signal;
  if (outcome) co_return 0;
  tell(outcome.error());
  co_return kFailed;
}

}  // namespace

int run(const ConnectOptions& options) {
  sched::Result<sched::ChosenBackend> chosen = sched::make_backend(options.backend);
  if (!chosen) {
    tell(describe(chosen.error()));
    return kFailed;
  }
  if (options.verbose && !chosen->reason.empty()) tell(chosen->reason);
  sched::Signals signals({SIGINT, SIGTERM});
  sched::Scheduler scheduler(std::move(chosen->backend));
  return scheduler.run(talk_until_signal(options, signals));
}

}  // namespace client::manual
