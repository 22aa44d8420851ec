// How a client waits for frames and compares them.

#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "client/run/client.h"
#include "client/scenario/explanation.h"
#include "text/escape.h"
#include "text/units.h"

namespace client::run {

namespace {

using scenario::Expect;
using scenario::ExpectClose;
using scenario::Pattern;
using scenario::Predicate;
using sched::ErrorCode;
using sched::Task;

/// How much of a frame a failure text shows, and of how many skipped ones.
constexpr std::size_t kShownBytes = 200;
constexpr std::size_t kShownFrames = 5;

constexpr std::string_view kPhase = "expect";

/// The frames that mode `until` passed over: how many, and the first few.
struct Skipped {
  std::uint64_t count = 0;
  std::vector<std::string> first;

  void add(std::string_view frame) {
    if (++count <= kShownFrames) first.push_back(text::quote(frame, kShownBytes));
  }

  std::string note() const {
    const std::string more = count > first.size() ? fmt::format(" and {} more", count - first.size()) : "";
    return fmt::format("skipped   {}{}", fmt::join(first, ", "), more);
  }
};

/// How the peer has ended the connection, for a person.
std::string end_of(const sched::Error& end) { return end.code == ErrorCode::end_of_stream ? "a FIN" : describe(end); }

}  // namespace

Task<bool> Client::perform(const scenario::Step& step, const Expect& expect) {
  if (!need_connection(step)) co_return false;
  StepRun run(step.place, expect.timeout);
  co_return co_await expect_all(run, expect);
}

Task<bool> Client::expect_all(StepRun& run, const Expect& expect) {
  run.place = &expect.place;
  for (const Pattern& pattern : expect.frames) {
    if (!has_values(run, pattern)) co_return false;
  }
  for (std::uint64_t i = 0; i < expect.count; ++i) {
    if (!co_await expect_once(run, expect))
      co_return outcome_ == Outcome::interrupted&& expect.optional&& run.limit.expired();
  }
  co_return true;
}

Task<bool> Client::expect_once(StepRun& run, const Expect& expect) {
  if (expect.mode == Expect::Mode::until) co_return co_await expect_until(run, expect);
  if (expect.mode == Expect::Mode::any_order) co_return co_await expect_any_order(run, expect);
  for (const Pattern& pattern : expect.frames) {
    const bool is_raw = expect.framing.kind == scenario::Framing::Kind::raw;
    if (!co_await (is_raw ? expect_raw(run, expect, pattern) : expect_next(run, expect, pattern))) co_return false;
  }
  co_return true;
}

Task<bool> Client::expect_next(StepRun& run, const Expect& expect, const Pattern& pattern) {
  const auto frame = co_await connection_->next_frame(expect.framing);
  if (!frame) co_return fail_without_frame(run, expect, frame.error(), {expected_note(pattern)});
  connection_->consume(frame->consumed);
  if (verifies() && pattern.first_failing(frame->bytes, context()) != nullptr)
    co_return fail_mismatch(run, {frame->is_cut_off ? FailureCode::truncated : FailureCode::mismatch, kPhase}, pattern,
                            frame->bytes);
  co_return accept(run, expect, pattern, frame->bytes);
}

Task<bool> Client::expect_raw(StepRun& run, const Expect& expect, const Pattern& pattern) {
  for (;;) {
    bool is_mismatch = false;
    const std::string_view unread = connection_->unread();
    if (const auto found = find_raw(pattern, unread, context(), is_mismatch)) {
      connection_->consume(found->end);
      co_return accept(run, expect, pattern, unread.substr(0, found->end));
    }
    if (is_mismatch)
      co_return fail_mismatch(run, {FailureCode::mismatch, kPhase}, pattern,
                              unread.substr(0, exact_size(pattern, context()).value_or(unread.size())));
    if (const auto more = co_await connection_->more(); !more) {
      co_return fail_without_frame(run, expect, more.error(), {expected_note(pattern)});
    }
  }
}

Task<bool> Client::expect_until(StepRun& run, const Expect& expect) {
  const Pattern& pattern = expect.frames.front();
  Skipped skipped;
  for (;;) {
    const auto frame = co_await connection_->next_frame(expect.framing);
    if (!frame) {
      std::vector<std::string> notes{expected_note(pattern)};
      if (skipped.count > 0) notes.push_back(skipped.note());
      co_return fail_without_frame(run, expect, frame.error(), std::move(notes));
    }
    connection_->consume(frame->consumed);
    if (pattern.first_failing(frame->bytes, context()) == nullptr) co_return accept(run, expect, pattern, frame->bytes);
    skipped.add(frame->bytes);
  }
}

Task<bool> Client::expect_any_order(StepRun& run, const Expect& expect) {
  std::vector<const Pattern*> left;
  for (const Pattern& pattern : expect.frames) left.push_back(&pattern);
  const auto expected = [&] {
    std::vector<std::string> notes;
    for (const Pattern* pattern : left) notes.push_back(expected_note(*pattern));
    return notes;
  };
  while (!left.empty()) {
    const auto frame = co_await connection_->next_frame(expect.framing);
    if (!frame) co_return fail_without_frame(run, expect, frame.error(), expected());
    connection_->consume(frame->consumed);
    const auto matches = [&](const Pattern* pattern) {
      return pattern->first_failing(frame->bytes, context()) == nullptr;
    };
    const auto matching = std::ranges::find_if(left, matches);
    if (matching == left.end()) {
      std::vector<std::string> notes = expected();
      notes.push_back("received  " + text::quote(frame->bytes, kShownBytes));
      co_return fail(run, {frame->is_cut_off ? FailureCode::truncated : FailureCode::mismatch, kPhase},
                     "expect failed: it is none of any_order", std::move(notes));
    }
    if (!accept(run, expect, **matching, frame->bytes)) co_return false;
    left.erase(matching);
  }
  co_return true;
}

/// A frame is what was expected: counts it, unless it came too soon, and keeps what is captured of it.
bool Client::accept(StepRun& run, const Expect& expect, const Pattern& pattern, std::string_view frame) {
  const sched::Duration after = sched::now() - run.started;
  if (after < expect.not_before) {
    return fail(run, {FailureCode::too_soon, kPhase}, "expect failed: too soon",
                {"expected  not before " + text::format_duration(expect.not_before),
                 fmt::format("received  {} after {}", text::quote(frame, kShownBytes), text::format_duration(after))});
  }
  Counters::add(thread_.counters.frames);
  if (group_.captures_frames) last_frame_ = frame;
  return capture_groups(run, pattern, frame) && capture(run, expect.captures, frame);
}

bool Client::fail_mismatch(StepRun& run, Cause cause, const Pattern& pattern, std::string_view frame) {
  const scenario::Mismatch mismatch = explain(pattern, frame, context());
  const bool is_equals = mismatch.predicate == name_of(Predicate::Kind::equals);
  run.place = mismatch.place;
  return fail(
      run, cause, fmt::format("{} failed: {}", cause.phase, mismatch.predicate),
      {fmt::format("expected  {}{}", is_equals ? "" : fmt::format("{} ", mismatch.predicate), mismatch.expected),
       fmt::format("received  {}      {}", mismatch.received, mismatch.detail)});
}

bool Client::fail_without_frame(const StepRun& run, const Expect& expect, Connection::Nothing why,
                                std::vector<std::string> notes) {
  using enum Connection::Nothing;
  if (why == overflow) return fail_overflow(run, expect.framing);
  if (why == cancelled && expect.optional && run.limit.expired()) return false;
  const std::string_view unread = connection_->unread();
  notes.push_back(unread.empty() ? "received  nothing"
                                 : "received  " + text::quote(unread, kShownBytes) + ", which is no whole frame");
  if (why == cancelled) return fail_cut_off(run, kPhase, std::move(notes));
  const sched::Error& end = *connection_->ended();
  Cause cause = cause_of(end, kPhase);
  if (cause.code == FailureCode::closed && !unread.empty()) cause.code = FailureCode::truncated;
  return fail(run, cause, "expect failed: " + (end.code == ErrorCode::end_of_stream ? "closed" : name_of(end)),
              std::move(notes));
}

Task<bool> Client::perform(const scenario::Step& step, const ExpectClose& expect) {
  if (!need_connection(step)) co_return false;
  const StepRun run(step.place, expect.timeout);
  const char* expected = expect.how == ExpectClose::How::reset ? "expected  a reset"
                         : expect.how == ExpectClose::How::fin ? "expected  a FIN"
                                                               : "expected  a FIN or a reset";
  while (!connection_->ended()) {
    const auto more = co_await connection_->more();
    if (more || more.error() == Connection::Nothing::ended) continue;
    if (more.error() == Connection::Nothing::overflow) co_return fail_overflow(run, group_.framing);
    co_return fail_cut_off(run, step.keyword, {expected, unread_note()});
  }
  const bool is_fin = connection_->ended()->code == ErrorCode::end_of_stream;
  if (expect.how == ExpectClose::How::any || is_fin == (expect.how == ExpectClose::How::fin)) co_return true;
  co_return fail(run, cause_of(*connection_->ended(), step.keyword),
                 is_fin ? "expect_close failed: closed, not reset" : "expect_close failed: reset, not closed",
                 {expected, "received  " + end_of(*connection_->ended())});
}

Task<bool> Client::perform(const scenario::Step& step, const scenario::ExpectSilence& silence) {
  if (!need_connection(step)) co_return false;
  const StepRun run(step.place, silence.duration);
  if (connection_->unread().empty()) {
    const auto more = co_await connection_->more();
    const bool is_cut_off = !more && more.error() == Connection::Nothing::cancelled;
    if (is_cut_off) co_return run.limit.expired() || fail_cut_off(run, step.keyword, {});
  }
  const bool is_closed = connection_->unread().empty();
  const Cause cause =
      is_closed ? cause_of(*connection_->ended(), step.keyword) : Cause{FailureCode::not_silent, step.keyword};
  co_return fail(run, cause, is_closed ? "expect_silence failed: closed" : "expect_silence failed: not silent",
                 {"expected  nothing for " + text::format_duration(silence.duration),
                  is_closed ? "received  " + end_of(*connection_->ended()) : unread_note()});
}

bool Client::check_nothing_unread(const StepRun& run) {
  if (!connection_ || group_.allow_extra || connection_->unread().empty()) return true;
  return fail(run, {FailureCode::unread, "end"}, "unread bytes at the end",
              {"expected  nothing more; \"allow_extra\": true lets a client end so", unread_note()});
}

bool Client::verifies() {
  ++replies_;
  if (load_ == nullptr) return true;
  if (load_->load().verifies_first_only) return replies_ == 1;
  return load_->load().verified_share >= 1 || random_share() < load_->load().verified_share;
}

std::string Client::expected_note(const Pattern& pattern) const { return "expected  " + describe(pattern, context()); }

std::string Client::unread_note() const {
  const std::string_view unread = connection_->unread();
  return "received  " + (unread.empty() ? "nothing" : text::quote(unread, kShownBytes));
}

}  // namespace client::run
