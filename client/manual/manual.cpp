#include "client/manual/manual.h"

#include <signal.h>
#include <unistd.h>

#include <expected>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "client/manual/connections.h"
#include "client/manual/probe.h"
#include "client/manual/standard_io.h"
#include "client/manual/talk.h"
#include "client/manual/terminal_session.h"
#include "scheduler/cancel_scope.h"
#include "scheduler/make_backend.h"
#include "scheduler/scheduler.h"
#include "scheduler/scope.h"
#include "scheduler/signals.h"
#include "scheduler/task.h"
#include "text/escape.h"
#include "transports/bind.h"

namespace client::manual {

namespace {

constexpr int kFailed = 1;
constexpr int kSignal = 128;  ///< and its number, as a shell counts

using Sockets = std::vector<transport::BoundSocket>;

Form form_of(const ConnectOptions& options) {
  using Escape = ConnectOptions::Escape;
  const bool is_terminal = ::isatty(STDOUT_FILENO) == 1;
  return {.escaped = options.escape == Escape::always || (options.escape == Escape::automatic && is_terminal),
          .hex = options.hex,
          .timestamps = options.timestamps};
}

/// Whether a user sits at a terminal, on which lines can be edited.
bool is_interactive(const ConnectOptions& options) {
  const bool talks = options.mode != ConnectOptions::Mode::probe && !options.echo;
  return talks && ::isatty(STDIN_FILENO) == 1 && ::isatty(STDOUT_FILENO) == 1;
}

/// Signals that the program is asked to end by, and those of the terminal if lines are edited on it.
struct AllSignals {
  explicit AllSignals(const ConnectOptions& options) {
    if (is_interactive(options)) of_terminal.emplace({SIGTSTP, SIGCONT, SIGWINCH});
  }

  sched::Result<void> opened() const {
    return to_end.opened() && of_terminal ? of_terminal->opened() : to_end.opened();
  }

  sched::Signals to_end = sched::Signals::to_end();
  std::optional<sched::Signals> of_terminal;
};

sched::Task<Outcome> serve(const ConnectOptions& options, Connections& connections, AllSignals& signals) {
  if (signals.of_terminal) {
    TerminalSession session(options, connections, *signals.of_terminal, form_of(options));
    co_return co_await session.run();
  }
  StandardInput input(STDIN_FILENO,
                      options.crlf ? StandardInput::LineEnds::crlf : StandardInput::LineEnds::as_they_are);
  StandardOutput output(STDOUT_FILENO, form_of(options));
  if (options.echo) co_return co_await answer(options, connections, output);
  co_return co_await talk(options, connections, input, output);
}

/// The exit status, when it is not cancelled; then what failed is told.
sched::Task<int> perform(const ConnectOptions& options, Sockets sockets, AllSignals& signals,
                         const sched::CancelScope& performing) {
  if (options.mode == ConnectOptions::Mode::probe) {
    StandardOutput output(STDOUT_FILENO, {});
    co_return co_await probe(options, output) ? 0 : kFailed;
  }
  Dialler dialler(options);
  Reception reception(options, std::move(sockets));
  Connections& connections = options.listens() ? static_cast<Connections&>(reception) : dialler;
  const Outcome outcome = co_await serve(options, connections, signals);
  if (outcome) co_return 0;
  if (!performing.cancelled()) tell_on_standard_error(outcome.error());
  co_return kFailed;
}

sched::Task<void> cancel_at_signal(sched::Signals& signals, sched::CancelScope& performing, int& received) {
  const sched::Result<int> signal = co_await signals.next();
  if (!signal) co_return;
  received = *signal;
  performing.cancel();
}

sched::Task<int> perform_until_signal(const ConnectOptions& options, Sockets sockets, AllSignals& signals) {
  int signal = 0;
  sched::CancelScope performing;
  sched::Scope watch;
  watch.spawn(cancel_at_signal(signals.to_end, performing, signal));
  const int status = co_await perform(options, std::move(sockets), signals, performing);
  watch.cancel();
  [[maybe_unused]] const sched::Result<void> watched = co_await watch.join();
  co_return signal != 0 ? kSignal + signal : status;
}

/// What is listened at, told on standard error so that others can connect; nothing when nothing is.
std::expected<Sockets, std::string> bind_sockets(const ConnectOptions& options) {
  if (!options.listens()) return Sockets{};
  std::expected<Sockets, std::string> sockets = transport::bind({options.url}, {}, 1, options.resolving);
  if (!sockets) return std::unexpected(text::escape(sockets.error()));
  for (const transport::BoundSocket& socket : *sockets) {
    tell_on_standard_error(fmt::format("listening at {}", text::escape(to_string(socket.url))));
  }
  return sockets;
}

}  // namespace

int run(const ConnectOptions& options) {
  sched::Result<sched::ChosenBackend> chosen = sched::make_backend(options.backend);
  if (!chosen) {
    tell_on_standard_error(describe(chosen.error()));
    return kFailed;
  }
  if (options.verbose && !chosen->reason.empty()) tell_on_standard_error(chosen->reason);
  AllSignals signals(options);
  if (const sched::Result<void> opened = signals.opened(); !opened) {
    tell_on_standard_error(describe(opened.error()));
    return kFailed;
  }
  std::expected<Sockets, std::string> sockets = bind_sockets(options);
  if (!sockets) {
    tell_on_standard_error(sockets.error());
    return kFailed;
  }
  sched::Scheduler scheduler(std::move(chosen->backend));
  return scheduler.run(perform_until_signal(options, *std::move(sockets), signals));
}

}  // namespace client::manual
