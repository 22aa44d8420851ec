#include "scheduler/backends/simulated_socket.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

namespace sched::simulated {

void ByteQueue::pop(std::span<std::byte> into) {
  if (!into.empty()) std::memcpy(into.data(), bytes_.data() + begin_, into.size());
  begin_ += into.size();
  if (begin_ * 2 < bytes_.size()) return;
  bytes_.erase(bytes_.begin(), bytes_.begin() + static_cast<std::ptrdiff_t>(begin_));
  begin_ = 0;
}

void ByteQueue::clear() {
  bytes_ = {};
  begin_ = 0;
}

Socket::Socket(World& world, std::uint64_t number, Address local, Address peer, const StreamOptions& options)
    : world_(world),
      number_(number),
      local_(local),
      peer_(peer),
      receive_buffer_(std::max(options.kernel_receive_buffer.value_or(world.conditions.receive_buffer), 1U)),
      send_buffer_(std::max(
          std::min(options.kernel_send_buffer.value_or(world.conditions.send_buffer), options.kernel_unsent_limit),
          1U)) {}

void Socket::watch(Watcher& watcher) {
  watcher_ = &watcher;
  if (!received_.empty() || peer_ended_ || reset_) watcher.on_readable();
}

void Socket::stand(std::uint64_t window) {
  standing_ = true;
  window_ = window;
}

void Socket::fail(int error_number) {
  connect_error_ = error_number;
  notify_writable();
}

Result<void> Socket::outcome() const {
  if (connect_error_ != 0) return system_error("connect", connect_error_);
  if (!standing_) return failure(ErrorCode::would_block, "connect");
  return {};
}

std::size_t Socket::count_to_receive(std::size_t limit) {
  const std::size_t all = std::min(received_.size(), limit);
  if (all < 2 || !world_.random.one_in(world_.conditions.one_short_receive_in)) return all;
  world_.trace.mark(Mark::short_receive);
  return world_.random.between(1, all - 1);
}

Result<std::size_t> Socket::receive(std::span<std::byte> into) {
  if (!received_.empty()) {
    const std::span<std::byte> filled = into.first(count_to_receive(into.size()));
    received_.pop(filled);
    world_.record("receive", number_, filled.size(), filled);
    open_window(filled.size());
    return filled.size();
  }
  // Linux tells of a reset that follows a FIN to nobody who receives, except on a Unix socket.
  if (reset_ && (is_unix() || !peer_ended_)) return system_error("receive", ECONNRESET);
  if (peer_ended_) return failure(ErrorCode::end_of_stream, "receive");
  return failure(ErrorCode::would_block, "receive");
}

/// Tells the other end of room for `count` more bytes, but not for every few of them (RFC 9293, section 3.8.6.2.2).
void Socket::open_window(std::size_t count) {
  untold_ += count;
  if (untold_ * 2 < receive_buffer_ || peer_ended_ || reset_) return;
  out_->send({.kind = Packet::Kind::window, .amount = std::exchange(untold_, 0), .bytes = {}});
}

std::size_t Socket::room() const { return send_buffer_ - std::min(send_buffer_, unsent_.size()); }

Result<std::size_t> Socket::send(std::span<iovec> parts) {
  if (reset_ && !is_unix() && !peer_ended_) return system_error("send", ECONNRESET);
  if (reset_ || shut_down_ || peer_closed_) return system_error("send", EPIPE);
  std::size_t taken = 0;
  for (const iovec& part : parts) {
    const Bytes all(static_cast<const std::byte*>(part.iov_base), part.iov_len);
    const Bytes fitting = all.first(std::min(all.size(), room()));
    if (fitting.empty()) break;
    unsent_.push(fitting);
    world_.record("send", number_, fitting.size(), fitting);
    taken += fitting.size();
  }
  if (taken == 0) {
    blocked_ = true;
    world_.trace.mark(Mark::send_buffer_full);
    return failure(ErrorCode::would_block, "send");
  }
  transmit();
  return taken;
}

/// Puts on their way as many of the unsent bytes as the other end has room for, cut anywhere, and then the end.
void Socket::transmit() {
  while (!unsent_.empty() && window_ > 0) {
    const std::size_t limit = std::min<std::uint64_t>(unsent_.size(), window_);
    const std::size_t size =
        std::min<std::uint64_t>(limit, world_.random.of_any_size(1, world_.conditions.longest_segment));
    if (size < unsent_.size()) world_.trace.mark(Mark::segment_split);
    Packet packet{.kind = Packet::Kind::data, .amount = 0, .bytes = std::vector<std::byte>(size)};
    unsent_.pop(packet.bytes);
    window_ -= size;
    out_->send(std::move(packet));
  }
  if (unsent_.empty() && shut_down_ && !end_sent_) send_end();
}

void Socket::send_end() {
  end_sent_ = true;
  out_->send({.kind = closed_unreceived_ ? Packet::Kind::reset : Packet::Kind::end, .amount = 0, .bytes = {}});
}

Result<void> Socket::shutdown_send() {
  world_.record("shutdown", number_);
  if (reset_ && !is_unix()) return system_error("shutdown", ENOTCONN);
  if (!peer_ended_) world_.trace.mark(Mark::half_close);
  shut_down_ = true;
  transmit();
  return {};
}

void Socket::close(Close how) {
  world_.record(how == Close::reset ? "reset" : "close", number_);
  watcher_ = nullptr;
  closed_ = true;
  const bool unreceived = !received_.empty();
  received_.clear();
  // One that does not stand yet answers when the other end says that it does.
  if (!standing_) return;
  if (is_unix()) return close_unix(unreceived);
  if (reset_) return;
  if (how == Close::reset || unreceived) return abort();
  shut_down_ = true;
  transmit();
}

/// unix(7) knows no abort: what was sent stays there for the other end. It learns at once that it sends to nobody.
void Socket::close_unix(bool unreceived) {
  closed_unreceived_ = unreceived;
  out_->send({.kind = Packet::Kind::closed, .amount = 0, .bytes = {}});
  shut_down_ = true;
  if (end_sent_ && closed_unreceived_) return send_end();
  transmit();
}

void Socket::drop() {
  closed_ = true;
  received_.clear();
  if (is_unix()) return close_unix(true);
  if (!reset_) abort();
}

void Socket::abort() {
  reset_ = true;
  unsent_.clear();
  out_->send({.kind = Packet::Kind::reset, .amount = 0, .bytes = {}});
}

void Socket::on_packet(Packet packet) {
  switch (packet.kind) {
    case Packet::Kind::connected:
      stand(packet.amount);
      if (!closed_) return notify_writable();
      return is_unix() ? close_unix(false) : abort();
    case Packet::Kind::refused:
      return fail(static_cast<int>(packet.amount));
    case Packet::Kind::data:
      return on_data(packet.bytes);
    case Packet::Kind::window:
      return on_window(packet.amount);
    case Packet::Kind::end:
      peer_ended_ = true;
      return notify_readable();
    case Packet::Kind::closed:
      peer_closed_ = true;
      unsent_.clear();
      return notify_writable();
    case Packet::Kind::reset:
      return on_reset();
  }
}

void Socket::on_data(Bytes bytes) {
  if (reset_) return;
  if (closed_) {
    // RFC 9293, section 3.10.7.4: what arrives when nobody can receive it any more is answered by a reset.
    if (!is_unix()) abort();
    return;
  }
  if (!received_.empty()) world_.trace.mark(Mark::coalesced);
  received_.push(bytes);
  notify_readable();
}

void Socket::on_window(std::uint64_t count) {
  if (reset_ || peer_closed_) return;
  window_ += count;
  transmit();
  // As Linux does, so that nobody is woken for a byte.
  const bool has_room = room() * 3 >= send_buffer_;
  if (!blocked_ || !has_room) return;
  blocked_ = false;
  notify_writable();
}

void Socket::on_reset() {
  if (!closed_) world_.trace.mark(Mark::reset);
  reset_ = true;
  if (!is_unix()) unsent_.clear();
  notify_readable();
  notify_writable();
}

void Socket::notify_readable() {
  if (watcher_ != nullptr) watcher_->on_readable();
}

void Socket::notify_writable() {
  if (watcher_ != nullptr) watcher_->on_writable();
}

std::string Socket::describe() const {
  return std::to_string(number_) + " " + local_.to_string() + " -> " + peer_.to_string() + ": " +
         (watcher_ != nullptr ? watcher_->waits_for() : "closed") + " (" + std::to_string(received_.size()) +
         " bytes to receive, " + std::to_string(unsent_.size()) + " unsent, room for " + std::to_string(window_) +
         " at the peer)";
}

}  // namespace sched::simulated
