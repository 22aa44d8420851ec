#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "scheduler/address.h"
#include "scheduler/result.h"
#include "scheduler/time.h"
#include "server/thinner.h"

// Log: what happens in the server, a line for each event, for people (text) or programs (JSON).
//
// It never blocks, never throws and never ends the process. Lines that cannot be written (nobody reads the pipe, the
// disk is full) are dropped and counted, and the count is told when writing works again. Whatever a peer sends is
// escaped, and cut after kMaxLoggedBytes, so that one event is one line and no terminal obeys a stranger.
//
// A Log belongs to one thread. Its copies share the destination and may be on other threads, but each thins for itself.

namespace server {

/// From all to nothing. A log at a level writes the events of that level and above.
enum class LogLevel : std::uint8_t { trace, debug, info, warn, error, off };

/// text: the message, with "warning: " or "error: " before it at those levels.
/// json: an object with time (UTC, ISO 8601), level, event, message and the event's own fields; ASCII.
enum class LogFormat : std::uint8_t { text, json };

/// The most that is shown of one value, in bytes.
inline constexpr std::size_t kMaxLoggedBytes = 256;

/// A value of an event. A string may hold anything, and is only looked at.
struct LogField {
  std::string_view name;
  std::variant<std::string_view, std::int64_t> value;
};

class Log {
 public:
  /// Writes nothing.
  Log() = default;

  /// Writes to `fd`, which outlives it. SIGPIPE is ignored in the process, or a pipe that nobody has open ends it.
  static Log to_descriptor(int fd, LogLevel level, LogFormat format);

  /// Keeps the last `max_lines` lines, which lines() returns. For a server inside another program.
  static Log to_memory(std::size_t max_lines, LogLevel level, LogFormat format);

  bool writes(LogLevel level) const { return level >= level_; }

  /// An event. `message` is a literal, in which each {} stands for the value of the next of `fields`:
  ///   log.write(LogLevel::info, "listening", "Listening on {}", {{"url", url}});
  /// For what is too rare to be thinned.
  void write(LogLevel level, std::string_view event, std::string_view message,
             std::initializer_list<LogField> fields = {}) noexcept;

  /// Connections come and go, at level info: "Connection from ('127.0.0.1', 53122)". At most 100 lines a second of each
  /// kind are written, the others are counted and told. `why` a connection ended is a field in JSON.
  void connection_opened(const sched::Address& peer, sched::Instant now) noexcept {
    if (writes(LogLevel::info)) write_thinned(Kind::opened, peer, {}, now);
  }
  void connection_closed(const sched::Address& peer, std::string_view why, sched::Instant now) noexcept {
    if (writes(LogLevel::info)) write_thinned(Kind::closed, peer, why, now);
  }
  /// A connection ended before its time, though its peer did nothing wrong, at level warn; one line a second.
  void connection_cut_short(const sched::Address& peer, std::string_view why, sched::Instant now) noexcept {
    if (writes(LogLevel::warn)) write_thinned(Kind::cut_short, peer, why, now);
  }
  /// A connection was closed at once, at level warn; one line a second.
  void connection_refused(const sched::Address& peer, std::string_view why, sched::Instant now) noexcept {
    if (writes(LogLevel::warn)) write_thinned(Kind::refused, peer, why, now);
  }

  /// Nothing can be accepted for now, at level warn; one line a second.
  void accept_rests(const sched::Error& why, sched::Instant now) noexcept;

  /// Tells what was thinned in seconds that are over. Call it about once a second while connections come and go, and at
  /// the end with kNever: otherwise the next line of the kind tells.
  void tell_thinned(sched::Instant now) noexcept;

  /// The lines kept by to_memory(), the oldest first.
  std::vector<std::string> lines() const;

 private:
  enum class Kind : std::uint8_t { opened, closed, cut_short, refused, resting };
  class Destination;

  Log(std::shared_ptr<Destination> destination, LogLevel level);
  void write_thinned(Kind kind, const sched::Address& peer, std::string_view why, sched::Instant now) noexcept;
  void put(Kind kind, const sched::Address& peer, std::string_view why);
  void tell(Kind kind, std::uint64_t thinned) noexcept;

  std::shared_ptr<Destination> destination_;
  LogLevel level_ = LogLevel::off;
  std::array<Thinner, 5> thinners_{Thinner(100), Thinner(100), Thinner(1), Thinner(1), Thinner(1)};  // By Kind.
};

}  // namespace server
