#include "client/run/load_result.h"

#include <map>
#include <utility>

#include <fmt/format.h>

#include "text/units.h"

namespace client::run {

namespace {

using load::Histogram;
using load::Measurements;
using load::Metric;
using load::Reading;
using scenario::Load;
using text::format_duration;
using text::format_rate;
using text::format_size;

constexpr double kPercent = 100;

std::string shown_value(Metric metric, const Reading& reading, double value) {
  if (is_duration(metric)) {
    return format_duration(std::chrono::round<sched::Duration>(std::chrono::duration<double>(value)));
  }
  if (reading.kind == Reading::Kind::share) return text::format_number(value * kPercent, 4) + "%";
  return reading.kind == Reading::Kind::rate ? format_rate(value) : fmt::format("{:.0f}", value);
}

ThresholdResult judge(const scenario::Threshold& threshold, const Measurements& measured) {
  ThresholdResult result{.text = threshold.text, .value = read(measured, threshold.metric, threshold.reading)};
  if (!result.value) {
    result.shown = "no sample";
    return result;
  }
  const double value = *result.value;
  result.held = (!threshold.below || value < *threshold.below) && (!threshold.above || value > *threshold.above) &&
                (!threshold.at_most || value <= *threshold.at_most) &&
                (!threshold.at_least || value >= *threshold.at_least);
  result.shown = shown_value(threshold.metric, threshold.reading, *result.value);
  return result;
}

std::string row(std::string_view name, const Histogram& histogram) {
  if (histogram.count() == 0) return fmt::format("  {:<10}{:>11}\n", name, 0);
  const auto at = [&](double percent) { return format_duration(histogram.percentile(percent)); };
  return fmt::format("  {:<10}{:>11}{:>10}{:>10}{:>10}{:>10}{:>10}{:>10}\n", name, histogram.count(),
                     format_duration(histogram.min()), at(50), at(90), at(99), at(99.9),
                     format_duration(histogram.max()));
}

std::string rates(const Measurements& measured, const Load& load) {
  const bool is_open = load.model == Load::Model::open;
  const std::string requested = measured.requested
                                    ? fmt::format("{} requested ({}), ", format_rate(*measured.requested),
                                                  load.arrival == load::Arrival::poisson ? "poisson" : "constant")
                                    : "";
  const std::string warmup =
      load.warmup > sched::Duration::zero() ? " after a warm-up of " + format_duration(load.warmup) : "";
  return fmt::format("  {:<10}{}, {}{} achieved, {}{}\n", "load", is_open ? "open" : "closed", requested,
                     format_rate(measured.achieved()), format_duration(measured.elapsed), warmup);
}

std::string moved(const Measurements& measured) {
  const double seconds = std::chrono::duration<double>(measured.elapsed).count();
  const auto rate = [&](std::uint64_t bytes) {
    return text::format_byte_rate(seconds > 0 ? static_cast<double>(bytes) / seconds : 0);
  };
  const std::string compared =
      measured.verified < measured.messages ? fmt::format(", {} of them compared", measured.verified) : "";
  return fmt::format("  {:<10}{} messages{}; {} sent, {}; {} received, {}\n", "moved", measured.messages, compared,
                     format_size(measured.bytes_sent), rate(measured.bytes_sent), format_size(measured.bytes_received),
                     rate(measured.bytes_received));
}

/// " (expect timeout 12)", or nothing.
std::string kinds_of(const FailureLog& failures, std::uint64_t errors) {
  const std::string kinds = errors_by_kind(failures, errors);
  return kinds.empty() ? "" : fmt::format(" ({})", kinds);
}

std::string troubles(const Measurements& measured, const FailureLog& failures, const FailureLog& warmup_failures) {
  std::string text;
  if (measured.warmup_errors > 0) {
    text = fmt::format("  {:<10}{} errors{}, which judge nothing\n", "warm-up", measured.warmup_errors,
                       kinds_of(warmup_failures, measured.warmup_errors));
  }
  text += fmt::format("  {:<10}{}{}", "errors", measured.errors, kinds_of(failures, measured.errors));
  for (const auto& [count, name] :
       {std::pair(measured.dropped, "dropped"), std::pair(measured.lost, "lost"),
        std::pair(measured.reordered, "reordered"), std::pair(measured.duplicated, "duplicated"),
        std::pair(measured.cut_short, "cut short")}) {
    text += fmt::format("; {} {}", count, name);
  }
  return text + "\n";
}

std::string generator(const Measurements& measured) {
  std::string text =
      fmt::format("  {:<10}{:.0f}% of its busiest thread ({})", "generator", load::utilization(measured) * kPercent,
                  measured.threads.size() == 1 ? "1 thread" : fmt::format("{} threads", measured.threads.size()));
  if (measured.messages > 0) {
    const std::chrono::duration<double, std::nano> each = measured.cpu() / static_cast<double>(measured.messages);
    text += fmt::format("; {} of CPU a message", format_duration(std::chrono::round<sched::Duration>(each)));
  }
  if (measured.lateness.count() > 0) {
    text += fmt::format("; schedule error p50 {}, p99 {}, max {}", format_duration(measured.lateness.percentile(50)),
                        format_duration(measured.lateness.percentile(99)), format_duration(measured.lateness.max()));
  }
  return text + "\n";
}

std::string found(const load::FoundRates& search) {
  std::string text = search.held ? format_rate(*search.held) + " holds" : "none is known to hold";
  if (search.breached) text += fmt::format("; {} does not", format_rate(*search.breached));
  if (search.inconclusive) {
    text += fmt::format("; {} is inconclusive", format_rate(*search.inconclusive));
  }
  if (!search.breached && !search.inconclusive) text += "; the highest that was tried";
  return fmt::format("  {:<10}{}\n", "find_max", text);
}

}  // namespace

LoadResult judge_load(Measurements measured, const std::vector<scenario::Threshold>& thresholds) {
  LoadResult result;
  for (const scenario::Threshold& threshold : thresholds) {
    result.thresholds.push_back(judge(threshold, measured));
    result.judges_errors = result.judges_errors || threshold.metric == Metric::errors;
  }
  result.measured = std::move(measured);
  return result;
}

std::string errors_by_kind(const FailureLog& failures, std::uint64_t errors) {
  std::uint64_t told = 0;
  std::map<std::string, std::uint64_t> kinds;
  for (const FailureLog::Alike* alike : failures.all()) {
    const Cause& cause = alike->kept.front().cause;
    const std::string_view place = alike->kept.front().place.pointer;
    // Who was cut short has not failed, and what is done before and after the load is in no iteration.
    if (cause.code == FailureCode::deadline || place.starts_with("/setup") || place.starts_with("/teardown")) continue;
    std::string kind = fmt::format("{} {}", cause.phase, name_of(cause.code));
    if (cause.error_number != 0) kind += " " + sched::name_of({.error_number = cause.error_number});
    kinds[kind] += alike->count;
    told += alike->count;
  }
  std::string text;
  for (const auto& [kind, count] : kinds) text += fmt::format("{}{} {}", text.empty() ? "" : ", ", kind, count);
  if (told > 0 && told < errors) text += fmt::format(", under way with those {}", errors - told);
  return text;
}

std::string summary_of(const LoadResult& result, const Load& load, const FailureLog& failures,
                       const FailureLog& warmup_failures) {
  const Measurements& measured = result.measured;
  std::string text = result.search ? found(*result.search) : "";
  text += rates(measured, load);
  text += fmt::format("  {:<10}{:>11}{:>10}{:>10}{:>10}{:>10}{:>10}{:>10}\n", "", "count", "min", "p50", "p90", "p99",
                      "p99.9", "max");
  text += row("response", measured.response) + row("service", measured.service);
  text += row("exchange", measured.exchange) + row("connect", measured.connect);
  text += moved(measured) + troubles(measured, failures, warmup_failures) + generator(measured);
  if (const std::string why = load::client_bound(measured); !why.empty()) {
    text += fmt::format("  {:<10}{}: what was measured is the generator, not the server\n", "client-bound", " " + why);
  }
  for (const ThresholdResult& threshold : result.thresholds) {
    const char* mark = result.is_cut_short   ? " so far, not judged"
                       : !result.is_judged() ? " not judged"
                       : threshold.held      ? ""
                                             : "  BREACHED";
    text += fmt::format("  {:<10}{}: {}{}\n", "threshold", threshold.text, threshold.shown, mark);
  }
  return text;
}

std::string line_of(const LoadProgress& progress, sched::Duration elapsed) {
  const Histogram& response = progress.response;
  std::string text =
      fmt::format("{}{}: {}, {} in flight", format_duration(elapsed), progress.is_warming_up ? " (warm-up)" : "",
                  format_rate(progress.rate), progress.in_flight);
  if (response.count() > 0) {
    text += fmt::format(", response p50 {}, p99 {}, max {}", format_duration(response.percentile(50)),
                        format_duration(response.percentile(99)), format_duration(response.max()));
  }
  return text + fmt::format(", {} errors, {} dropped", progress.errors, progress.dropped);
}

}  // namespace client::run
