#include "client/run/exit_code.h"

#include <algorithm>

namespace client::run {

namespace {

/// How much a verdict weighs beside others.
int weight(Verdict verdict) {
  switch (verdict) {
    case Verdict::passed:
    case Verdict::skipped:
      return 0;
    case Verdict::nothing_selected:
      return 1;
    case Verdict::unreported:
      return 2;
    case Verdict::breached:
      return 3;
    case Verdict::deadline:
      return 4;
    case Verdict::failed:
      return 5;
    case Verdict::could_not_test:
      return 6;
    case Verdict::interrupted:
      return 7;
    case Verdict::invalid:
      return 8;
  }
  return 0;
}

/// Whether something has failed, and not only had no time to end.
bool has_failure(const FailureLog& failures) {
  return std::ranges::any_of(failures.all(), [](const FailureLog::Alike* alike) {
    return alike->kept.front().cause.code != FailureCode::deadline;
  });
}

}  // namespace

Verdict judge(const ScenarioResult& result) {
  if (result.end == ScenarioResult::End::signal) return Verdict::interrupted;
  const auto is_of_machine = [](const auto* alike) { return is_limit_of_machine(alike->kept.front().cause); };
  if (std::ranges::any_of(result.failures.all(), is_of_machine)) return Verdict::could_not_test;
  std::uint64_t failed = result.failed;
  std::uint64_t unreached = result.unreached;
  for (const Outcome outcome : {result.setup, result.teardown}) {
    failed += outcome == Outcome::failed || outcome == Outcome::unreached ? 1 : 0;
    unreached += outcome == Outcome::unreached ? 1 : 0;
  }
  // Under load iterations fail, and not clients.
  const bool is_judged_by_errors = result.load && result.load->judges_errors;
  const bool has_failed_iterations = result.load && (has_failure(result.failures) || result.load->measured.errors > 0);
  if (has_failed_iterations && !is_judged_by_errors) ++failed;
  if (has_failed_iterations && (result.connected == 0 || !result.load->has_begun)) return Verdict::could_not_test;
  const bool is_out_of_reach = result.connected == 0 && unreached == failed;
  if (failed > 0) return is_out_of_reach ? Verdict::could_not_test : Verdict::failed;
  if (result.end == ScenarioResult::End::deadline) return Verdict::deadline;
  // Nothing was measured then, and nothing has to hold.
  const bool skips_all = result.load && result.load->measured.was_skipped();
  if (result.setup == Outcome::skipped || skips_all) return Verdict::skipped;
  if (result.load && !std::ranges::all_of(result.load->thresholds, &ThresholdResult::held)) return Verdict::breached;
  if (result.load && result.load->search && !result.load->search->held) return Verdict::breached;
  if (result.skipped > 0 && result.skipped == result.planned) return Verdict::skipped;
  if (result.load && result.load->measured.tested_nothing()) return Verdict::could_not_test;
  return result.passed + result.skipped == result.planned ? Verdict::passed : Verdict::could_not_test;
}

Verdict worse(Verdict a, Verdict b) { return weight(a) >= weight(b) ? a : b; }

int exit_code(Verdict verdict, int signal) {
  switch (verdict) {
    case Verdict::passed:
      return 0;
    case Verdict::failed:
      return 1;
    case Verdict::invalid:
      return 2;
    case Verdict::could_not_test:
      return 3;
    case Verdict::breached:
      return 4;
    case Verdict::nothing_selected:
    case Verdict::skipped:
      return 5;
    case Verdict::deadline:
      return 6;
    case Verdict::unreported:
      return 7;
    case Verdict::interrupted:
      return 128 + signal;
  }
  return 2;
}

}  // namespace client::run
