#pragma once

#include <array>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

// What is measured under load, and what of it is looked at.

namespace client::load {

enum class Metric : std::uint8_t {
  // Durations.
  connect,   ///< from the begin of connecting to the connection
  exchange,  ///< from a send to the frame that answers it
  service,   ///< of an iteration, from its start
  response,  ///< of an iteration, from when it was to start: a server that stalls cannot hide
  // Counts.
  messages,  ///< replies that were as expected
  bytes_sent,
  bytes_received,
  errors,      ///< iterations and connects that failed
  dropped,     ///< iterations that were to start and did not
  lost,        ///< replies that never came
  reordered,   ///< replies that came in the place of another one
  duplicated,  ///< replies that came again
};

inline constexpr std::array kMetrics = {
    Metric::connect,        Metric::exchange, Metric::service, Metric::response, Metric::messages,  Metric::bytes_sent,
    Metric::bytes_received, Metric::errors,   Metric::dropped, Metric::lost,     Metric::reordered, Metric::duplicated};

std::string_view name_of(Metric metric);
bool is_duration(Metric metric);

/// What of a metric is looked at.
struct Reading {
  enum class Kind : std::uint8_t {
    // Of durations.
    percentile,
    min,
    mean,
    max,
    // Of counts.
    count,
    rate,   ///< a second
    share,  ///< of all iterations
  };

  Kind kind = Kind::count;
  double percent = 0;  ///< of a percentile

  /// "p99.9", "rate".
  std::string name() const;
};

/// "p50", "p99.9", "min", "mean", "max", "count", "rate" or "share"; nothing when it is none of them.
std::optional<Reading> parse_reading(std::string_view text);

/// Whether that can be read of the metric.
bool suits(const Reading& reading, Metric metric);

}  // namespace client::load
