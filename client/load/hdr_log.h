#pragma once

#include <chrono>
#include <span>
#include <string>

#include "client/load/histogram.h"
#include "scheduler/time.h"

// Histograms as the tools around HdrHistogram read them: its log format, version 1.3, with histograms in its compressed
// encoding, version 2. Units are those of the tools: seconds for times, nanoseconds in histograms.

namespace client::load {

using StartTime = std::chrono::sys_time<std::chrono::milliseconds>;

/// What was recorded in a part of a load.
struct HdrInterval {
  std::string tag;          ///< which durations they are; blanks and commas in it become '_'
  sched::Duration start{};  ///< since the log's start
  sched::Duration length{};
  Histogram histogram;
};

/// "HISTF…": the compressed encoding, in base64.
std::string hdr_encoding(const Histogram& histogram);

/// A whole log: what hdr_log_head() and hdr_log_line() for each interval give. For a log of many intervals, collect the
/// lines, which are small.
std::string hdr_log(std::span<const HdrInterval> intervals, StartTime start);

std::string hdr_log_head(StartTime start);
std::string hdr_log_line(const HdrInterval& interval);

}  // namespace client::load
