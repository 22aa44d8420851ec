#include "client/run/client.h"

#include <cmath>
#include <span>
#include <utility>

#include <fmt/format.h>

#include "client/random.h"
#include "scheduler/sleep.h"

namespace client::run {

namespace {

using scenario::ConnectionMode;
using sched::Duration;
using sched::Result;
using sched::Task;

}  // namespace

Client::Client(const scenario::Group& group, std::uint64_t index, ThreadContext& thread)
    : group_(group),
      index_(index),
      thread_(thread),
      iterates_(group.iterations > 1),
      random_state_(random_state(thread.run.seed, group.name, index)),
      rechunk_state_(random_state(thread.run.rechunk.value_or(0), group.name, index)),
      random_([this] { return next_random(random_state_); }),
      values_(thread.run.values),
      started_(sched::now()) {}

Task<Outcome> Client::run() {
  bool passed = false;
  {
    const sched::CancelScope limit(
        sched::instant_after(sched::now(), connects_after(group_, index_) + group_.client_timeout));
    limit_ = &limit;
    if (group_.start_after > Duration::zero()) {
      [[maybe_unused]] const Result<void> slept = co_await sched::sleep_for(group_.start_after);
    }
    passed = co_await iterate();
    limit_ = nullptr;
  }
  co_await drop_connection(sched::Close::orderly);
  if (passed) outcome_ = Outcome::passed;
  if (outcome_ != Outcome::passed && outcome_ != Outcome::interrupted) break_barriers(group_.steps);
  co_return outcome_;
}

Task<bool> Client::iterate() {
  const scenario::Place& last_step = group_.steps.back().place;
  for (iteration_ = 0; iteration_ < group_.iterations; ++iteration_) {
    const bool is_anew = group_.connection == ConnectionMode::per_iteration;
    if (is_anew || (group_.connection == ConnectionMode::per_client && iteration_ == 0)) {
      if (!co_await connect_by_itself()) co_return false;
    }
    if (!co_await run_steps(group_.steps)) co_return false;
    if (!is_anew && iteration_ + 1 < group_.iterations) continue;
    StepRun run(last_step, group_.step_timeout);
    if (!check_nothing_unread(run, "end") || !co_await close(run)) co_return false;
  }
  co_return true;
}

Task<bool> Client::run_steps(const scenario::Steps& steps) {
  // Steps that never wait, over and over, would let nobody else run, and would not notice that their time is over.
  if (!sched::Scheduler::current().may_go_on()) co_await sched::yield();
  if (sched::Fiber::current().is_cancelled()) {
    co_return fail_cut_off(StepRun(steps.front().place), steps.front().keyword, {});
  }
  for (const scenario::Step& step : steps) {
    if (!co_await std::visit([&](const auto& action) { return perform(step, action); }, step.action)) co_return false;
    if (connection_ && connection_->overflowed()) co_return fail_overflow(StepRun(step.place), group_.framing);
  }
  co_return true;
}

Task<bool> Client::perform(const scenario::Step& step, const scenario::Exchange& exchange) {
  if (!need_connection(step) || !co_await wait_to_send(step)) co_return false;
  StepRun run(step.place, exchange.expect.timeout);
  if (exchange.fresh && !check_fresh(run)) co_return false;
  const sched::Instant begun = clock_.now();
  if (!co_await transmit(run, exchange.send) || !co_await expect_all(run, exchange.expect)) co_return false;
  if (start_) load_->exchanged_in(*start_, clock_.now() - begun);
  co_return true;
}

Task<bool> Client::perform(const scenario::Step& step, const scenario::Shutdown&) {
  if (!need_connection(step)) co_return false;
  StepRun run(step.place, group_.step_timeout);
  Result<void> done = co_await connection_->stream().flush();
  if (has_lost_bytes(done)) co_return fail_send(run, done.error());
  if (done) done = connection_->stream().shutdown_send();
  if (done) co_return true;
  co_return fail_with(run, "shutdown", done.error(),
                      "what was sent before could not leave: the peer reads too slowly, or not at all");
}

Task<bool> Client::perform(const scenario::Step& step, const scenario::Close&) {
  if (!need_connection(step)) co_return false;
  StepRun run(step.place, group_.step_timeout);
  co_return check_nothing_unread(run, step.keyword) && co_await close(run);
}

Task<bool> Client::perform(const scenario::Step& step, const scenario::Reset&) {
  if (!need_connection(step)) co_return false;
  co_await drop_connection(sched::Close::reset);
  co_return true;
}

Task<bool> Client::perform(const scenario::Step& step, const scenario::Sleep& sleep) {
  const StepRun run(step.place);
  const double share = random_share();
  const auto spread = static_cast<double>((sleep.max - sleep.min).count()) * share;
  Duration duration = sleep.min + Duration(static_cast<Duration::rep>(spread));
  if (sleep.exponential_mean > Duration::zero()) {
    duration = Duration(std::llround(-std::log1p(-share) * static_cast<double>(sleep.exponential_mean.count())));
  }
  const Result<void> slept = co_await pause_for(duration);
  co_return slept || fail_cut_off(run, step.keyword, {});
}

Task<bool> Client::perform(const scenario::Step&, const scenario::Repeat& repeat) {
  const std::uint64_t outer_iteration = std::exchange(iteration_, 0);
  const bool outer_iterates = std::exchange(iterates_, true);
  const sched::Instant end = sched::instant_after(sched::now(), repeat.duration.value_or(Duration::zero()));
  bool passed = true;
  for (; passed && (repeat.duration ? sched::now() < end : iteration_ < repeat.times); ++iteration_) {
    passed = co_await run_steps(repeat.steps);
  }
  iteration_ = outer_iteration;
  iterates_ = outer_iterates;
  co_return passed;
}

Task<bool> Client::perform(const scenario::Step& step, const scenario::Barrier& barrier) {
  Rendezvous& rendezvous = thread_.run.rendezvous;
  const StepRun run(step.place, barrier.timeout);
  const std::uint64_t parties = barrier.parties.value_or(thread_.run.clients);
  const Rendezvous::Ticket ticket = rendezvous.arrive(barrier.name, parties);
  Rendezvous::State state = rendezvous.state(barrier.name, ticket);
  while (state == Rendezvous::State::closed) {
    const Result<void> changed = co_await thread_.barrier_changed.wait();
    if (!changed) {
      const std::uint64_t there = rendezvous.waiting(barrier.name);
      rendezvous.leave(barrier.name, ticket);
      co_return fail_cut_off(run, step.keyword, {fmt::format("{} of {} clients had come", there, parties)});
    }
    state = rendezvous.state(barrier.name, ticket);
  }
  if (state == Rendezvous::State::open) co_return true;
  const Rendezvous::Breaker breaker = rendezvous.broken_by(barrier.name);
  Failure failure = failure_of(run, {FailureCode::barrier, step.keyword}, "barrier broken",
                               {fmt::format("{} has ended and will not come", breaker.who)});
  failure.stage = breaker.stage + 1;
  co_return fail(std::move(failure));
}

Task<bool> Client::perform(const scenario::Step& step, const scenario::Skip& skip) {
  StepRun run(step.place);
  if (!has_values(run, skip.message)) co_return false;
  thread_.run.say(fmt::format("skipped: {}", expanded(skip.message)), group_.name, index_);
  outcome_ = Outcome::skipped;
  co_return false;
}

Task<Result<void>> Client::pause_until(sched::Instant end) {
  const LatencyClock::Stop stop(clock_);
  co_return co_await sched::sleep_until(end);
}

Task<Result<void>> Client::pause_for(Duration duration) {
  return pause_until(sched::instant_after(sched::now(), duration));
}

double Client::random_share() { return static_cast<double>(random_() >> 11) * 0x1p-53; }

scenario::ExpansionContext Client::context() const {
  return {.client_index = index_,
          .client_name = group_.name,
          .iteration = iteration_,
          .random = &random_,
          .values = values_};
}

scenario::ExpansionContext Client::context_for(const scenario::Template& text) const {
  scenario::ExpansionContext values = context();
  if (text.uses_clock()) {
    const auto now = sched::Scheduler::current().backend().time_of_day();
    values.now_ms = static_cast<std::uint64_t>(std::chrono::floor<std::chrono::milliseconds>(now).count());
  }
  return values;
}

}  // namespace client::run
