#include "client/manual/conversation.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <utility>

#include "scheduler/scheduler.h"
#include "scheduler/sleep.h"

namespace client::manual {

namespace {

using sched::CancelScope;
using sched::Error;
using sched::ErrorCode;
using sched::Lease;
using sched::Result;

constexpr std::size_t kInputPiece = 64 * 1024;

/// How long more input is waited for after the peer's end: long enough for a program that writes all the time.
constexpr sched::Duration kLastInput = std::chrono::milliseconds(100);
constexpr sched::Duration kAnyTime = sched::Duration::max();

/// Whether `error` is only how a direction ends.
bool is_end(const Error& error) { return error.code == ErrorCode::end_of_stream || error.code == ErrorCode::cancelled; }

}  // namespace

Conversation::Conversation(sched::Stream stream, Input& input, Output& output, Limits limits)
    : stream_(std::move(stream)),
      input_(input),
      output_(output),
      limits_(limits),
      began_(sched::now()),
      last_moved_(began_) {}

void Conversation::Traffic::add(sched::Bytes moved) {
  bytes += moved.size();
  lines += static_cast<std::uint64_t>(std::ranges::count(moved, std::byte{'\n'}));
}

void Conversation::reset() {
  resets_ = true;
  directions_.cancel();
}

sched::Task<Result<void>> Conversation::run() {
  sched::Scope watch;
  if (limits_.idle) watch.spawn(end_when_idle(*limits_.idle));
  directions_.spawn(send_input());
  directions_.spawn(receive_output());
  const Result<void> result = co_await directions_.join();
  watch.cancel();
  [[maybe_unused]] const Result<void> watched = co_await watch.join();
  resets_ ? stream_.reset() : stream_.close();
  co_return result ? send_outcome() : result;
}

sched::Task<Result<void>> Conversation::send_input() {
  while (send_result_) {
    Result<Lease> piece = co_await next_input();
    if (!piece && !is_end(piece.error())) co_return std::unexpected(piece.error());
    if (!piece) break;
    const Result<void> shown = co_await output_.sent(piece->bytes());
    if (!shown) co_return output_ended(shown.error());
    Traffic sent = sent_;
    sent.add(piece->bytes());
    send_result_ = co_await stream_.send(std::move(*piece));
    if (send_result_) sent_ = sent;
    last_moved_ = sched::now();
  }
  co_await finish_sending();
  co_return Result<void>{};
}

sched::Task<Result<Lease>> Conversation::next_input() {
  for (;;) {
    const bool is_last = peer_ended_;
    const Result<void> ready = co_await wait_for_input(is_last ? kLastInput : kAnyTime);
    if (ready) {
      Result<Lease> piece = input_.read(stream_.lend(kInputPiece));
      if (piece || piece.error().code != ErrorCode::would_block) co_return piece;
    } else if (is_last || !peer_ended_) {
      co_return std::unexpected(ready.error());
    }
  }
}

sched::Task<Result<void>> Conversation::wait_for_input(sched::Duration at_most) {
  CancelScope patience(sched::instant_after(sched::now(), at_most));
  waiting_ = &patience;
  const Result<void> ready = co_await input_.readable();
  waiting_ = nullptr;
  co_return ready;
}

sched::Task<void> Conversation::finish_sending() {
  if (send_result_) send_result_ = co_await stream_.flush();
  if (!send_result_) co_return;
  // It fails when the connection is lost, and that the other fiber sees.
  [[maybe_unused]] const Result<void> shut_down = stream_.shutdown_send();
  if (!limits_.quit_after || peer_ended_) co_return;
  CancelScope patience;
  waiting_ = &patience;
  const Result<void> waited = co_await sched::sleep_for(*limits_.quit_after);
  waiting_ = nullptr;
  if (waited) directions_.cancel();
}

Result<void> Conversation::send_outcome() const {
  if (send_result_ || is_end(send_result_.error())) return {};
  // EPIPE says that the peer has closed, and that was seen as its end.
  return send_result_.error().error_number == EPIPE ? Result<void>{} : send_result_;
}

sched::Task<Result<void>> Conversation::receive_output() {
  for (;;) {
    const Result<Lease> received = co_await stream_.receive();
    last_moved_ = sched::now();
    Result<void> written;
    if (received) {
      received_.add(received->bytes());
      written = co_await output_.received(received->bytes());
    } else {
      written = co_await output_.finish();
    }
    if (!written) co_return output_ended(written.error());
    if (!received) co_return peer_ended(received.error());
  }
}

Result<void> Conversation::output_ended(const Error& error) {
  if (error.error_number != EPIPE) return is_end(error) ? Result<void>{} : std::unexpected(error);
  directions_.cancel();
  return {};
}

Result<void> Conversation::peer_ended(const Error& error) {
  if (!is_end(error)) return std::unexpected(error);
  peer_ended_ = true;
  if (waiting_ != nullptr) waiting_->cancel();
  return {};
}

sched::Task<void> Conversation::end_when_idle(sched::Duration idle) {
  for (;;) {
    const sched::Instant end = sched::instant_after(last_moved_, idle);
    if (sched::now() >= end) co_return directions_.cancel();
    const Result<void> waited = co_await sched::sleep_until(end);
    if (!waited) co_return;
  }
}

}  // namespace client::manual
