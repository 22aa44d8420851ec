#include "client/run/load_verdict.h"

#include <algorithm>

#include <fmt/format.h>

#include "client/run/console.h"

namespace client::run {

namespace {

std::string errors_of(std::uint64_t count) { return counted(count, "error", "errors"); }

std::vector<std::string> what_passed(const ScenarioResult& result) {
  const load::Measurements& measured = result.load->measured;
  const std::string clients = counted(result.planned, "client", "clients");
  if (measured.errors > 0) return {clients, errors_of(measured.errors) + " that a threshold allows"};
  std::vector<std::string> parts{fmt::format("{} of {} passed", result.passed, clients)};
  if (measured.warmup_errors > 0) parts.push_back(errors_of(measured.warmup_errors) + " in the warm-up alone");
  return parts;
}

std::string why_not_tested(const ScenarioResult& result) {
  if (result.connected == 0 || !result.load->has_begun) return "nobody was reached";
  return result.load->measured.planned() == 0 ? "nothing was measured" : "no reply was compared";
}

/// Whole, and not only what weighs most.
std::vector<std::string> what_failed(const ScenarioResult& result) {
  const LoadResult& load = *result.load;
  std::vector<std::string> parts;
  if (load.measured.errors > 0 && !load.judges_errors) parts.push_back(errors_of(load.measured.errors));
  if (load.search && !load.search->held) parts.emplace_back("no rate is known to hold");
  const auto breached = std::ranges::count(load.thresholds, false, &ThresholdResult::held);
  if (breached > 0 && load.measured.planned() > 0) {
    parts.push_back(
        fmt::format("{} of {} breached", breached, counted(load.thresholds.size(), "threshold", "thresholds")));
  }
  return parts;
}

}  // namespace

std::vector<std::string> load_verdict(const ScenarioResult& result, Verdict verdict) {
  const std::string errors = errors_of(result.load->measured.errors);
  switch (verdict) {
    case Verdict::passed:
      return what_passed(result);
    case Verdict::skipped:
      return {"skipped"};
    case Verdict::deadline:
    case Verdict::interrupted:
      return {errors};
    case Verdict::could_not_test:
      return {why_not_tested(result), errors};
    default:
      return what_failed(result);
  }
}

}  // namespace client::run
