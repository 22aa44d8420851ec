#include "client/run/connection.h"

#include <algorithm>

#include "client/run/context.h"
#include "scheduler/scheduler.h"

namespace client::run {

void Connection::consume(std::size_t count) {
  consumed_ += count;
  searched_ = 0;
}

void Connection::drop_unread() {
  consume(unread().size());
  overflowed_ = false;
}

sched::Task<std::expected<void, Connection::Nothing>> Connection::more() {
  if (ended_) co_return std::unexpected(Nothing::ended);
  if (overflowed_) co_return std::unexpected(Nothing::overflow);
  changed_.reset();
  if (!co_await changed_.wait()) co_return std::unexpected(Nothing::cancelled);
  co_return std::expected<void, Nothing>();
}

std::optional<Frame> Connection::frame(const scenario::Framing& framing) {
  const bool at_end = ended_ && ended_->code == sched::ErrorCode::end_of_stream;
  return first_frame(framing, unread(), at_end, searched_);
}

sched::Task<std::expected<Frame, Connection::Nothing>> Connection::next_frame(const scenario::Framing& framing) {
  for (;;) {
    if (const auto next = frame(framing)) co_return *next;
    if (announced_size(framing, unread()).value_or(0) > max_unread_) co_return std::unexpected(Nothing::overflow);
    if (const auto more_came = co_await more(); !more_came) co_return std::unexpected(more_came.error());
  }
}

void Connection::took(std::size_t bytes, const scenario::Place& place) {
  taken_ += bytes;
  while (!unsent_.empty() && unsent_.front().end <= stream_.sent()) unsent_.pop_front();
  if (stream_.unsent() > 0) unsent_.push_back({.end = taken_, .place = &place});
}

const scenario::Place* Connection::place_of_unsent() const {
  const auto is_unsent = [this](const Sent& sent) { return sent.end > stream_.sent(); };
  const auto first = std::ranges::find_if(unsent_, is_unsent);
  return first == unsent_.end() ? nullptr : first->place;
}

sched::Task<void> Connection::read() {
  while (!ended_) {
    const sched::Result<sched::Lease> received = co_await stream_.receive();
    if (!received && received.error().code == sched::ErrorCode::cancelled) co_return;
    if (received) {
      std::string_view bytes(reinterpret_cast<const char*>(received->bytes().data()), received->size());
      Counters::add(received_, bytes.size());
      bytes.remove_prefix(keep(bytes));
      while (!bytes.empty() && !overflowed_) {
        // Who waits for it takes what it can first: that so much has come at once is no reason to fail.
        changed_.set();
        co_await sched::yield();
        const std::size_t kept = keep(bytes);
        bytes.remove_prefix(kept);
        // What follows belongs to no frame.
        overflowed_ = kept == 0;
      }
    } else {
      ended_ = received.error();
    }
    changed_.set();
  }
}

/// As much as has room. Gives how much that is.
std::size_t Connection::keep(std::string_view bytes) {
  bytes = bytes.substr(0, overflowed_ ? 0 : max_unread_ - unread().size());
  // What was consumed makes room before the memory grows.
  const bool is_all_consumed = consumed_ == bytes_.size();
  if (is_all_consumed || bytes_.size() + bytes.size() > bytes_.capacity()) {
    bytes_.erase(0, consumed_);
    consumed_ = 0;
  }
  bytes_ += bytes;
  return bytes.size();
}

sched::Task<void> Connection::stop_reading() {
  reader_.cancel();
  [[maybe_unused]] const sched::Result<void> joined = co_await reader_.join();
}

sched::Task<void> Connection::close() {
  co_await stop_reading();
  stream_.close();
}

sched::Task<void> Connection::reset() {
  co_await stop_reading();
  stream_.reset();
}

}  // namespace client::run
