// How a client waits for frames and compares them.

#include <algorithm>

#include <fmt/format.h>

#include "client/run/client.h"
#include "client/run/step_run.h"
#include "text/escape.h"
#include "text/units.h"

namespace client::run {

namespace {

using scenario::Expect;
using scenario::ExpectClose;
using scenario::Pattern;
using scenario::Predicate;
using sched::ErrorCode;

/// How much of a frame a failure text shows, and of how many skipped ones.
constexpr std::size_t kShownBytes = 200;
constexpr std::size_t kShownFrames = 5;

std::string expected_note(const Pattern& pattern, const scenario::ExpansionContext& context) {
  return "expected  " + pattern.describe(context);
}

std::string received_note(const Predicate& failing, std::string_view frame, const scenario::ExpansionContext& context) {
  std::string note = "received  " + text::quote(frame, kShownBytes);
  if (failing.kind != Predicate::Kind::equals) return note;
  std::string expected;
  failing.text.expand(context, expected);
  return note + "      " + scenario::first_difference(expected, frame);
}

}  // namespace

sched::Task<bool> Client::perform(const scenario::Step& step, const Expect& expect) {
  if (!need_connection(step)) co_return false;
  StepRun run(step.place, expect.timeout);
  for (std::uint64_t i = 0; i < expect.count; ++i) {
    if (!co_await expect_frames(run, expect)) co_return !failed_ && expect.optional && run.limit.expired();
  }
  co_return true;
}

sched::Task<bool> Client::expect_frames(StepRun& run, const Expect& expect) {
  if (expect.mode == Expect::Mode::until) co_return co_await expect_until(run, expect);
  if (expect.mode == Expect::Mode::any_order) co_return co_await expect_any_order(run, expect);
  for (const Pattern& pattern : expect.frames) {
    const bool raw = expect.framing == scenario::Framing::raw;
    const bool matched = raw ? co_await expect_raw(run, expect, pattern) : co_await expect_next(run, expect, pattern);
    if (!matched) co_return false;
  }
  co_return true;
}

sched::Task<bool> Client::expect_next(StepRun& run, const Expect& expect, const Pattern& pattern) {
  if (!co_await next_frame(run, expect, {&pattern, 1})) co_return false;
  if (const Predicate* failing = pattern.first_failing(frame_.bytes, context())) {
    co_return fail(run, fmt::format("expect failed: {}", name_of(failing->kind)),
                   {expected_note(pattern, context()), received_note(*failing, frame_.bytes, context())});
  }
  consume(frame_.consumed);
  co_return true;
}

sched::Task<bool> Client::expect_until(StepRun& run, const Expect& expect) {
  const Pattern& pattern = expect.frames.front();
  for (;;) {
    if (!co_await next_frame(run, expect, {&pattern, 1})) co_return false;
    const bool matched = pattern.first_failing(frame_.bytes, context()) == nullptr;
    if (!matched && ++run.skipped_count <= kShownFrames) run.skipped.push_back(text::quote(frame_.bytes, kShownBytes));
    consume(frame_.consumed);
    if (matched) co_return true;
  }
}

sched::Task<bool> Client::expect_any_order(StepRun& run, const Expect& expect) {
  std::vector<Pattern> left = expect.frames;
  while (!left.empty()) {
    if (!co_await next_frame(run, expect, left)) co_return false;
    const auto matching = std::ranges::find_if(
        left, [&](const Pattern& pattern) { return pattern.first_failing(frame_.bytes, context()) == nullptr; });
    if (matching == left.end()) {
      std::vector<std::string> notes;
      for (const Pattern& pattern : left) notes.push_back(expected_note(pattern, context()));
      notes.push_back("received  " + text::quote(frame_.bytes, kShownBytes));
      co_return fail(run, "expect failed: no frame of any_order matches", std::move(notes));
    }
    left.erase(matching);
    consume(frame_.consumed);
  }
  co_return true;
}

sched::Task<bool> Client::expect_raw(StepRun& run, const Expect& expect, const Pattern& pattern) {
  for (;;) {
    bool mismatch = false;
    const std::string_view unread = connection_->unread();
    if (const auto found = find_raw(pattern, unread, context(), mismatch)) {
      if (too_soon(run, expect, unread.substr(0, found->end))) co_return false;
      consume(found->end);
      co_return true;
    }
    if (mismatch) {
      co_return fail(run, fmt::format("expect failed: {}", name_of(pattern.predicates.front().kind)),
                     {expected_note(pattern, context()), received_note(pattern.predicates.front(), unread, context())});
    }
    if (const std::optional<NoFrame> none = co_await wait_for_more(run)) {
      if (expect.optional && *none == NoFrame::timeout) co_return false;
      co_return fail_without_frame(run, *none, {&pattern, 1});
    }
  }
}

/// Puts the next frame into `frame_`, without consuming it. False when none comes: recorded as the step's failure,
/// unless the step is optional or the client was interrupted.
sched::Task<bool> Client::next_frame(StepRun& run, const Expect& expect, std::span<const Pattern> accepted) {
  for (;;) {
    const bool ended = connection_->ended() && connection_->ended()->code == ErrorCode::end_of_stream;
    if (const auto frame = first_line(connection_->unread(), expect.eol, ended, searched_)) {
      frame_ = *frame;
      co_return !too_soon(run, expect, frame_.bytes);
    }
    if (const std::optional<NoFrame> none = co_await wait_for_more(run)) {
      if (expect.optional && *none == NoFrame::timeout) co_return false;
      co_return fail_without_frame(run, *none, accepted);
    }
  }
}

sched::Task<std::optional<Client::NoFrame>> Client::wait_for_more(const StepRun& run) {
  if (connection_->ended()) co_return NoFrame::ended;
  if (connection_->overflowed()) co_return NoFrame::overflow;
  if (co_await connection_->change()) co_return std::nullopt;
  co_return run.limit.expired() ? NoFrame::timeout : NoFrame::interrupted;
}

bool Client::too_soon(StepRun& run, const Expect& expect, std::string_view frame) {
  const sched::Duration after = sched::now() - run.started;
  if (after >= expect.not_before) return false;
  fail(run, "expect failed: too soon",
       {"expected  not before " + text::format_duration(expect.not_before),
        fmt::format("received  {} after {}", text::quote(frame, kShownBytes), text::format_duration(after))});
  return true;
}

void Client::consume(std::size_t count) {
  connection_->consume(count);
  Counters::add(thread_.counters.frames);
}

bool Client::fail_without_frame(const StepRun& run, NoFrame why, std::span<const Pattern> accepted) {
  if (why == NoFrame::interrupted) return false;
  std::vector<std::string> notes;
  for (const Pattern& pattern : accepted) notes.push_back(expected_note(pattern, context()));
  const std::string_view unread = connection_->unread();
  notes.push_back(unread.empty() ? "received  nothing"
                                 : "received  " + text::quote(unread, kShownBytes) + ", which is no whole frame");
  if (run.skipped_count > 0) {
    notes.push_back(fmt::format("skipped   {}{}", fmt::join(run.skipped, ", "),
                                run.skipped_count > run.skipped.size()
                                    ? fmt::format(" and {} more", run.skipped_count - run.skipped.size())
                                    : ""));
  }
  switch (why) {
    case NoFrame::overflow:
      notes = {
          "more than " + text::format_size(group_.max_buffer) + " are unread and hold no frame that was waited for",
          "raise max_buffer, or expect what comes"};
      return fail(run, "expect failed: max_buffer exceeded", std::move(notes));
    case NoFrame::ended:
      return fail(run,
                  connection_->ended()->code == ErrorCode::end_of_stream
                      ? "expect failed: closed"
                      : "expect failed: " + name_of(*connection_->ended()),
                  std::move(notes));
    case NoFrame::timeout:
    case NoFrame::interrupted:
      break;
  }
  return fail(run, "expect timed out", std::move(notes));
}

sched::Task<bool> Client::perform(const scenario::Step& step, const ExpectClose& expect) {
  if (!need_connection(step)) co_return false;
  StepRun run(step.place, expect.timeout);
  while (!connection_->ended()) {
    const std::optional<NoFrame> none = co_await wait_for_more(run);
    if (none == NoFrame::interrupted) co_return false;
    if (none == NoFrame::timeout) co_return fail(run, "expect_close timed out", {"received  neither FIN nor reset"});
    if (none == NoFrame::overflow) co_return fail_without_frame(run, *none, {});
  }
  const bool fin = connection_->ended()->code == ErrorCode::end_of_stream;
  const bool as_expected = expect.how == ExpectClose::How::any || fin == (expect.how == ExpectClose::How::fin);
  if (as_expected) co_return true;
  co_return fail(run, fin ? "expect_close failed: closed, not reset" : "expect_close failed: reset, not closed",
                 {fin ? "expected  a reset" : "expected  a FIN", "received  " + describe(*connection_->ended())});
}

sched::Task<bool> Client::perform(const scenario::Step& step, const scenario::ExpectSilence& expect) {
  if (!need_connection(step)) co_return false;
  StepRun run(step.place, expect.duration);
  if (connection_->unread().empty() && !connection_->ended()) {
    const std::optional<NoFrame> none = co_await wait_for_more(run);
    if (none == NoFrame::timeout) co_return true;
    if (none == NoFrame::interrupted) co_return false;
  }
  const bool closed = connection_->unread().empty();
  co_return fail(
      run, closed ? "expect_silence failed: closed" : "expect_silence failed: not silent",
      {"expected  nothing for " + text::format_duration(expect.duration),
       "received  " + (closed ? describe(*connection_->ended()) : text::quote(connection_->unread(), kShownBytes))});
}

bool Client::check_nothing_unread() {
  if (!connection_ || group_.allow_extra || connection_->unread().empty()) return true;
  const StepRun run(*at_, sched::Duration::zero());
  return fail(run, "unread bytes at the end",
              {"expected  nothing more; \"allow_extra\": true lets a client end so",
               "received  " + text::quote(connection_->unread(), kShownBytes)});
}

}  // namespace client::run
