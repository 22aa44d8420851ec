#include "server/session.h"

#include <algorithm>
#include <span>
#include <utility>

#include "scheduler/scheduler.h"

namespace server {

namespace {

using sched::CancelScope;
using sched::Duration;
using sched::Error;
using sched::ErrorCode;
using sched::Instant;
using sched::instant_after;
using sched::Lease;
using sched::Result;

/// How long, and for how many bytes, an idle peer's last words are read and dropped, so that closing does not reset the
/// connection and destroy the last answer.
constexpr Duration kLingerTime = std::chrono::seconds(5);
constexpr std::size_t kLingerBytes = 1024 * 1024;

/// The write timeout is looked at this many times while it lasts.
constexpr int kLooksAWriteTimeout = 8;

/// Looks are at multiples of this part of the time between two of them: those of a crowd share turns.
constexpr int kGrainsALook = 8;

/// The most that is answered in one piece when the answer is copied.
constexpr std::size_t kAnswerBytes = 64 * 1024;

Instant next_look(Duration write_timeout) {
  const Duration between = write_timeout / kLooksAWriteTimeout;
  const Duration grain = std::max(between / kGrainsALook, Duration(1));
  const Instant due = instant_after(sched::now(), between);
  return instant_after(due - due.time_since_epoch() % grain, grain);
}

SessionEnd end_by(Error error) { return is_shortage(error) ? SessionEnd::out_of_memory : SessionEnd::peer_lost; }

}  // namespace

Session::Session(sched::Stream& stream, const SessionSettings& settings)
    : stream_(stream),
      settings_(settings),
      last_received_(sched::now()),
      answer_(settings.framing, std::as_bytes(std::span(settings.prefix))),
      last_progress_(last_received_) {}

Session::~Session() { sched::Scheduler::current().timers().remove(*this); }

sched::Task<SessionEnd> Session::run() {
  Error error;
  {
    CancelScope until_ended;
    until_ended_ = &until_ended;
    watch();
    error = co_await echo(Wait::yes);
    until_ended_ = nullptr;
  }
  if (error.code == ErrorCode::end_of_stream) co_return SessionEnd::peer_closed;
  if (error.code != ErrorCode::cancelled) co_return end_by(error);
  if (end_ != SessionEnd::stalled) co_return co_await finish();
  stream_.reset();
  co_return SessionEnd::stalled;
}

sched::Task<Error> Session::echo(Wait wait) {
  for (;;) {
    while (Lease answer = next_answer()) {
      sched::SendOperation sending = stream_.send(std::move(answer));
      const Result<void> sent = co_await sending;
      if (!sent) {
        unsent_ = std::move(sending.lease);
        co_return sent.error();
      }
      if (stream_.unsent() > 0 && !is_owing_) watch();
    }
    // Before it takes more from a peer that does not read: what is received would have to be kept, too.
    if (stream_.unsent() >= settings_.send_buffer) {
      const Result<void> has_room = co_await stream_.flush(settings_.send_buffer - 1);
      if (!has_room) co_return has_room.error();
    }
    Result<Lease> received = co_await stream_.receive(wait);
    if (!received) {
      if (received.error().code != ErrorCode::end_of_stream) co_return received.error();
      const Result<void> flushed = co_await stream_.flush();
      co_return flushed ? received.error() : flushed.error();
    }
    received_ = std::move(*received);
    last_received_ = sched::now();
  }
}

Lease Session::next_answer() {
  if (unsent_) return std::move(unsent_);
  if (!received_) return {};
  sched::Bytes rest = received_.bytes();
  echo::StreamAnswer after = answer_;
  // One line, as most peers send: the prefix goes in front of it and nothing is copied.
  if (const auto piece = after.next(rest); rest.empty() && piece.prefix.size() <= received_.head_room()) {
    answer_ = after;
    received_.prepend(piece.prefix);
    return std::move(received_);
  }
  rest = received_.bytes();
  Lease answer = stream_.lend(std::min(rest.size() + rest.size() / 2 + settings_.prefix.size(), kAnswerBytes));
  answer.commit(answer_.write(rest, answer.tail_room()));
  received_.consume(received_.size() - rest.size());
  if (received_.size() == 0) received_ = {};
  return answer;
}

sched::Task<SessionEnd> Session::finish() {
  const Duration limit = end_ == SessionEnd::idle ? kLingerTime : settings_.drain_timeout;
  CancelScope bounded(instant_after(sched::now(), limit), CancelScope::Shield::yes);
  const Error error = co_await echo(Wait::no);
  const bool open = error.code == ErrorCode::would_block || error.code == ErrorCode::end_of_stream;
  if (!open && error.code != ErrorCode::cancelled) co_return end_by(error);
  const bool closed = open && co_await linger();
  if (closed || end_ == SessionEnd::idle) co_return end_;
  stream_.reset();
  co_return bounded.expired() ? SessionEnd::drain_timed_out : SessionEnd::peer_lost;
}

/// Ends the sending side and drops what still comes until the peer's end; whether that came.
sched::Task<bool> Session::linger() {
  const Result<void> flushed = co_await stream_.flush();
  if (!flushed || !stream_.shutdown_send()) co_return false;
  for (std::size_t dropped = 0; end_ != SessionEnd::idle || dropped < kLingerBytes;) {
    const Result<Lease> more = co_await stream_.receive();
    if (!more) co_return more.error().code == ErrorCode::end_of_stream;
    dropped += more->size();
  }
  co_return false;
}

void Session::expire() {
  if (until_ended_ == nullptr) return;
  const Instant now = sched::now();
  if (stream_.sent() != sent_then_) {
    sent_then_ = stream_.sent();
    last_progress_ = now;
  }
  const bool idle = settings_.idle_timeout > Duration::zero() && stream_.unsent() == 0 &&
                    now - last_received_ >= settings_.idle_timeout;
  const bool stalled = stream_.unsent() > 0 && now - last_progress_ >= settings_.write_timeout;
  if (!idle && !stalled) return watch();
  end_ = stalled ? SessionEnd::stalled : SessionEnd::idle;
  until_ended_->cancel();
}

/// Sets the timer to the next instant at which there may be something to end.
void Session::watch() {
  if (stream_.unsent() > 0 && !is_owing_) {
    sent_then_ = stream_.sent();
    last_progress_ = sched::now();
  }
  is_owing_ = stream_.unsent() > 0;
  Instant next = sched::kNever;
  if (settings_.idle_timeout > Duration::zero()) {
    next = std::max(instant_after(last_received_, settings_.idle_timeout),
                    instant_after(sched::now(), settings_.idle_timeout / kLooksAWriteTimeout));
  }
  if (is_owing_) next = std::min(next, next_look(settings_.write_timeout));
  sched::TimerQueue& timers = sched::Scheduler::current().timers();
  timers.remove(*this);
  if (next != sched::kNever) timers.add(*this, next);
}

}  // namespace server
