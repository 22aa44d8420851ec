#include "client/load/measurements.h"

#include <algorithm>

#include <fmt/format.h>

#include "text/units.h"

namespace client::load {

namespace {

/// From here on a thread is taken to have had no time left.
constexpr double kFull = 0.95;

/// How late the generator may be, beside what it measures.
constexpr double kTolerableLateness = 0.1;
/// Lateness that does not matter whatever is measured.
constexpr sched::Duration kHarmless = std::chrono::milliseconds(1);

double in_seconds(sched::Duration duration) { return std::chrono::duration<double>(duration).count(); }

const Histogram& histogram_of(const Measurements& measured, Metric metric) {
  if (metric == Metric::connect) return measured.connect;
  if (metric == Metric::exchange) return measured.exchange;
  return metric == Metric::service ? measured.service : measured.response;
}

double read_duration(const Histogram& histogram, const Reading& reading) {
  switch (reading.kind) {
    case Reading::Kind::min:
      return in_seconds(histogram.min());
    case Reading::Kind::mean:
      return in_seconds(histogram.mean());
    case Reading::Kind::max:
      return in_seconds(histogram.max());
    default:
      return in_seconds(histogram.percentile(reading.percent));
  }
}

}  // namespace

sched::Duration ThreadCost::worked(sched::Duration elapsed) const {
  return idle == sched::Duration::zero() ? usage.cpu : std::min(usage.cpu, elapsed - idle);
}

sched::Duration ThreadCost::occupied(sched::Duration elapsed) const {
  return idle == sched::Duration::zero() ? usage.cpu + usage.waited : elapsed - idle;
}

// Those that passed have each a sample, also when they ended later. What has failed is more than them by connects that
// are in no iteration.
std::uint64_t Measurements::planned() const { return response.count() + errors + cut_short + dropped; }

double Measurements::achieved() const {
  return elapsed > sched::Duration::zero() ? static_cast<double>(iterations) / in_seconds(elapsed) : 0;
}

sched::Duration Measurements::cpu() const {
  sched::Duration sum{};
  for (const ThreadCost& thread : threads) sum += thread.worked(elapsed);
  return sum;
}

double mean_rate(double first, const std::vector<Stage>& stages) {
  double iterations = 0;
  sched::Duration total{};
  for (const Stage& stage : stages) {
    iterations += (first + stage.rate) / 2 * in_seconds(stage.duration);
    total += stage.duration;
    first = stage.rate;
  }
  return total > sched::Duration::zero() ? iterations / in_seconds(total) : first;
}

std::uint64_t count_of(const Measurements& measured, Metric metric) {
  switch (metric) {
    case Metric::messages:
      return measured.messages;
    case Metric::bytes_sent:
      return measured.bytes_sent;
    case Metric::bytes_received:
      return measured.bytes_received;
    case Metric::errors:
      return measured.errors;
    case Metric::dropped:
      return measured.dropped;
    case Metric::lost:
      return measured.lost;
    case Metric::reordered:
      return measured.reordered;
    case Metric::duplicated:
      return measured.duplicated;
    case Metric::connect:
    case Metric::exchange:
    case Metric::service:
    case Metric::response:
      break;
  }
  return 0;
}

std::optional<double> read(const Measurements& measured, Metric metric, const Reading& reading) {
  if (is_duration(metric)) {
    const Histogram& histogram = histogram_of(measured, metric);
    return histogram.count() > 0 ? std::optional(read_duration(histogram, reading)) : std::nullopt;
  }
  const auto count = static_cast<double>(count_of(measured, metric));
  const std::uint64_t of = measured.planned();
  const bool is_rate = reading.kind == Reading::Kind::rate;
  if (of == 0 || (is_rate && measured.elapsed == sched::Duration::zero())) return std::nullopt;
  if (reading.kind == Reading::Kind::share) return count / static_cast<double>(of);
  return is_rate ? count / in_seconds(measured.elapsed) : count;
}

double utilization(const Measurements& measured) {
  double most = 0;
  for (const ThreadCost& thread : measured.threads) {
    most = std::max(most, in_seconds(thread.occupied(measured.elapsed)));
  }
  return measured.elapsed > sched::Duration::zero() ? std::min(1.0, most / in_seconds(measured.elapsed)) : 0;
}

std::string client_bound(const Measurements& measured) {
  constexpr double kPercentile = 99;
  constexpr double kPercent = 100;
  const double share = utilization(measured);
  if (share >= kFull) {
    return fmt::format("a thread of the generator had no time left ({:.0f}% of it was used)", share * kPercent);
  }
  const sched::Duration late = measured.lateness.percentile(kPercentile);
  const double response = in_seconds(measured.response.percentile(kPercentile));
  if (measured.lateness.count() > 0 && late > kHarmless && in_seconds(late) > kTolerableLateness * response) {
    return fmt::format("the generator itself was {} late (p99)", text::format_duration(late));
  }
  return {};
}

std::string why_inconclusive(const Measurements& measured) {
  return measured.compared_nothing() ? "no reply was compared" : client_bound(measured);
}

}  // namespace client::load
