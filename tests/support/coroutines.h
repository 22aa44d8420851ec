#pragma once

#include <cstddef>
#include <source_location>
#include <string>
#include <string_view>
#include <utility>

#include "scheduler/buffer.h"
#include "scheduler/check.h"
#include "scheduler/listener.h"
#include "scheduler/result.h"
#include "scheduler/stream.h"
#include "scheduler/task.h"

// What tests that are written as coroutines use. Streams are passed by reference: they outlive the task, which is
// awaited on the spot or by a scope that is joined before they end.

namespace support {

inline sched::Bytes bytes_of(std::string_view text) { return std::as_bytes(std::span(text)); }

std::string text_of(sched::Bytes bytes);

/// `size` bytes in which no piece of more than a few bytes looks like another, so that what is lost, doubled or swapped
/// is seen. `seed` makes another sequence.
std::string patterned(std::size_t size, unsigned seed = 0);

/// The value of what must not fail here; else the test program is aborted with the reason and the caller's place.
template <typename T>
T must(sched::Result<T> result, std::source_location place = std::source_location::current()) {
  if (!result) sched::check_failed(sched::describe(result.error()).c_str(), place);
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

/// The name of the error that `result` ended with ("ECONNRESET", "end of stream"), "nothing" when it has a value.
template <typename T>
std::string error_of(const sched::Result<T>& result) {
  return result ? "nothing" : sched::name_of(result.error());
}

/// One receive, as text.
sched::Task<sched::Result<std::string>> receive_text(sched::Stream& stream);

/// Exactly `size` bytes; fewer when the stream ends or fails before.
sched::Task<std::string> receive_exactly(sched::Stream& stream, std::size_t size);

/// Everything up to the end of the stream, and how it ended: "end of stream", "ECONNRESET", …
struct Everything {
  std::string text;
  std::string end;
};
sched::Task<Everything> receive_everything(sched::Stream& stream);

/// Sends all of `text`, and flushes it.
sched::Task<sched::Result<void>> send_text(sched::Stream& stream, std::string text);

/// Answers what comes with itself until it ends, then ends its own side.
sched::Task<sched::Result<void>> echo(sched::Stream stream);

/// Two ends of a connection.
struct Pair {
  sched::Stream client;
  sched::Stream server;
};

/// Connects to `listener` and accepts.
sched::Task<Pair> connect_pair(sched::Listener& listener, sched::StreamOptions client_options = {});

}  // namespace support
