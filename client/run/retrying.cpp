// How a client runs steps again until they pass.

#include <utility>

#include <fmt/format.h>

#include "client/run/client.h"
#include "scheduler/fiber.h"
#include "text/units.h"

namespace client::run {

using sched::Task;

Task<bool> Client::perform(const scenario::Step& step, const scenario::Retry& retry) {
  StepRun run(step.place, retry.timeout.value_or(StepRun::kNoTimeout));
  std::optional<Failure> last;
  std::optional<Failure>* const outer = std::exchange(trial_, &last);
  const std::uint64_t failed_attempts = co_await attempt_until_passed(run, retry);
  trial_ = outer;
  if (failed_attempts == 0) co_return true;
  if (outcome_ == Outcome::skipped) co_return false;
  if (sched::Fiber::current().is_cancelled() && passed_deadline(run).empty()) {
    // It is the run that has ended. An attempt that this has cut short has told so.
    if (std::exchange(outcome_, Outcome::interrupted) == Outcome::interrupted) co_return false;
    co_return fail_cut_off(run, step.keyword, {});
  }
  if (!last) co_return fail_cut_off(run, step.keyword, {});
  last->notes.push_back(fmt::format("retried   {} attempts in {}{}", failed_attempts,
                                    text::format_duration(sched::now() - run.started),
                                    run.limit.expired() ? ", until the timeout of the retry" : ""));
  const bool is_unreached = outcome_ == Outcome::unreached;
  fail(*std::move(last));
  if (is_unreached) outcome_ = Outcome::unreached;
  co_return false;
}

/// Gives how many attempts have failed, or did not come to their end; 0 when one has passed.
Task<std::uint64_t> Client::attempt_until_passed(StepRun& run, const scenario::Retry& retry) {
  const bool was_connected = connection_.has_value();
  for (std::uint64_t attempt = 1;; ++attempt) {
    outcome_ = Outcome::interrupted;
    const bool reconnects = attempt > 1 && retry.reconnect && was_connected;
    if ((!reconnects || co_await connect_by_itself()) && co_await run_steps(retry.steps)) co_return 0;
    const bool has_failed = outcome_ == Outcome::failed || outcome_ == Outcome::unreached;
    if (!has_failed || attempt == retry.times || run.limit.expired()) co_return attempt;
    if (!was_connected) co_await drop_connection(sched::Close::orderly);
    if (!co_await pause_for(retry.every)) co_return attempt;
    // The next attempt begins with nothing of this one.
    if (retry.reconnect) co_await drop_connection(sched::Close::orderly);
    if (connection_) connection_->drop_unread();
  }
}

}  // namespace client::run
