#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <vector>

#include "client/load/measurements.h"
#include "client/load/schedule.h"
#include "client/run/latency_clock.h"
#include "client/scenario/workload.h"
#include "scheduler/event.h"
#include "scheduler/task.h"
#include "scheduler/time.h"

// One thread's part of a load: it hands iterations out to the thread's clients, and writes down what comes of them.

namespace client::run {

struct Counters;

class ThreadLoad {
 public:
  /// One of `threads`, each of which has its part of the rate and of what may be in flight. A `thread` beyond them has
  /// no clients, and hands out nothing. The references outlive it.
  ThreadLoad(const scenario::Load& load, const Counters& counters, unsigned thread, unsigned threads,
             std::uint64_t seed);

  /// An iteration that a client does.
  struct Start {
    sched::Instant intended;   ///< as it was planned
    sched::Instant planned;    ///< `intended` on the client's clock: what `response` counts from
    sched::Instant begun;      ///< when the client took it, on that clock: what `service` counts from
    std::uint64_t number = 0;  ///< no other one of the run has it
  };

  /// A client's place in the round, and what it has been given.
  class Queue {
   public:
    /// Of the client whose clock this is, which outlives it.
    explicit Queue(const LatencyClock& clock) : clock_(clock) {}

    /// What is set when there is something to take, or nothing will come any more. It outlives the queue, or the next
    /// call.
    void wakes(sched::Event& event) { wake_ = &event; }

   private:
    friend class ThreadLoad;

    struct Waiting {
      sched::Instant intended;
      sched::Instant planned;
    };

    const LatencyClock& clock_;
    std::deque<Waiting> waiting_;
    sched::Event* wake_ = nullptr;
  };

  void join(Queue& queue);
  void leave(Queue& queue);
  /// Waits until so many clients have joined. Cancellation: at once.
  sched::Task<void> wait_for(std::size_t clients);

  /// Gives the client's next iteration; false if there is none for it now.
  bool take(Queue& queue, Start& start);
  /// No iteration follows.
  bool is_over() const { return is_over_; }
  const scenario::Load& load() const { return load_; }

  // What came of one that was taken: one call for each. `now` is what the client's clock says.
  void passed(const Start& start, sched::Instant now);
  void failed(const Start& start);
  void skipped(const Start& start);
  void was_cut_short(const Start& start);

  /// It was to start in the warm-up: what comes of it is not measured, and judges nothing.
  bool is_of_warmup(const Start& start) const { return !is_measured(start.intended); }

  /// Connections that have come to stand. Any thread.
  std::uint64_t connected() const { return meter_.connect.snapshot().count(); }
  void connected_in(sched::Duration duration) { meter_.connect.record(duration); }
  /// A client has failed in no iteration: it could not connect, or was sent something after the last one.
  void failed_in_none() { load::Counts::add(meter_.counts.errors); }
  /// An exchange has taken so long, from its send to the frame that answered it.
  void exchanged_in(const Start& start, sched::Duration duration) {
    if (is_measured(start.intended)) meter_.exchange.record(duration);
  }
  // Replies.
  /// Of an iteration that is measured, where not all are compared.
  void compared_one() { load::Counts::add(meter_.counts.compared); }
  void lost(const Start& start, std::uint64_t count) { add(start, meter_.counts.lost, count); }
  void reordered(const Start& start) { add(start, meter_.counts.reordered, 1); }
  void duplicated(const Start& start) { add(start, meter_.counts.duplicated, 1); }

  /// Hands out iterations from `begin` on, warm-up included, until the load is over. Cancellation: it is over at once.
  sched::Task<void> run(sched::Instant begin);

  /// The load is over, at once.
  void end();

  /// As exchanged_in() and passed() of an iteration that is one exchange.
  void passed_in_one(const Start& start, sched::Instant now, sched::Duration exchange);

  /// The durations of responses so far. Any thread may look.
  load::Histogram response() const;
  /// What has been measured so far. Any thread may look while it runs, and sees parts of it that fit nearly together.
  const load::Meter& meter() const { return meter_; }
  /// Adds what this thread has measured, when run() has ended.
  void add_to(load::Measurements& sum) const;

 private:
  /// How things stood at an end of the time that is measured.
  struct Mark {
    sched::Instant at{};
    std::uint64_t messages = 0;
    std::uint64_t unverified = 0;
    std::uint64_t bytes_sent = 0;
    std::uint64_t bytes_received = 0;
    std::uint64_t ended = 0;  ///< iterations
    load::Usage usage;
    sched::Duration idle{};
  };

  sched::Task<void> hand_out();
  sched::Task<void> wait_for_queues();
  sched::Task<void> measure();
  void give(sched::Instant intended);
  void empty(Queue& queue, std::atomic<std::uint64_t>& becomes);
  /// A turn that is a little late is taken for the one that was meant, so that rates are those of the time asked for.
  Mark mark(sched::Instant at) const;
  bool is_measured(sched::Instant intended) const { return intended >= measured_from_; }
  void add(const Start& start, std::atomic<std::uint64_t>& count, std::uint64_t by);

  const scenario::Load& load_;
  const Counters& counters_;
  const unsigned threads_;
  load::Schedule schedule_;
  std::uint64_t most_in_flight_;
  std::uint64_t next_number_;
  std::vector<Queue*> queues_;
  sched::Event joined_;
  sched::Event all_taken_;  ///< nothing is queued
  std::size_t next_queue_ = 0;
  sched::Instant begin_{};
  sched::Instant measured_from_ = sched::kNever;
  sched::Instant end_{};
  bool has_begun_ = false;
  bool is_over_ = false;
  std::optional<Mark> first_;
  std::optional<Mark> last_;
  load::Meter meter_;
};

}  // namespace client::run
