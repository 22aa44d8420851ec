// How a client waits for frames and compares them.

#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "client/run/assignment.h"
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
  bool lack_crlf = false;  ///< one of them would have matched without the CR at its end

  void add(std::string_view frame) {
    if (++count <= kShownFrames) first.push_back(text::quote(frame, kShownBytes));
  }

  std::string note() const {
    const std::string more = count > first.size() ? fmt::format(" and {} more", count - first.size()) : "";
    return fmt::format("skipped   {}{}", fmt::join(first, ", "), more);
  }
};

Cause mismatch_of(const Frame& frame) {
  return {.code = frame.is_cut_off ? FailureCode::truncated : FailureCode::mismatch, .phase = kPhase};
}

/// How the peer has ended the connection, for a person.
std::string end_of(const sched::Error& end) { return end.code == ErrorCode::end_of_stream ? "a FIN" : describe(end); }

}  // namespace

/// An expect while it runs.
struct Client::Expecting {
  StepRun& run;
  const Expect& expect;
  std::uint64_t matched = 0;      ///< frames
  std::string last = {};          ///< of those, where the expect captures from it
  bool is_absent = false;         ///< it was optional, and something else came, or nothing
  bool passed_over_rest = false;  ///< `until` took what a FIN had cut off, and it did not match

  /// Where nothing of it has come yet, an optional expect may do without. Gives false: nothing was matched.
  bool may_be_absent() const { return expect.optional && matched == 0; }
  bool do_without() {
    is_absent = true;
    return false;
  }
};

Task<bool> Client::perform(const scenario::Step& step, const Expect& expect) {
  if (!need_connection(step)) co_return false;
  StepRun run(step.place, expect.timeout);
  co_return co_await expect_all(run, expect);
}

Task<bool> Client::expect_all(StepRun& run, const Expect& expect) {
  run.place = &expect.place;
  Expecting expecting{.run = run, .expect = expect};
  for (std::uint64_t i = 0; i < expect.count; ++i) {
    if (!co_await expect_once(expecting)) co_return expecting.is_absent;
  }
  co_return capture(run, expect.captures, expecting.last);
}

Task<bool> Client::expect_once(Expecting& expecting) {
  const Expect& expect = expecting.expect;
  if (expect.mode == Expect::Mode::until) co_return co_await expect_until(expecting);
  if (expect.mode == Expect::Mode::any_order) co_return co_await expect_any_order(expecting);
  const bool is_raw = expect.framing.kind == scenario::Framing::Kind::raw;
  for (const Pattern& pattern : expect.frames) {
    if (!is_usable(expecting.run, pattern, is_raw)) co_return false;
  }
  for (const Pattern& pattern : expect.frames) {
    // A frame before it may have given a variable another value.
    if (!is_usable(expecting.run, pattern, is_raw)) co_return false;
    if (!co_await (is_raw ? expect_raw(expecting, pattern) : expect_next(expecting, pattern))) co_return false;
  }
  co_return true;
}

Task<bool> Client::expect_next(Expecting& expecting, const Pattern& pattern) {
  const auto frame = co_await connection_->next_frame(expecting.expect.framing);
  if (!frame) co_return co_await end_without_frame(expecting, frame.error(), {expected_note(pattern)});
  // Whether something optional has come is never taken on trust.
  const bool is_compared = verifies() || expecting.expect.optional;
  const bool is_match = !is_compared || pattern.first_failing(frame->bytes, context()) == nullptr;
  if (!is_match && expecting.may_be_absent()) co_return expecting.do_without();
  connection_->consume(frame->consumed);
  if (!is_match) co_return fail_mismatch(expecting.run, mismatch_of(*frame), pattern, frame->bytes);
  co_return accept(expecting, frame->bytes, is_compared) && capture_groups(expecting.run, pattern, frame->bytes);
}

Task<bool> Client::expect_raw(Expecting& expecting, const Pattern& pattern) {
  for (;;) {
    bool is_mismatch = false;
    const std::string_view unread = connection_->unread();
    if (const auto found = find_raw(pattern, unread, context(), is_mismatch)) {
      const std::string_view taken = unread.substr(0, found->end);
      if (taken.empty()) {
        co_return fail(expecting.run, {FailureCode::bad_value, "expand"}, "bad value: it is met before a byte has come",
                       {expected_note(pattern)});
      }
      connection_->consume(taken.size());
      co_return accept(expecting, taken) && capture_groups(expecting.run, pattern, taken);
    }
    if (is_mismatch && expecting.may_be_absent()) co_return expecting.do_without();
    if (is_mismatch)
      co_return fail_mismatch(expecting.run, {FailureCode::mismatch, kPhase}, pattern,
                              unread.substr(0, exact_size(pattern, context()).value_or(unread.size())));
    if (const auto more = co_await connection_->more(); !more) {
      co_return co_await end_without_frame(expecting, more.error(), {expected_note(pattern)});
    }
  }
}

Task<bool> Client::expect_until(Expecting& expecting) {
  const Pattern& pattern = expecting.expect.frames.front();
  if (!is_usable(expecting.run, pattern, false)) co_return false;
  Skipped skipped;
  for (;;) {
    const auto frame = co_await connection_->next_frame(expecting.expect.framing);
    if (!frame) {
      std::vector<std::string> notes{expected_note(pattern)};
      if (skipped.count > 0) notes.push_back(skipped.note());
      if (skipped.lack_crlf) notes.emplace_back(hint_of_crlf());
      co_return co_await end_without_frame(expecting, frame.error(), std::move(notes));
    }
    connection_->consume(frame->consumed);
    if (pattern.first_failing(frame->bytes, context()) == nullptr)
      co_return accept(expecting, frame->bytes) && capture_groups(expecting.run, pattern, frame->bytes);
    expecting.passed_over_rest = frame->is_cut_off;
    skipped.add(frame->bytes);
    skipped.lack_crlf |= would_match_with_crlf(pattern, frame->bytes, expecting.expect.framing, context());
  }
}

Task<bool> Client::expect_any_order(Expecting& expecting) {
  for (const Pattern& pattern : expecting.expect.frames) {
    if (!is_usable(expecting.run, pattern, false)) co_return false;
  }
  Assignment assignment(expecting.expect.frames);
  const auto expected = [&] {
    std::vector<std::string> notes;
    for (const Pattern* pattern : assignment.left()) notes.push_back(expected_note(*pattern));
    return notes;
  };
  while (!assignment.is_complete()) {
    const auto frame = co_await connection_->next_frame(expecting.expect.framing);
    if (!frame) co_return co_await end_without_frame(expecting, frame.error(), expected());
    const bool is_match = assignment.add(frame->bytes, context());
    if (!is_match && expecting.may_be_absent()) co_return expecting.do_without();
    connection_->consume(frame->consumed);
    if (!is_match) {
      std::vector<std::string> notes = expected();
      notes.push_back("received  " + text::quote(frame->bytes, kShownBytes));
      const auto lacks_crlf = [&](const Pattern* pattern) {
        return would_match_with_crlf(*pattern, frame->bytes, expecting.expect.framing, context());
      };
      if (std::ranges::any_of(assignment.left(), lacks_crlf)) notes.emplace_back(hint_of_crlf());
      co_return fail(expecting.run, mismatch_of(*frame), "expect failed: it is none of any_order", std::move(notes));
    }
    if (!accept(expecting, frame->bytes)) co_return false;
  }
  for (const auto& [pattern, frame] : assignment.pairs()) {
    if (!capture_groups(expecting.run, pattern, frame)) co_return false;
  }
  co_return true;
}

/// A frame is what was expected: counts it, unless it came too soon, and keeps what is captured of it.
bool Client::accept(Expecting& expecting, std::string_view frame, bool is_compared) {
  const StepRun& run = expecting.run;
  const Expect& expect = expecting.expect;
  const sched::Duration after = sched::now() - run.started;
  if (after < expect.not_before) {
    return fail(run, {FailureCode::too_soon, kPhase}, "expect failed: too soon",
                {"expected  not before " + text::format_duration(expect.not_before),
                 fmt::format("received  {} after {}", text::quote(frame, kShownBytes), text::format_duration(after))});
  }
  ++expecting.matched;
  count_reply(is_compared);
  if (group_.captures_frames) last_frame_ = frame;
  if (!expect.captures.empty()) expecting.last = frame;
  return true;
}

bool Client::fail_mismatch(StepRun& run, Cause cause, const Pattern& pattern, std::string_view frame) {
  const scenario::Mismatch mismatch = explain(pattern, frame, context());
  const bool is_equals = mismatch.predicate == name_of(Predicate::Kind::equals);
  run.place = mismatch.place;
  std::vector<std::string> notes{
      fmt::format("expected  {}{}", is_equals ? "" : fmt::format("{} ", mismatch.predicate), mismatch.expected),
      fmt::format("received  {}      {}", mismatch.received, mismatch.detail)};
  if (cause.phase == kPhase && would_match_with_crlf(pattern, frame, group_.framing, context())) {
    notes.emplace_back(hint_of_crlf());
  }
  return fail(run, cause, fmt::format("{} failed: {}", cause.phase, mismatch.predicate), std::move(notes));
}

/// No frame comes, or none in time. Gives false.
Task<bool> Client::end_without_frame(Expecting& expecting, Connection::Nothing why, std::vector<std::string> notes) {
  using enum Connection::Nothing;
  const bool is_over = why == ended || (why == cancelled && expecting.run.limit.expired());
  if (is_over && expecting.may_be_absent()) co_return expecting.do_without();
  if (why == ended && !co_await has_sent(expecting.run)) co_return false;
  co_return fail_without_frame(expecting.run, expecting.expect, why, std::move(notes), expecting.passed_over_rest);
}

bool Client::fail_without_frame(const StepRun& run, const Expect& expect, Connection::Nothing why,
                                std::vector<std::string> notes, bool passed_over_rest) {
  using enum Connection::Nothing;
  if (why == overflow) return fail_overflow(run, expect.framing);
  const std::string_view unread = connection_->unread();
  notes.push_back(unread.empty() ? "received  nothing"
                                 : "received  " + text::quote(unread, kShownBytes) + ", which is no whole frame");
  if (why == cancelled) return fail_cut_off(run, kPhase, std::move(notes));
  const sched::Error& end = *connection_->ended();
  Cause cause = cause_of(end, kPhase);
  const bool is_cut_off = !unread.empty() || passed_over_rest;
  if (cause.code == FailureCode::closed && is_cut_off) cause.code = FailureCode::truncated;
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
  if (!co_await has_sent(run)) co_return false;
  co_return fail(run, cause_of(*connection_->ended(), step.keyword),
                 is_fin ? "expect_close failed: closed, not reset" : "expect_close failed: reset, not closed",
                 {expected, "received  " + end_of(*connection_->ended())});
}

Task<bool> Client::perform(const scenario::Step& step, const scenario::ExpectSilence& silence) {
  if (!need_connection(step)) co_return false;
  const StepRun run(step.place, silence.duration);
  if (connection_->unread().empty()) {
    const LatencyClock::Stop stop(clock_);
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

bool Client::check_nothing_unread(const StepRun& run, std::string_view phase) {
  if (!connection_ || group_.allow_extra || connection_->unread().empty()) return true;
  const scenario::SourceFile& source = thread_.run.scenario.source;
  return fail(run, {FailureCode::unread, phase}, "unread bytes at the end",
              {fmt::format("expected  nothing more; {} lets a client end so", source.setting("allow_extra", "true")),
               unread_note()});
}

/// A reply that is there before its request is none.
bool Client::check_fresh(const StepRun& run) {
  if (connection_->unread().empty()) return true;
  // No option says it.
  const bool is_file = !thread_.run.scenario.source.is_made();
  return fail(run, {FailureCode::unread, "exchange"}, "exchange failed: unread bytes before it has sent",
              {fmt::format("expected  nothing yet{}", is_file ? R"(; "fresh": false lets an exchange begin so)" : ""),
               unread_note()});
}

bool Client::verifies() {
  // A retry goes on until its steps pass, which only comparing tells.
  if (verifies_all_ || trial_ != nullptr) return true;
  if (load_->load().verifies_first_only) return replies_ == 0 || (measured_replies_ == 0 && is_measured());
  return random_share() < load_->load().verified_share;
}

void Client::count_reply(bool is_compared) {
  Counters::add(thread_.counters.frames);
  if (verifies_all_) return;
  ++replies_;
  if (!is_compared) Counters::add(thread_.counters.unverified);
  if (!is_measured()) return;
  ++measured_replies_;
  if (is_compared) load_->compared_one();
}

bool Client::is_measured() const { return !load_->is_of_warmup(*start_); }

std::string Client::expected_note(const Pattern& pattern) const { return "expected  " + describe(pattern, context()); }

std::string Client::hint_of_crlf() const {
  return fmt::format(R"(help      the lines end with \r\n: with {} this would match)",
                     thread_.run.scenario.source.setting("eol", R"("crlf")"));
}

std::string Client::unread_note() const {
  const std::string_view unread = connection_->unread();
  return "received  " + (unread.empty() ? "nothing" : text::quote(unread, kShownBytes));
}

}  // namespace client::run
