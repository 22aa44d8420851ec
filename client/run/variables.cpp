// How a client uses the variables of its own, and what its steps say.

#include <utility>

#include <fmt/format.h>

#include "client/run/client.h"
#include "client/scenario/bad_value.h"
#include "text/escape.h"
#include "text/units.h"

namespace client::run {

namespace {

using scenario::Pattern;
using scenario::Template;
using sched::Task;

/// The most bytes that a variable's value has.
constexpr std::size_t kMaxValue = std::size_t{1} << 20;

/// How much of a text a failure shows.
constexpr std::size_t kShownBytes = 200;

}  // namespace

Task<bool> Client::perform(const scenario::Step& step, const scenario::Set& set) {
  StepRun run(step.place);
  for (const scenario::Set::Assignment& assignment : set.assignments) {
    run.place = &assignment.place;
    if (!has_values(run, assignment.value)) co_return false;
    if (!set_value(run, assignment.variable, expanded(assignment.value))) co_return false;
  }
  co_return true;
}

Task<bool> Client::perform(const scenario::Step& step, const scenario::CaptureStep& capture_step) {
  StepRun run(step.place);
  co_return capture(run, capture_step.captures, last_frame_);
}

Task<bool> Client::perform(const scenario::Step& step, const scenario::Assert& assert) {
  StepRun run(step.place);
  if (!has_values(run, assert.text) || !is_usable(run, assert.pattern, false)) co_return false;
  const std::string text = expanded(assert.text);
  if (assert.pattern.first_failing(text, context()) != nullptr) {
    co_return fail_mismatch(run, {FailureCode::mismatch, step.keyword}, assert.pattern, text);
  }
  co_return capture_groups(run, assert.pattern, text);
}

Task<bool> Client::perform(const scenario::Step& step, const scenario::Log& log) {
  StepRun run(step.place);
  if (!has_values(run, log.message)) co_return false;
  thread_.run.say(expanded(log.message), group_.name, index_);
  co_return true;
}

Task<bool> Client::perform(const scenario::Step& step, const scenario::Fail& failing) {
  StepRun run(step.place);
  if (!has_values(run, failing.message)) co_return false;
  co_return fail(run, {FailureCode::fail, step.keyword}, "fail",
                 {"message   " + text::quote(expanded(failing.message), kShownBytes)});
}

bool Client::capture(StepRun& run, const scenario::Captures& captures, const std::optional<std::string>& frame) {
  for (const scenario::Capture& wanted : captures) {
    run.place = &wanted.place;
    if (wanted.from && !has_values(run, *wanted.from)) return false;
    if (!wanted.from && !frame) {
      return fail(run, {FailureCode::no_match, "capture"}, "capture failed: no frame has matched yet",
                  {fmt::format("capture   {}", thread_.run.scenario.variables[wanted.variable])});
    }
    const std::string text = wanted.from ? expanded(*wanted.from) : *frame;
    const auto part = wanted.pattern ? wanted.pattern->group(text, "") : std::optional<std::string_view>(text);
    if (!part) {
      return fail(run, {FailureCode::no_match, "capture"}, "capture failed: no match",
                  {fmt::format("capture   {}", thread_.run.scenario.variables[wanted.variable]),
                   "from      " + text::quote(text, kShownBytes)});
    }
    if (!set_value(run, wanted.variable, std::string(*part))) return false;
  }
  return true;
}

bool Client::capture_groups(StepRun& run, const Pattern& pattern, std::string_view frame) {
  for (const scenario::CapturedGroup& group : captured_groups(pattern, frame, context())) {
    if (!group.text) {
      values_[group.variable] = std::nullopt;
    } else if (!set_value(run, group.variable, std::string(*group.text))) {
      return false;
    }
  }
  return true;
}

bool Client::set_value(StepRun& run, std::uint32_t variable, std::string value) {
  if (value.size() > kMaxValue) {
    return fail(
        run, {FailureCode::too_long, "set"}, "variable too long",
        {fmt::format("the value of {} would have {}, and {} can be kept", thread_.run.scenario.variables[variable],
                     text::format_size(value.size()), text::format_size(kMaxValue))});
  }
  values_[variable] = std::move(value);
  return true;
}

bool Client::has_values(const StepRun& run, const Template& text) {
  const auto missing = text.missing_value(context());
  if (!missing) return true;
  return fail(run, {FailureCode::no_value, "expand"}, "variable without a value",
              {fmt::format("no step has given {} a value yet", thread_.run.scenario.variables[*missing])});
}

bool Client::has_values(const StepRun& run, const Pattern& pattern) {
  for (const scenario::Predicate& predicate : pattern.predicates) {
    for (const Template& text : predicate.texts) {
      if (!has_values(run, text)) return false;
    }
    for (const Pattern& part : predicate.patterns) {
      if (!has_values(run, part)) return false;
    }
  }
  return true;
}

bool Client::is_usable(const StepRun& run, const Pattern& pattern, bool is_raw) {
  if (is_constant(pattern)) return true;
  if (!has_values(run, pattern)) return false;
  const auto bad = find_bad_value(pattern, context(), is_raw);
  if (!bad) return true;
  Failure failure =
      failure_of(run, {FailureCode::bad_value, "expand"}, fmt::format("bad value: {}", bad->predicate),
                 {fmt::format("value     {}", text::quote(bad->text, kShownBytes)), "problem   " + bad->why});
  failure.place = *bad->place;
  return fail(std::move(failure));
}

std::string Client::expanded(const Template& text) const {
  std::string out;
  text.expand(context_for(text), out);
  return out;
}

}  // namespace client::run
