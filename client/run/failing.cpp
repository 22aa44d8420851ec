// How a client tells that a step has failed.

#include <utility>

#include <fmt/format.h>

#include "client/run/client.h"
#include "text/escape.h"
#include "text/units.h"

namespace client::run {

namespace {

using sched::ErrorCode;

std::string_view state_of(const std::optional<sched::Error>& ended) {
  if (!ended) return "open";
  return ended->code == ErrorCode::end_of_stream ? "closed" : "gone";
}

}  // namespace

bool Client::need_connection(const scenario::Step& step) {
  if (connection_) return true;
  return fail(StepRun(step.place), {FailureCode::not_connected, step.keyword},
              fmt::format("{} failed: not connected", step.keyword),
              {"connect first: with a connect step, or \"connection\": \"per_client\""});
}

bool Client::fail(const StepRun& run, Cause cause, std::string title, std::vector<std::string> notes) {
  return fail(failure_of(run, cause, std::move(title), std::move(notes)));
}

bool Client::fail(Failure failure) {
  outcome_ = Outcome::failed;
  cause_ = failure.cause;
  stage_ = failure.stage;
  if (trial_ != nullptr) {
    *trial_ = std::move(failure);
  } else {
    const bool is_of_warmup = start_ && load_->is_of_warmup(*start_);
    (is_of_warmup ? thread_.warmup_failures : thread_.failures).add(std::move(failure));
  }
  return false;
}

bool Client::fail_cut_off(const StepRun& run, std::string_view what, std::vector<std::string> notes) {
  const std::string deadline = passed_deadline(run);
  if (!deadline.empty()) {
    return fail(run, {FailureCode::timeout, what}, fmt::format("{} timed out: {}", what, deadline), std::move(notes));
  }
  // The client has not failed: its time was not up. But it may be the one that the run was waiting for.
  if (thread_.deadline_passed) {
    thread_.failures.add(failure_of(run, {FailureCode::deadline, what},
                                    fmt::format("{} cut short: {}", what, thread_.run.deadline), std::move(notes)));
  }
  return false;
}

bool Client::fail_with(const StepRun& run, std::string_view what, const sched::Error& error, std::string stalled) {
  if (error.code == ErrorCode::cancelled) return fail_cut_off(run, what, {std::move(stalled)});
  return fail(run, cause_of(error, what), fmt::format("{} failed: {}", what, name_of(error)), {describe(error)});
}

bool Client::fail_send(const StepRun& run, const sched::Error& error) {
  Failure failure =
      failure_of(run, cause_of(error, "send"), fmt::format("send failed: {}", name_of(error)), {describe(error)});
  if (const scenario::Place* earlier = connection_->place_of_unsent()) failure.place = *earlier;
  return fail(std::move(failure));
}

bool Client::fail_overflow(const StepRun& run, const scenario::Framing& framing) {
  const std::string limit = text::format_size(group_.max_buffer);
  std::string note = fmt::format("limit     {} may be unread: raise max_buffer, or expect what comes", limit);
  if (const auto size = announced_size(framing, connection_->unread()); size.value_or(0) > group_.max_buffer) {
    note =
        fmt::format("limit     {} may be unread (max_buffer), and the frame that has begun has {} bytes", limit, *size);
  }
  return fail(run, {FailureCode::overflow, "receive"}, "max_buffer exceeded", {std::move(note), unread_note()});
}

Failure Client::failure_of(const StepRun& run, Cause cause, std::string title, std::vector<std::string> notes) const {
  notes.push_back(standing(run));
  return {.cause = cause,
          .title = std::move(title),
          .place = *run.place,
          .notes = std::move(notes),
          .group = group_.name,
          .client = index_,
          .endpoint = endpoint_,
          .stage = thread_.stage};
}

/// Which deadline has passed, the step's or the client's, and how long it was; empty when neither has.
std::string Client::passed_deadline(const StepRun& run) const {
  const auto named = [](std::string_view name, sched::Duration duration) {
    return fmt::format("{} {}", name, text::format_duration(duration));
  };
  if (run.limit.expired()) return named(run.timeout_name, run.timeout);
  if (limit_ != nullptr && limit_->expired()) return named("client_timeout", group_.client_timeout);
  return "";
}

std::string Client::standing(const StepRun& run) const {
  std::string text = "after " + text::format_duration(sched::now() - run.started);
  if (run.timeout != StepRun::kNoTimeout) text += " of " + text::format_duration(run.timeout);
  if (iterates_) text += fmt::format("; iteration {}", iteration_);
  if (connection_) {
    text += fmt::format("; {} bytes unread; peer {}", connection_->unread().size(), state_of(connection_->ended()));
  }
  return text + fmt::format("; seed {}", thread_.run.seed);
}

/// The client will not come to the barriers of its group any more.
void Client::break_barriers(const scenario::Steps& steps) {
  for (const scenario::Step& step : steps) {
    if (const scenario::Steps* inner = inner_steps(step)) break_barriers(*inner);
    const auto* barrier = std::get_if<scenario::Barrier>(&step.action);
    if (barrier == nullptr) continue;
    thread_.run.rendezvous.break_up(
        barrier->name, {.who = fmt::format("client {} {}", text::quote(group_.name), index_), .stage = stage_});
  }
}

}  // namespace client::run
