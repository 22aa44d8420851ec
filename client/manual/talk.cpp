#include "client/manual/talk.h"

#include <string>
#include <utility>

#include <fmt/format.h>

#include "client/manual/conversation.h"
#include "server/session.h"
#include "text/units.h"

namespace client::manual {

namespace {

/// How long a connection that is answered has, when the program is asked to end, to read its last answers and to close.
constexpr sched::Duration kLastAnswers = std::chrono::seconds(1);

sched::Task<Outcome> talk_once(const ConnectOptions& options, sched::Stream stream, Input& input, Output& output) {
  Conversation conversation(
      std::move(stream), input, output,
      {.idle = options.listens() ? std::nullopt : options.timeout, .quit_after = options.quit_after});
  const sched::Result<void> ended = co_await conversation.run();
  if (options.verbose) {
    co_await output.tell(fmt::format("sent {}, received {}", text::format_size(conversation.sent().bytes),
                                     text::format_size(conversation.received().bytes)));
  }
  if (!ended) co_return std::unexpected(describe(ended.error()));
  co_return Outcome{};
}

}  // namespace

sched::Task<Outcome> talk(const ConnectOptions& options, Connections& connections, Input& input, Output& output) {
  for (;;) {
    Connected stream = co_await connections.next(output);
    if (!stream) co_return std::unexpected(std::move(stream.error()));
    Outcome ended = co_await talk_once(options, *std::move(stream), input, output);
    if (options.mode != ConnectOptions::Mode::keep_listen) co_return ended;
    if (!ended) co_await output.tell(std::move(ended.error()));
  }
}

sched::Task<Outcome> answer(const ConnectOptions& options, Connections& connections, Output& output) {
  const server::SessionSettings settings{.drain_timeout = kLastAnswers};
  do {
    Connected stream = co_await connections.next(output);
    if (!stream) co_return std::unexpected(std::move(stream.error()));
    server::Session session(*stream, settings);
    [[maybe_unused]] const server::SessionEnd end = co_await session.run();
  } while (options.mode == ConnectOptions::Mode::keep_listen);
  co_return Outcome{};
}

}  // namespace client::manual
