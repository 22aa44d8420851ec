#include "server/log.h"

#include <poll.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <climits>
#include <deque>
#include <exception>
#include <mutex>
#include <utility>

#include <fmt/args.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <spdlog/logger.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/base_sink.h>

#include "text/escape.h"

namespace server {

namespace {

using Fields = std::initializer_list<LogField>;

// --- what a line says

struct KindEntry {
  LogLevel level;
  std::string_view event;
  std::string_view phrase;
};

// By Log::Kind.
constexpr std::array kKinds{
    KindEntry{LogLevel::info, "connection_opened", "Connection from"},
    KindEntry{LogLevel::info, "connection_closed", "Connection closed"},
    KindEntry{LogLevel::warn, "connection_cut_short", "Connection cut short"},
    KindEntry{LogLevel::warn, "connection_refused", "Connection refused"},
    KindEntry{LogLevel::warn, "accept_rests", "Accepting rests"},
};

std::string_view name_of(LogLevel level) {
  constexpr std::array<std::string_view, 6> kNames{"trace", "debug", "info", "warn", "error", "off"};
  return kNames[static_cast<std::size_t>(level)];
}

// As Python prints the address of a socket's peer.
std::string python_tuple(const sched::Address& peer) {
  if (peer.is_ip()) return fmt::format("('{}', {})", peer.host(), peer.port());
  return fmt::format("('unix', '{}')", text::escape(peer.host(), kMaxLoggedBytes));
}

std::string fill_in(std::string_view message, Fields fields) {
  fmt::dynamic_format_arg_store<fmt::format_context> values;
  for (const auto& field : fields) {
    if (const auto* string = std::get_if<std::string_view>(&field.value)) {
      values.push_back(text::escape(*string, kMaxLoggedBytes));
    } else {
      values.push_back(std::get<std::int64_t>(field.value));
    }
  }
  try {
    return fmt::vformat(message, values);
  } catch (const fmt::format_error&) {
    return std::string(message);
  }
}

std::string text_line(LogLevel level, std::string_view message) {
  if (level == LogLevel::warn) return fmt::format("warning: {}", message);
  if (level == LogLevel::error) return fmt::format("error: {}", message);
  return std::string(message);
}

std::string cut(std::string_view value) {
  if (value.size() <= kMaxLoggedBytes) return std::string(value);
  return fmt::format("{}... ({} bytes more)", value.substr(0, kMaxLoggedBytes), value.size() - kMaxLoggedBytes);
}

// Without the opening brace and the time, which spdlog's pattern puts in front.
std::string json_line(LogLevel level, std::string_view event, std::string_view message, Fields fields) {
  nlohmann::ordered_json object{{"level", name_of(level)}, {"event", event}, {"message", message}};
  for (const auto& field : fields) {
    if (const auto* string = std::get_if<std::string_view>(&field.value)) {
      object[std::string(field.name)] = cut(*string);
    } else {
      object[std::string(field.name)] = std::get<std::int64_t>(field.value);
    }
  }
  return object.dump(-1, ' ', true, nlohmann::ordered_json::error_handler_t::replace).substr(1);
}

std::string line_of(LogFormat format, LogLevel level, std::string_view event, std::string_view message, Fields fields) {
  return format == LogFormat::text ? text_line(level, message) : json_line(level, event, message, fields);
}

template <LogFormat kFormat>
std::string tell_lost(std::uint64_t count) {
  return line_of(kFormat, LogLevel::warn, "log_lines_lost", fmt::format("… {} log lines lost", count),
                 {{"count", static_cast<std::int64_t>(count)}});
}

constexpr const char* kTextPattern = "%v";
constexpr const char* kJsonPattern = R"({"time":"%Y-%m-%dT%H:%M:%S.%fZ",%v)";

// --- where it goes

class Sink : public spdlog::sinks::base_sink<std::mutex> {
 public:
  // Counts a line that memory had no room for.
  void lose_line() { ++lost_; }

  virtual std::vector<std::string> lines() { return {}; }

 protected:
  void flush_() override {}

  std::atomic<std::uint64_t> lost_ = 0;  // Lines that were not written, not told yet.
};

// Writes to a descriptor as long as that does not block. A pipe that poll() calls writable takes PIPE_BUF bytes.
class DescriptorSink final : public Sink {
 public:
  // `tell_lost` makes the payload of the line that tells how many lines were lost.
  DescriptorSink(int fd, std::string (*tell_lost)(std::uint64_t)) : fd_(fd), tell_lost_(tell_lost) {}

 private:
  void sink_it_(const spdlog::details::log_msg& message) override {
    if (const auto lost = lost_.load(); lost > 0) {
      const std::string payload = tell_lost_(lost);
      if (write_line({message.time, {}, {}, message.level, payload})) lost_ -= lost;
    }
    if (lost_ > 0 || !write_line(message)) lose_line();
  }

  bool write_line(const spdlog::details::log_msg& message) {
    spdlog::memory_buf_t line;
    formatter_->format(message, line);
    pollfd state{.fd = fd_, .events = POLLOUT, .revents = 0};
    if (line.size() > PIPE_BUF || poll(&state, 1, 0) != 1) return false;
    ssize_t written = 0;
    do written = ::write(fd_, line.data(), line.size());
    while (written < 0 && errno == EINTR);
    return written == static_cast<ssize_t>(line.size());
  }

  int fd_;
  std::string (*tell_lost_)(std::uint64_t);
};

class MemorySink final : public Sink {
 public:
  explicit MemorySink(std::size_t max_lines) : max_lines_(max_lines) {}

  std::vector<std::string> lines() override {
    const std::lock_guard lock(mutex_);
    return {lines_.begin(), lines_.end()};
  }

 private:
  void sink_it_(const spdlog::details::log_msg& message) override {
    spdlog::memory_buf_t line;
    formatter_->format(message, line);
    lines_.emplace_back(line.data(), line.size() - 1);
    if (lines_.size() > max_lines_) lines_.pop_front();
  }

  std::size_t max_lines_;
  std::deque<std::string> lines_;
};

}  // namespace

class Log::Destination {
 public:
  Destination(LogFormat format, std::shared_ptr<Sink> sink)
      : format_(format), sink_(std::move(sink)), logger_("", sink_) {
    sink_->set_formatter(std::make_unique<spdlog::pattern_formatter>(
        format == LogFormat::text ? kTextPattern : kJsonPattern, spdlog::pattern_time_type::utc, "\n"));
    logger_.set_error_handler([this](const std::string&) { lose_line(); });
  }

  void put(LogLevel level, std::string_view event, std::string_view message, Fields fields) {
    logger_.info(line_of(format_, level, event, message, fields));
  }

  void lose_line() { sink_->lose_line(); }
  std::vector<std::string> lines() const { return sink_->lines(); }

 private:
  LogFormat format_;
  std::shared_ptr<Sink> sink_;
  spdlog::logger logger_;
};

Log::Log(std::shared_ptr<Destination> destination, LogLevel level)
    : destination_(std::move(destination)), level_(level) {}

Log Log::to_descriptor(int fd, LogLevel level, LogFormat format) {
  const auto tell = format == LogFormat::text ? tell_lost<LogFormat::text> : tell_lost<LogFormat::json>;
  return {std::make_shared<Destination>(format, std::make_shared<DescriptorSink>(fd, tell)), level};
}

Log Log::to_memory(std::size_t max_lines, LogLevel level, LogFormat format) {
  return {std::make_shared<Destination>(format, std::make_shared<MemorySink>(max_lines)), level};
}

std::vector<std::string> Log::lines() const {
  return destination_ == nullptr ? std::vector<std::string>{} : destination_->lines();
}

void Log::write(LogLevel level, std::string_view event, std::string_view message, Fields fields) noexcept {
  if (!writes(level)) return;
  try {
    destination_->put(level, event, fill_in(message, fields), fields);
  } catch (const std::exception&) {
    destination_->lose_line();
  }
}

void Log::write_thinned(Kind kind, const sched::Address& peer, std::string_view why, sched::Instant now) noexcept {
  const auto decision = thinners_[static_cast<std::size_t>(kind)].decide(now);
  if (decision.thinned > 0) tell(kind, decision.thinned);
  if (!decision.is_written) return;
  try {
    put(kind, peer, why);
  } catch (const std::exception&) {
    destination_->lose_line();
  }
}

void Log::accept_rests(const sched::Error& why, sched::Instant now) noexcept {
  if (!writes(LogLevel::warn)) return;
  try {
    write_thinned(Kind::resting, {}, describe(why), now);
  } catch (const std::exception&) {
    destination_->lose_line();
  }
}

void Log::put(Kind kind, const sched::Address& peer, std::string_view why) {
  const auto& [level, event, phrase] = kKinds[static_cast<std::size_t>(kind)];
  const std::string address = peer.to_string();
  const std::string message = fmt::format("{} {}", phrase, python_tuple(peer));
  switch (kind) {
    case Kind::opened:
      return destination_->put(level, event, message, {{"peer", address}});
    case Kind::closed:
      return destination_->put(level, event, message, {{"peer", address}, {"why", why}});
    case Kind::cut_short:
    case Kind::refused:
      return destination_->put(level, event, fmt::format("{}: {}", message, why), {{"peer", address}, {"why", why}});
    case Kind::resting:
      return destination_->put(level, event, fmt::format("{}: {}", phrase, why), {{"why", why}});
  }
}

void Log::tell_thinned(sched::Instant now) noexcept {
  for (const auto kind : {Kind::opened, Kind::closed, Kind::cut_short, Kind::refused, Kind::resting}) {
    const auto thinned = thinners_[static_cast<std::size_t>(kind)].take_thinned(now);
    if (thinned > 0) tell(kind, thinned);
  }
}

void Log::tell(Kind kind, std::uint64_t thinned) noexcept {
  const auto& entry = kKinds[static_cast<std::size_t>(kind)];
  write(entry.level, "lines_thinned", "… {} more \"{}\" lines thinned",
        {{"count", static_cast<std::int64_t>(thinned)}, {"lines", entry.phrase}});
}

}  // namespace server
