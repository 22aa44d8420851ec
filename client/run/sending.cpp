// How a client sends.

#include <algorithm>
#include <span>

#include <fmt/format.h>

#include "client/random.h"
#include "client/run/client.h"
#include "text/units.h"

namespace client::run {

namespace {

using scenario::Send;
using sched::Result;
using sched::Task;

/// Pieces that are drawn at random have up to 2 to this bytes; small ones are as frequent as large ones.
constexpr unsigned kLargestPieceBits = 12;

void append_random_bytes(std::uint64_t& state, std::uint64_t count, std::string& out) {
  while (count > 0) {
    std::uint64_t bits = next_random(state);
    for (std::uint64_t i = std::min<std::uint64_t>(count, sizeof bits); i > 0; --i, --count, bits >>= 8) {
      out += static_cast<char>(bits & 0xffU);
    }
  }
}

}  // namespace

Task<bool> Client::perform(const scenario::Step& step, const Send& send) {
  if (!need_connection(step) || !co_await wait_to_send(step)) co_return false;
  StepRun run(step.place, group_.step_timeout);
  co_return co_await transmit(run, send);
}

/// Until the group's message rate lets the client send again. It catches up with nothing.
Task<bool> Client::wait_to_send(const scenario::Step& step) {
  if (group_.message_rate <= 0) co_return true;
  const StepRun run(step.place);
  if (next_send_ > sched::now() && !co_await pause_until(next_send_)) {
    co_return fail_cut_off(run, step.keyword, {});
  }
  const std::chrono::duration<double> between(1 / group_.message_rate);
  next_send_ = sched::now() + std::chrono::duration_cast<sched::Duration>(between);
  co_return true;
}

Task<bool> Client::transmit(StepRun& run, const Send& send) {
  run.place = &send.place;
  if (!make_text(run, send)) co_return false;
  const bool is_cut = !send.chunks.empty() || thread_.run.rechunk;
  Result<void> sent =
      is_cut ? co_await send_in_pieces(send) : co_await connection_->stream().send(std::as_bytes(std::span(text_)));
  // What is sent to a peer that has ended may be answered by a reset: each send is told apart from the next then.
  if (sent && connection_->ended()) sent = co_await connection_->stream().flush();
  if (!sent && sent.error().code != sched::ErrorCode::cancelled) co_return fail_send(run, sent.error());
  if (!sent)
    co_return fail_cut_off(run, "send", {"not all of it could leave: the peer reads too slowly, or not at all"});
  connection_->took(text_.size(), send.place);
  Counters::add(thread_.counters.bytes_sent, text_.size());
  co_return true;
}

/// Fills `text_`.
bool Client::make_text(StepRun& run, const Send& send) {
  if (!has_values(run, send.text)) return false;
  text_.clear();
  const scenario::ExpansionContext values = context_for(send.text);
  append_random_bytes(random_state_, send.random_bytes, text_);
  for (std::uint64_t i = 0; i < send.repeats && text_.size() <= Send::kMaxBytes; ++i) send.text.expand(values, text_);
  const std::uint64_t most = std::min(Send::kMaxBytes, send.framing.longest());
  if (text_.size() > most) {
    return fail(run, {FailureCode::too_long, "send"}, "send failed: too long",
                {fmt::format("{} can be sent at once here, and this has more", text::format_size(most))});
  }
  enclose(send.framing, text_);
  return true;
}

Task<bool> Client::has_sent(const StepRun& run) {
  const Result<void> flushed = co_await connection_->stream().flush();
  co_return !has_lost_bytes(flushed) || fail_send(run, flushed.error());
}

bool Client::has_lost_bytes(const Result<void>& flushed) const {
  return !flushed && flushed.error().code != sched::ErrorCode::cancelled && connection_->place_of_unsent() != nullptr;
}

/// Each piece leaves by itself, as far as the kernel lets it.
Task<Result<void>> Client::send_in_pieces(const Send& send) {
  std::string_view rest = text_;
  for (std::size_t number = 0; !rest.empty(); ++number) {
    if (number > 0 && send.chunk_delay > sched::Duration::zero()) {
      if (const Result<void> slept = co_await pause_for(send.chunk_delay); !slept) co_return slept;
    }
    const std::string_view piece = rest.substr(0, next_piece(send, number));
    rest.remove_prefix(piece.size());
    Result<void> sent = co_await connection_->stream().send(std::as_bytes(std::span(piece)));
    if (sent) sent = co_await connection_->stream().flush();
    if (!sent) co_return sent;
  }
  co_return Result<void>{};
}

/// The size of a piece; what is left over may be less.
std::size_t Client::next_piece(const Send& send, std::size_t number) {
  if (!send.chunks.empty()) return number < send.chunks.size() ? send.chunks[number] : text_.size();
  const std::uint64_t bits = next_random(rechunk_state_);
  return 1 + (bits >> kLargestPieceBits) % (std::uint64_t{1} << bits % (kLargestPieceBits + 1));
}

}  // namespace client::run
