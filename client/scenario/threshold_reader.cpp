#include "client/scenario/threshold_reader.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <limits>

#include <fmt/format.h>

#include "client/load/histogram.h"
#include "client/scenario/decimal.h"
#include "client/scenario/workload_reader.h"
#include "text/escape.h"
#include "text/units.h"

namespace client::scenario {

namespace {

constexpr std::size_t kMaxShown = 60;  // In bytes.
constexpr auto kLimits = std::to_array<std::string_view>({"below", "above", "at_most", "at_least"});

/// Nothing, noted, when it is none.
std::optional<load::Metric> metric_of(Reader& reader, const Cursor& threshold) {
  const Member* member = threshold.find("metric");
  if (member == nullptr) {
    reader.require(threshold, "metric");
    return std::nullopt;
  }
  std::array<std::string_view, std::size(load::kMetrics)> names;
  std::ranges::transform(load::kMetrics, names.begin(), load::name_of);
  const auto index = read_word(reader, threshold.member(*member), names);
  return index ? std::optional(load::kMetrics[*index]) : std::nullopt;
}

load::Reading::Kind usual_reading(load::Metric metric) {
  if (load::is_duration(metric)) return load::Reading::Kind::percentile;
  return metric == load::Metric::errors ? load::Reading::Kind::share : load::Reading::Kind::count;
}

/// Nothing, noted, when it is none.
std::optional<load::Reading> reading_of(Reader& reader, const Cursor& threshold, load::Metric metric) {
  const bool is_duration = load::is_duration(metric);
  const Member* member = threshold.find("at");
  if (member == nullptr) {
    if (is_duration) reader.require(threshold, "at");
    return load::Reading{.kind = usual_reading(metric)};
  }
  const Cursor at = threshold.member(*member);
  const auto text = read_text(reader, at);
  if (!text) return std::nullopt;
  const auto reading = load::parse_reading(*text);
  if (reading && load::suits(*reading, metric)) return reading;
  const std::string_view wanted =
      is_duration ? R"(a percentile as in "p99", "min", "mean" or "max")" : R"("count", "rate" or "share")";
  reader.error(at, fmt::format("\"at\" must be {} for {}, not {}", wanted, load::name_of(metric),
                               text::quote(*text, kMaxShown)));
  return std::nullopt;
}

/// "1%".
bool is_percentage(const Cursor& at) {
  const std::string_view text = at.node.text;
  return at.node.kind == Node::Kind::string && text.ends_with('%') &&
         Decimal::parse(text.substr(0, text.size() - 1)).has_value();
}

/// A limit in the unit of what is read.
void read_limit(Reader& reader, const Cursor& at, const Threshold& threshold, std::optional<double>& out) {
  if (load::is_duration(threshold.metric)) {
    Duration limit{};
    read_value(reader, at, limit);
    out = std::chrono::duration<double>(limit).count();
    return;
  }
  if (threshold.reading.kind == load::Reading::Kind::rate) return read_rate_or_none(reader, at, out.emplace());
  if (is_percentage(at)) {
    const auto percent = Decimal::parse(std::string_view(at.node.text).substr(0, at.node.text.size() - 1));
    return reader.error(at,
                        fmt::format("{} must be a number, not {}; as a share{}, that is {}", at.name(), at.found(),
                                    threshold.reading.kind == load::Reading::Kind::share ? "" : " (\"at\": \"share\")",
                                    text::format_number(percent->to_double() / 100, 6)));
  }
  Template number;
  if (!read_number(reader, at, number)) return;
  const auto limit = number.is_constant() ? Decimal::parse(number.constant()) : std::nullopt;
  if (!limit || limit->to_double() < 0)
    return reader.error(at, fmt::format("{} must be a number from 0 on", at.name()));
  out = limit->to_double();
}

constexpr auto kThresholdFields = std::to_array<Field<Threshold>>({
    {"metric", [](Reader&, const Cursor&, Threshold&) {}},
    {"at", [](Reader&, const Cursor&, Threshold&) {}},
    {"below", [](Reader& r, const Cursor& at, Threshold& out) { read_limit(r, at, out, out.below); }},
    {"above", [](Reader& r, const Cursor& at, Threshold& out) { read_limit(r, at, out, out.above); }},
    {"at_most", [](Reader& r, const Cursor& at, Threshold& out) { read_limit(r, at, out, out.at_most); }},
    {"at_least", [](Reader& r, const Cursor& at, Threshold& out) { read_limit(r, at, out, out.at_least); }},
});

void describe(Threshold& threshold, const Cursor& at) {
  threshold.text = fmt::format("{} {}", load::name_of(threshold.metric), threshold.reading.name());
  for (const std::string_view key : kLimits) {
    if (const Member* limit = at.find(key)) threshold.text += fmt::format(" {} {}", key, limit->value.text);
  }
}

Threshold read_threshold(Reader& reader, const Cursor& at) {
  const std::size_t errors_before = reader.errors.size();
  Threshold threshold;
  threshold.place = reader.place(at);
  if (!is_object(reader, at)) return threshold;
  const auto metric = metric_of(reader, at);
  if (!metric) return threshold;
  const auto reading = reading_of(reader, at, *metric);
  if (!reading) return threshold;
  threshold.metric = *metric;
  threshold.reading = *reading;
  read_object(reader, at, kThresholdFields, threshold);
  if (std::ranges::none_of(kLimits, [&](std::string_view key) { return at.find(key) != nullptr; })) {
    reader.error(at, R"(a threshold needs "below", "above", "at_most" or "at_least")");
  }
  // One with errors is checked no further.
  if (reader.errors.size() == errors_before) describe(threshold, at);
  return threshold;
}

// --- What can never hold

constexpr double kUnbounded = std::numeric_limits<double>::infinity();

/// The most that a reading can come to.
double greatest(const Threshold& threshold, const Load& load) {
  if (is_duration(threshold.metric)) {
    return std::chrono::duration<double>(load::slots::highest(load::slots::of(load::slots::kLongest))).count();
  }
  if (threshold.metric == load::Metric::dropped && load.model == Load::Model::closed) return 0;
  const bool is_part = threshold.metric == load::Metric::errors || threshold.metric == load::Metric::dropped;
  return is_part && threshold.reading.kind == load::Reading::Kind::share ? 1 : kUnbounded;
}

/// Whether a number from 0 to `most` is within the limits.
bool leaves_a_number(const Threshold& threshold, double most) {
  const double low = std::max({0.0, threshold.at_least.value_or(0), threshold.above.value_or(0)});
  const double high = std::min({most, threshold.at_most.value_or(most), threshold.below.value_or(most)});
  return low < high || (low == high && threshold.above != low && threshold.below != high);
}

/// Whether a whole number from 0 to `most` is, where the limits are in units of `unit`.
bool leaves_a_whole_number(const Threshold& threshold, double most, double unit) {
  const auto scaled = [&](const std::optional<double>& limit, double otherwise) {
    const double count = limit.value_or(otherwise) / unit;
    // What is a whole number in decimal digits need not be one in binary ones.
    return std::abs(count - std::round(count)) < 1e-3 && unit < 1 ? std::round(count) : count;
  };
  const double after = threshold.above ? std::floor(scaled(threshold.above, 0)) + 1 : 0;
  const double before = threshold.below ? std::ceil(scaled(threshold.below, most)) - 1 : kUnbounded;
  const double low = std::max({0.0, std::ceil(scaled(threshold.at_least, 0)), after});
  return low <= std::min({most / unit, std::floor(scaled(threshold.at_most, most)), before});
}

bool can_hold(const Threshold& threshold, double most) {
  constexpr double kNanosecond = 1e-9;
  if (is_duration(threshold.metric)) return leaves_a_whole_number(threshold, most, kNanosecond);
  if (threshold.reading.kind == load::Reading::Kind::count) return leaves_a_whole_number(threshold, most, 1);
  return leaves_a_number(threshold, most);
}

bool has_exchange(const Steps& steps) {
  return std::ranges::any_of(steps, [](const Step& step) {
    const Steps* inner = inner_steps(step);
    return std::holds_alternative<Exchange>(step.action) || (inner != nullptr && has_exchange(*inner));
  });
}

}  // namespace

void read_value(Reader& reader, const Cursor& at, std::vector<Threshold>& out) {
  if (!is_filled_list(reader, at, "threshold")) return;
  for (std::size_t i = 0; i < at.node.elements.size() && !reader.errors.full(); ++i) {
    out.push_back(read_threshold(reader, at.element(i)));
  }
}

void check_thresholds(Reader& reader, const std::vector<Threshold>& thresholds, const Load& load,
                      const std::vector<Group>& groups) {
  const bool has_exchanges = std::ranges::any_of(groups, [](const Group& group) { return has_exchange(group.steps); });
  for (const Threshold& threshold : thresholds) {
    if (threshold.text.empty()) continue;  // What is wrong with it has been noted.
    if (!can_hold(threshold, greatest(threshold, load))) {
      reader.errors.add(threshold.place, fmt::format("{} can never hold", threshold.text));
    } else if (threshold.metric == load::Metric::exchange && !has_exchanges) {
      reader.errors.add(threshold.place, "no step is an exchange, so that the threshold would have no sample");
    }
  }
}

}  // namespace client::scenario
