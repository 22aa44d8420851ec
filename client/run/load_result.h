#pragma once

#include <optional>
#include <string>
#include <vector>

#include "client/load/measurements.h"
#include "client/load/rate_search.h"
#include "client/run/failure.h"
#include "client/scenario/workload.h"

// What came of a load, and how people are told.

namespace client::run {

struct ThresholdResult {
  std::string text;             ///< "response p99 below 10ms"
  std::optional<double> value;  ///< in seconds, a number, a number a second, or a share; nothing: there was no sample
  std::string shown = {};       ///< the value for people
  bool held = false;            ///< never without a sample
};

struct LoadResult {
  load::Measurements measured;
  std::vector<ThresholdResult> thresholds;
  bool has_begun = true;      ///< not when all clients had tried to connect by then, and none did
  bool is_cut_short = false;  ///< the run was ended first: thresholds are of what there was, and judge nothing
  std::optional<load::FoundRates> search = {};  ///< in iterations
  bool judges_errors = false;  ///< a threshold says how many iterations may fail: no single failure fails the run

  /// Whether its thresholds have to hold.
  bool is_judged() const { return !is_cut_short && !measured.was_skipped(); }
};

/// Judges what was measured.
LoadResult judge_load(load::Measurements measured, const std::vector<scenario::Threshold>& thresholds);

/// "expect timeout 12, connect refused ECONNREFUSED 3": failures by phase, kind and errno; empty when there are none.
/// What of the `errors` has no failure of its own was under way on a connection that another one has broken.
std::string errors_by_kind(const FailureLog& failures, std::uint64_t errors = 0);

/// A table for people, several lines with their newlines: rates, latencies, errors, the generator's own cost, and
/// whether it was the limit.
std::string summary_of(const LoadResult& result, const scenario::Load& load, const FailureLog& failures,
                       const FailureLog& warmup_failures);

/// How a load goes on: one interval of it.
struct LoadProgress {
  bool is_warming_up = false;
  double rate = 0;              ///< iterations a second that passed
  std::uint64_t in_flight = 0;  ///< queued ones included
  std::uint64_t errors = 0;     ///< so far: of the warm-up, or since then
  std::uint64_t dropped = 0;    ///< so far
  load::Histogram response;     ///< of the interval
};

/// A line without its newline.
std::string line_of(const LoadProgress& progress, sched::Duration elapsed);

}  // namespace client::run
