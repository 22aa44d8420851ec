#include "client/run/reporting.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "client/report/file.h"
#include "client/run/replay.h"

namespace client::run {

namespace {

report::Verdict reported(Verdict verdict) {
  switch (verdict) {
    case Verdict::passed:
      return report::Verdict::passed;
    case Verdict::skipped:
    case Verdict::nothing_selected:
      return report::Verdict::skipped;
    case Verdict::failed:
    case Verdict::breached:
    case Verdict::unreported:
      return report::Verdict::failed;
    case Verdict::deadline:
      return report::Verdict::deadline;
    case Verdict::interrupted:
      return report::Verdict::interrupted;
    case Verdict::invalid:
    case Verdict::could_not_test:
      return report::Verdict::could_not_test;
  }
  return report::Verdict::could_not_test;
}

report::Failure reported(const FailureLog::Alike& alike, const scenario::Scenario& scenario, std::uint64_t clients) {
  const Failure& first = alike.kept.front();
  report::Failure failure{.code = std::string(name_of(first.cause.code)),
                          .phase = std::string(first.cause.phase),
                          .errno_name = {},
                          .title = first.title,
                          .line = first.place.line,
                          .column = first.place.column,
                          .pointer = first.place.pointer,
                          .count = alike.count,
                          .clients = {},
                          .text = FailureLog::render(alike, scenario.source, scenario.name, clients)};
  if (first.cause.error_number != 0) failure.errno_name = sched::name_of({.error_number = first.cause.error_number});
  for (const Failure& one : alike.kept) {
    failure.clients.push_back({.group = one.group, .index = one.client, .endpoint = one.endpoint, .notes = one.notes});
  }
  return failure;
}

report::Load reported(const LoadResult& result, const scenario::Scenario& scenario, const FailureLog& warmup_failures) {
  report::Load load{.measured = result.measured, .client_bound = load::client_bound(result.measured), .thresholds = {}};
  load.search = result.search;
  for (const FailureLog::Alike* alike : warmup_failures.all()) {
    load.warmup_failures.push_back(reported(*alike, scenario, 0));
  }
  for (const ThresholdResult& threshold : result.thresholds) {
    const bool is_judged = result.is_judged();
    const char* code = threshold.held || !is_judged ? "" : threshold.value ? "breached" : "no_sample";
    load.thresholds.push_back({.text = threshold.text,
                               .value = threshold.value,
                               .held = is_judged ? std::optional(threshold.held) : std::nullopt,
                               .code = code});
  }
  return load;
}

/// Which thresholds did not hold, in a sentence.
std::string breaches(const LoadResult& result) {
  std::string text;
  if (result.search && !result.search->held && std::ranges::all_of(result.thresholds, &ThresholdResult::held)) {
    return "inconclusive: " + load::why_inconclusive(result.measured);
  }
  for (const ThresholdResult& threshold : result.thresholds) {
    if (threshold.held) continue;
    text += fmt::format("{}{}: {}", text.empty() ? "breached: " : "; ", threshold.text, threshold.shown);
  }
  return text;
}

/// As it is before it has run.
report::Scenario planned(const scenario::Scenario& scenario, std::uint64_t repetition, std::uint64_t seed,
                         std::string command) {
  report::Scenario entry;
  entry.name = scenario.name;
  entry.path = scenario.source.path();
  entry.tags = scenario.tags;
  entry.repetition = repetition;
  entry.seed = seed;
  entry.command = std::move(command);
  entry.planned = entry.not_run = scenario.clients();
  return entry;
}

void fill_in(report::Scenario& entry, const scenario::Scenario& scenario, const ScenarioResult& result) {
  entry.verdict = reported(judge(result));
  if (entry.verdict == report::Verdict::skipped) entry.reason = "a step skipped it";
  entry.started = result.started;
  entry.elapsed = result.elapsed;
  entry.passed = result.passed;
  entry.failed = result.failed;
  entry.skipped = result.skipped;
  entry.interrupted = result.interrupted;
  entry.not_run = result.not_run;
  entry.connections = result.connected;
  entry.frames = result.frames;
  entry.bytes_sent = result.bytes_sent;
  entry.bytes_received = result.bytes_received;
  if (result.load) entry.load = reported(*result.load, scenario, result.warmup_failures);
  if (judge(result) == Verdict::breached) entry.reason = breaches(*result.load);
  for (const FailureLog::Alike* alike : result.failures.all()) {
    entry.failures.push_back(reported(*alike, scenario, result.failing()));
  }
}

}  // namespace

Reporting::Reporting(const RunOptions& options, std::uint64_t seed) : options_(options) {
  report_.version = GOTBACK_VERSION;
  report_.seed = seed;
}

std::expected<void, std::string> Reporting::check() const {
  for (const ReportTarget& target : options_.reports) {
    if (const auto checked = report::check_writable(target.path); !checked) return checked;
  }
  return {};
}

void Reporting::add(const Ran& ran, const sched::Result<ScenarioResult>& result) {
  if (options_.reports.empty()) return;
  report::Scenario entry = planned(ran.scenario, ran.repetition, ran.seed, ran.command);
  if (result) {
    fill_in(entry, ran.scenario, *result);
  } else {
    entry.verdict = report::Verdict::could_not_test;
    entry.reason = describe(result.error());
  }
  entries_.emplace(ran.number, std::move(entry));
}

void Reporting::finish(std::span<const scenario::Scenario> scenarios, Verdict verdict,
                       const std::string& why_incomplete) {
  report_.verdict = reported(verdict);
  report_.is_incomplete = !why_incomplete.empty();
  report_.reason = why_incomplete;
  for (auto& [number, entry] : entries_) {
    if (entry.verdict == report::Verdict::interrupted || entry.verdict == report::Verdict::deadline) {
      entry.reason = why_incomplete;
    }
  }
  add_those_not_run(scenarios, verdict);
  for (auto& [number, entry] : entries_) report_.scenarios.push_back(std::move(entry));
}

void Reporting::add_those_not_run(std::span<const scenario::Scenario> scenarios, Verdict verdict) {
  const bool could_not_begin = entries_.empty() && verdict == Verdict::could_not_test;
  const std::uint64_t repetitions = entries_.empty() ? 1 : entries_.rbegin()->first / scenarios.size() + 1;
  for (std::uint64_t number = 0; number < repetitions * scenarios.size(); ++number) {
    if (entries_.contains(number)) continue;
    const scenario::Scenario& scenario = scenarios[number % scenarios.size()];
    const std::uint64_t repetition = number / scenarios.size();
    const std::uint64_t seed = (scenario.seed && !options_.seed ? *scenario.seed : report_.seed) + repetition;
    report::Scenario entry =
        planned(scenario, repetition, seed, replay_command(options_, scenario, seed, options_.rechunk));
    entry.verdict = could_not_begin ? report::Verdict::could_not_test : report::Verdict::not_run;
    entry.reason = report_.reason;
    entries_.emplace(number, std::move(entry));
  }
}

bool Reporting::has_streams() const {
  return std::ranges::any_of(options_.reports, report::is_stream, &ReportTarget::path);
}

std::vector<std::string> Reporting::write(bool streams) const {
  std::vector<std::string> errors;
  for (const ReportTarget& target : options_.reports) {
    if (report::is_stream(target.path) != streams) continue;
    const auto written = report::write(target.path, report::to_text(report_, target.format));
    if (!written) errors.push_back(written.error());
  }
  return errors;
}

}  // namespace client::run
