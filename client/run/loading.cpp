// How a client works under load: the same steps again and again, each time an iteration that it is given.

#include <utility>

#include "client/run/client.h"
#include "scheduler/sleep.h"

namespace client::run {

namespace {

using scenario::ConnectionMode;
using sched::Result;
using sched::Task;

/// A client that cannot connect would try again all the time, where nobody says how often.
constexpr auto kPauseAfterRefusal = std::chrono::milliseconds(100);

/// Whether a reply was waited for that will not come.
bool is_loss(const Cause& cause) {
  return cause.phase == "expect" && (cause.code == FailureCode::timeout || cause.code == FailureCode::closed ||
                                     cause.code == FailureCode::reset || cause.code == FailureCode::truncated);
}

}  // namespace

Task<Outcome> Client::run_under_load(ThreadLoad& load) {
  load_ = &load;
  verifies_all_ = !load.load().verifies_first_only && load.load().verified_share >= 1;
  iterates_ = true;
  if (group_.connection == ConnectionMode::per_client && !co_await connect_by_itself()) load.failed_in_none();
  ThreadLoad::Queue queue(clock_);
  queue.wakes(given_);
  load.join(queue);
  const bool is_pipelined = can_be_pipelined(group_);
  while (!load.is_over() && !sched::Fiber::current().is_cancelled()) {
    outcome_ = Outcome::interrupted;
    co_await (is_pipelined ? pipeline(queue) : iterate_once(queue));
  }
  load.leave(queue);
  start_.reset();
  StepRun end(group_.steps.back().place, group_.step_timeout);
  if (!check_nothing_unread(end, "end") || (connection_ && !co_await has_sent(end))) load.failed_in_none();
  outcome_ = sched::Fiber::current().is_cancelled() ? Outcome::interrupted : Outcome::passed;
  co_await drop_connection(sched::Close::orderly);
  co_return outcome_;
}

/// Does the next iteration, once there is one.
Task<void> Client::iterate_once(ThreadLoad::Queue& queue) {
  ThreadLoad::Start start;
  if (!load_->take(queue, start)) {
    given_.reset();
    [[maybe_unused]] const Result<void> given = co_await given_.wait();
    co_return;
  }
  attend(start);
  bool passed = false;
  {
    const sched::CancelScope limit(sched::instant_after(sched::now(), group_.client_timeout));
    limit_ = &limit;
    passed = co_await do_steps();
    limit_ = nullptr;
  }
  if (passed) co_return load_->passed(start, clock_.now());
  if (outcome_ == Outcome::skipped) co_return load_->skipped(start);
  co_await give_up(start);
}

/// What is done from now on, or fails, is of this iteration.
void Client::attend(const ThreadLoad::Start& start) {
  iteration_ = start.number;
  start_ = start;
}

Task<bool> Client::do_steps() {
  const bool connects = group_.connection != ConnectionMode::manual && !connection_;
  if (connects && !co_await connect_by_itself()) co_return false;
  if (!co_await run_steps(group_.steps)) co_return false;
  if (group_.connection == ConnectionMode::per_client) co_return true;
  StepRun run(group_.steps.back().place, group_.step_timeout);
  co_return check_nothing_unread(run, "end") && co_await close(run);
}

/// An iteration has failed, or the run was ended: what comes on its connection would belong to no other one.
Task<void> Client::give_up(const ThreadLoad::Start& start) {
  const bool has_failed = outcome_ == Outcome::failed || outcome_ == Outcome::unreached;
  co_await drop_connection(sched::Close::reset);
  if (!has_failed) co_return load_->was_cut_short(start);
  if (is_loss(cause_)) load_->lost(start, 1);
  load_->failed(start);
  const bool has_schedule = load_->load().model == scenario::Load::Model::open;
  if (outcome_ == Outcome::unreached && !has_schedule) {
    [[maybe_unused]] const Result<void> slept = co_await sched::sleep_for(kPauseAfterRefusal);
  }
}

}  // namespace client::run
