#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <vector>

#include "client/load/histogram.h"
#include "client/load/metric.h"
#include "client/load/schedule.h"
#include "client/load/usage.h"
#include "scheduler/time.h"

// What is measured under load: as each thread writes it down, and as it is read.

namespace client::load {

/// Counts of one thread that have no histogram. Written by that thread, read by any.
struct Counts {
  std::atomic<std::uint64_t> started{0};        ///< iterations
  std::atomic<std::uint64_t> completed{0};      ///< of those: they passed
  std::atomic<std::uint64_t> failed{0};         ///< of those
  std::atomic<std::uint64_t> stopped{0};        ///< of those: the run was ended
  std::atomic<std::uint64_t> left_out{0};       ///< of those: a step skipped the rest
  std::atomic<std::uint64_t> warmup_errors{0};  ///< of those that failed: they were to start in the warm-up
  std::atomic<std::uint64_t> queued{0};         ///< not started: they wait for a connection that is free
  // These are of iterations that were to start in the time that is measured, and of connects in no iteration.
  std::atomic<std::uint64_t> cut_short{0};  ///< stopped, or queued when the run was ended
  std::atomic<std::uint64_t> skipped{0};    ///< left out
  std::atomic<std::uint64_t> errors{0};
  std::atomic<std::uint64_t> dropped{0};
  std::atomic<std::uint64_t> compared{0};  ///< replies, where not all are
  std::atomic<std::uint64_t> lost{0};
  std::atomic<std::uint64_t> reordered{0};
  std::atomic<std::uint64_t> duplicated{0};

  /// Iterations that are queued or under way. Any thread; never negative.
  std::uint64_t in_flight() const {
    const std::uint64_t ended = completed + failed + stopped + left_out;
    const std::uint64_t begun = started + queued;
    return begun > ended ? begun - ended : 0;
  }

  static void add(std::atomic<std::uint64_t>& count, std::uint64_t by = 1) {
    count.store(count.load(std::memory_order_relaxed) + by, std::memory_order_relaxed);
  }
  static void subtract(std::atomic<std::uint64_t>& count) {
    count.store(count.load(std::memory_order_relaxed) - 1, std::memory_order_relaxed);
  }
};

/// What one thread writes down. Iterations that were to start in the warm-up are in `counts.started` and
/// `counts.completed` alone.
struct Meter {
  Recorder connect;
  Recorder service;  ///< of an open model
  Recorder response;
  Recorder exchange;
  Recorder whole;     ///< of iterations that are one exchange: both a service and an exchange, written down once
  Recorder lateness;  ///< of the generator itself: from when an iteration was to start to when it was handed out
  Counts counts;
};

/// What one thread cost from the end of the warm-up to the end of the load.
struct ThreadCost {
  Usage usage;
  sched::Duration idle{};  ///< in which it looked for something to do instead of sleeping (`--spin`)

  /// Its CPU time without that, in a time of `elapsed`.
  sched::Duration worked(sched::Duration elapsed) const;
  /// The same with the time in which it was ready to run and others had the processor.
  sched::Duration occupied(sched::Duration elapsed) const;
};

/// All threads together, from the end of the warm-up on.
struct Measurements {
  Histogram connect;  ///< all of the run
  Histogram service;
  Histogram response;
  Histogram exchange;
  Histogram lateness;
  std::uint64_t messages = 0;
  std::uint64_t verified = 0;  ///< of the messages: they were compared with what was expected
  std::uint64_t compared = 0;  ///< replies of iterations that are measured, where not all are compared
  std::uint64_t bytes_sent = 0;
  std::uint64_t bytes_received = 0;
  std::uint64_t iterations = 0;  ///< that ended in the time that was measured, passed or failed
  std::uint64_t cut_short = 0;  ///< iterations that had neither passed nor failed when the run was ended, queued or not
  std::uint64_t skipped = 0;    ///< iterations that have neither passed nor failed, for a step said so
  std::uint64_t warmup_errors = 0;  ///< iterations that were to start in the warm-up and failed
  std::uint64_t errors = 0;
  std::uint64_t dropped = 0;
  std::uint64_t lost = 0;
  std::uint64_t reordered = 0;
  std::uint64_t duplicated = 0;
  sched::Duration elapsed{};        ///< what was measured
  std::optional<double> requested;  ///< iterations a second, on average; nothing in a closed model
  std::vector<ThreadCost> threads;

  std::uint64_t planned() const;  ///< iterations that were to start in that time and were not skipped
  /// Steps have skipped all of it.
  bool was_skipped() const { return planned() == 0 && skipped > 0; }
  /// Replies have come, and none that judges was compared.
  bool compared_nothing() const { return messages > 0 && verified < messages && compared == 0; }
  /// No iteration was to start, or none of the replies that came was compared.
  bool tested_nothing() const { return planned() == 0 || compared_nothing(); }
  double achieved() const;      ///< iterations a second
  sched::Duration cpu() const;  ///< that all threads worked
};

/// Of all stages, the rate being `first` when they begin: iterations a second.
double mean_rate(double first, const std::vector<Stage>& stages);

/// What was counted of a metric that is no duration.
std::uint64_t count_of(const Measurements& measured, Metric metric);

/// What a reading of a metric gives: durations in seconds, counts, counts a second, or a share from 0 to 1. Nothing
/// when there was no sample.
std::optional<double> read(const Measurements& measured, Metric metric, const Reading& reading);

/// The share of the measured time in which the busiest thread worked or waited for a processor: 0 to 1.
double utilization(const Measurements& measured);

/// Why the generator was the limit, and not what was measured; empty when it was not.
std::string client_bound(const Measurements& measured);

/// Why nothing is known of what was measured, of which nothing has failed: the generator was the limit, or no reply was
/// compared. Empty when something is.
std::string why_inconclusive(const Measurements& measured);

}  // namespace client::load
