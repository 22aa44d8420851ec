#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "client/load/metric.h"
#include "client/load/schedule.h"
#include "client/scenario/source.h"

// What the `load` and the `thresholds` of a scenario file say: plain data, as the rest of the model.

namespace client::scenario {

/// The search for the highest rate at which the thresholds hold.
struct FindMax {
  double from = 0;  ///< iterations a second
  double to = 0;
  std::chrono::nanoseconds duration{};  ///< of each rate that is tried
};

/// How the clients are kept busy: they do their steps again and again, and each time is an iteration.
struct Load {
  enum class Model : std::uint8_t {
    closed,  ///< a client starts an iteration when the last one has ended
    open,    ///< iterations start on schedule, whether or not earlier ones have ended
  };

  Model model = Model::closed;
  std::chrono::nanoseconds warmup{};    ///< at the beginning, not measured
  std::chrono::nanoseconds duration{};  ///< of what is measured
  std::uint64_t depth = 1;              ///< exchanges under way on a connection; 1 unless all steps are exchanges

  // Open.
  double rate = 0;                  ///< iterations a second of all clients together, at first
  std::vector<load::Stage> stages;  ///< where the rate goes, `duration` in all; at least one
  load::Arrival arrival = load::Arrival::constant;
  std::optional<std::uint64_t> max_in_flight;  ///< iterations that are queued or under way, of all clients together
  std::chrono::nanoseconds grace = std::chrono::seconds(1);  ///< what is queued at the end is started for so long
  std::optional<FindMax> find_max;

  // Which replies are asserted; the others only have to be frames.
  double verified_share = 1;
  bool verifies_first_only = false;  ///< on each connection
};

/// What must hold of a metric when the load is over, or the run fails.
struct Threshold {
  load::Metric metric{};
  load::Reading reading;
  std::optional<double> below;  ///< in the unit of the reading: seconds, a number, or a number a second
  std::optional<double> above;
  std::optional<double> at_most;
  std::optional<double> at_least;
  std::string text;  ///< for people: "response p99 below 10ms"
  Place place;
};

}  // namespace client::scenario
