#include "client/run/thread_load.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "client/run/context.h"
#include "scheduler/backend.h"
#include "scheduler/cancel_scope.h"
#include "scheduler/fiber.h"
#include "scheduler/scheduler.h"
#include "scheduler/scope.h"
#include "scheduler/sleep.h"

namespace client::run {

namespace {

using load::Counts;
using scenario::Load;
using sched::Instant;
using sched::Task;

/// The warm-up goes before what the file says, at the rate that comes first.
std::vector<load::Stage> stages_of(const Load& load) {
  std::vector<load::Stage> stages{{.rate = load.rate, .duration = load.warmup}};
  stages.insert(stages.end(), load.stages.begin(), load.stages.end());
  return stages;
}

/// What of the limit is this thread's: at least one, since it can do nothing else.
std::uint64_t share_of(std::optional<std::uint64_t> limit, unsigned thread, unsigned threads) {
  if (!limit) return std::numeric_limits<std::uint64_t>::max();
  return std::max<std::uint64_t>(1, *limit / threads + (thread < *limit % threads ? 1 : 0));
}

}  // namespace

ThreadLoad::ThreadLoad(const Load& load, const Counters& counters, unsigned thread, unsigned threads,
                       std::uint64_t seed)
    : load_(load),
      counters_(counters),
      threads_(threads),
      schedule_(load.rate, stages_of(load), load.arrival, std::min(thread, threads - 1), threads, seed),
      most_in_flight_(share_of(load.max_in_flight, thread, threads)),
      next_number_(thread) {}

void ThreadLoad::join(Queue& queue) {
  queues_.push_back(&queue);
  joined_.set();
}

Task<void> ThreadLoad::wait_for(std::size_t clients) {
  while (queues_.size() < clients) {
    joined_.reset();
    if (!co_await joined_.wait()) co_return;
  }
}

void ThreadLoad::leave(Queue& queue) {
  std::erase(queues_, &queue);
  empty(queue, meter_.counts.cut_short);
}

bool ThreadLoad::take(Queue& queue, Start& start) {
  if (!has_begun_ || is_over_) return false;
  const Instant now = sched::now();
  start.begun = now - queue.clock_.stopped();
  if (load_.model == Load::Model::open) {
    if (queue.waiting_.empty()) return false;
    start.intended = queue.waiting_.front().intended;
    start.planned = queue.waiting_.front().planned;
    queue.waiting_.pop_front();
    Counts::subtract(meter_.counts.queued);
    if (meter_.counts.queued == 0) all_taken_.set();
  } else if (now >= end_) {
    return false;
  } else {
    // The turn in which the load begins was sampled before that.
    start.intended = std::max(now, begin_);
    start.planned = start.begun;
  }
  start.number = next_number_;
  next_number_ += threads_;
  Counts::add(meter_.counts.started);
  return true;
}

void ThreadLoad::passed_in_one(const Start& start, Instant now, sched::Duration exchange) {
  // They differ where the client had to connect in between.
  if (exchange != now - start.begun) {
    exchanged_in(start, exchange);
    return passed(start, now);
  }
  Counts::add(meter_.counts.completed);
  if (!is_measured(start.intended)) return;
  meter_.whole.record(exchange);
  if (load_.model == Load::Model::open) meter_.response.record(now - start.planned);
}

void ThreadLoad::passed(const Start& start, Instant now) {
  Counts::add(meter_.counts.completed);
  if (!is_measured(start.intended)) return;
  meter_.response.record(now - start.planned);
  // In a closed model both are the same, and counted once.
  if (load_.model == Load::Model::open) meter_.service.record(now - start.begun);
}

void ThreadLoad::failed(const Start& start) {
  Counts::add(meter_.counts.failed);
  Counts::add(is_of_warmup(start) ? meter_.counts.warmup_errors : meter_.counts.errors);
}

void ThreadLoad::skipped(const Start& start) {
  Counts::add(meter_.counts.left_out);
  add(start, meter_.counts.skipped, 1);
}

void ThreadLoad::was_cut_short(const Start& start) {
  Counts::add(meter_.counts.stopped);
  add(start, meter_.counts.cut_short, 1);
}

void ThreadLoad::add(const Start& start, std::atomic<std::uint64_t>& count, std::uint64_t by) {
  if (is_measured(start.intended)) Counts::add(count, by);
}

Task<void> ThreadLoad::run(Instant begin) {
  begin_ = begin;
  measured_from_ = begin + load_.warmup;
  end_ = measured_from_ + load_.duration;
  // What is answered in this turn already is measured, too.
  if (load_.warmup == sched::Duration::zero()) first_ = mark(measured_from_);
  sched::Scope measuring;
  measuring.spawn(measure());
  has_begun_ = true;
  co_await hand_out();
  end();
  [[maybe_unused]] const sched::Result<void> joined = co_await measuring.join();
}

Task<void> ThreadLoad::hand_out() {
  if (load_.model == Load::Model::closed) {
    for (Queue* queue : queues_) queue->wake_->set();
    [[maybe_unused]] const sched::Result<void> slept = co_await sched::sleep_until(end_);
    co_return;
  }
  const bool has_part = next_number_ < threads_;
  while (const auto offset = has_part ? schedule_.next() : std::nullopt) {
    const Instant intended = begin_ + *offset;
    if (intended > sched::now() && !co_await sched::sleep_until(intended)) co_return;
    give(intended);
  }
  if (co_await sched::sleep_until(end_)) co_await wait_for_queues();
}

/// What was to start until the end and could not is started for a while more.
Task<void> ThreadLoad::wait_for_queues() {
  const sched::CancelScope limit(sched::instant_after(end_, load_.grace));
  while (meter_.counts.queued > 0) {
    all_taken_.reset();
    if (!co_await all_taken_.wait()) co_return;
  }
}

/// To the next client in the round.
void ThreadLoad::give(Instant intended) {
  if (queues_.empty() || meter_.counts.in_flight() >= most_in_flight_) {
    if (is_measured(intended)) Counts::add(meter_.counts.dropped);
    return;
  }
  if (is_measured(intended)) meter_.lateness.record(sched::Scheduler::current().backend().now() - intended);
  next_queue_ = next_queue_ < queues_.size() ? next_queue_ : 0;
  Queue& queue = *queues_[next_queue_++];
  queue.waiting_.push_back({.intended = intended, .planned = intended - queue.clock_.stopped()});
  Counts::add(meter_.counts.queued);
  queue.wake_->set();
}

/// What has not started does not: it is dropped, unless it is the run that was ended.
void ThreadLoad::end() {
  is_over_ = true;
  load::Counts& counts = meter_.counts;
  for (Queue* queue : queues_) {
    empty(*queue, sched::Fiber::current().is_cancelled() ? counts.cut_short : counts.dropped);
    queue->wake_->set();
  }
}

void ThreadLoad::empty(Queue& queue, std::atomic<std::uint64_t>& becomes) {
  for (const Queue::Waiting& waiting : std::exchange(queue.waiting_, {})) {
    Counts::subtract(meter_.counts.queued);
    if (is_measured(waiting.intended)) Counts::add(becomes);
  }
}

Task<void> ThreadLoad::measure() {
  if (!first_) {
    if (!co_await sched::sleep_until(measured_from_)) co_return;
    first_ = mark(measured_from_);
  }
  const sched::Result<void> slept = co_await sched::sleep_until(end_);
  last_ = mark(slept ? end_ : sched::now());
}

ThreadLoad::Mark ThreadLoad::mark(Instant at) const {
  const load::Counts& counts = meter_.counts;
  // A simulated clock tells nothing about a processor.
  const bool is_simulated = sched::Scheduler::current().backend().draws_order();
  return {.at = at,
          .messages = counters_.frames,
          .unverified = counters_.unverified,
          .bytes_sent = counters_.bytes_sent,
          .bytes_received = counters_.bytes_received,
          .ended = counts.completed + counts.failed,
          .usage = is_simulated ? load::Usage{} : load::thread_usage(),
          .idle = sched::Scheduler::current().spun()};
}

load::Histogram ThreadLoad::response() const {
  load::Histogram sum = meter_.response.snapshot();
  // In a closed model a response is what the service is.
  if (load_.model == Load::Model::closed) sum.merge(meter_.whole.snapshot());
  return sum;
}

void ThreadLoad::add_to(load::Measurements& sum) const {
  sum.connect.merge(meter_.connect.snapshot());
  const load::Histogram whole = meter_.whole.snapshot();
  sum.service.merge((load_.model == Load::Model::open ? meter_.service : meter_.response).snapshot());
  sum.service.merge(whole);
  sum.response.merge(response());
  sum.exchange.merge(meter_.exchange.snapshot());
  sum.exchange.merge(whole);
  sum.lateness.merge(meter_.lateness.snapshot());
  const load::Counts& counts = meter_.counts;
  sum.warmup_errors += counts.warmup_errors;
  sum.errors += counts.errors;
  sum.dropped += counts.dropped;
  sum.lost += counts.lost;
  sum.reordered += counts.reordered;
  sum.duplicated += counts.duplicated;
  sum.cut_short += counts.cut_short;
  sum.skipped += counts.skipped;
  sum.compared += counts.compared;
  if (!first_ || !last_) return;
  const std::uint64_t messages = last_->messages - first_->messages;
  sum.messages += messages;
  sum.verified += messages - (last_->unverified - first_->unverified);
  sum.bytes_sent += last_->bytes_sent - first_->bytes_sent;
  sum.bytes_received += last_->bytes_received - first_->bytes_received;
  sum.iterations += last_->ended - first_->ended;
  sum.elapsed = std::max(sum.elapsed, last_->at - first_->at);
  sum.threads.push_back({.usage = last_->usage - first_->usage, .idle = last_->idle - first_->idle});
}

}  // namespace client::run
