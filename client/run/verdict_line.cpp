#include "client/run/verdict_line.h"

#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "client/run/console.h"
#include "client/run/exit_code.h"
#include "client/run/load_verdict.h"
#include "client/scenario/assertions.h"
#include "text/units.h"

namespace client::run {

namespace {

/// What a setup or a teardown did other than pass; empty when it passed.
std::string_view fault_of(Outcome outcome) {
  switch (outcome) {
    case Outcome::passed:
    case Outcome::skipped:
      return "";
    case Outcome::failed:
      return "failed";
    case Outcome::unreached:
      return "could not connect";
    case Outcome::interrupted:
      return "was cut short";
  }
  return "";
}

/// Why a scenario did not pass, beside its clients.
std::vector<std::string> reasons(const ScenarioResult& result) {
  using End = ScenarioResult::End;
  std::vector<std::string> all;
  if (result.end == End::signal) all.push_back("interrupted by " + result.ended_by);
  if (result.end == End::deadline) all.push_back("cut short by " + result.ended_by);
  for (const auto& [name, outcome] : {std::pair("setup", result.setup), std::pair("teardown", result.teardown)}) {
    if (const std::string_view fault = fault_of(outcome); !fault.empty()) {
      all.push_back(fmt::format("the {} {}", name, fault));
    }
  }
  return all;
}

/// How the clients have ended, those that matter most first.
std::vector<std::string> ends_of_clients(const ScenarioResult& result, bool is_good) {
  using Count = std::pair<std::uint64_t, std::string_view>;
  const Count passed{result.passed, "passed"};
  const Count skipped{result.skipped, "skipped"};
  const bool none_was_reached = result.failed > 0 && result.unreached == result.failed;
  std::vector<Count> counts{{result.failed, none_was_reached ? "could not connect" : "failed"},
                            {result.interrupted, "cut short"},
                            {result.not_run, "not run"},
                            skipped,
                            passed};
  if (is_good) counts = {passed, skipped};
  std::vector<std::string> all;
  for (const auto& [count, how] : counts) {
    if (count == 0) continue;
    const std::string of = fmt::format(" of {}", counted(result.planned, "client", "clients"));
    all.push_back(fmt::format("{}{} {}", count, all.empty() ? of : "", how));
  }
  return all;
}

}  // namespace

std::string verdict_line(const scenario::Scenario& scenario, const ScenarioResult& result) {
  const Verdict verdict = judge(result);
  const bool is_good = verdict == Verdict::passed || verdict == Verdict::skipped;
  std::vector<std::string> parts;
  if (!is_good) parts = reasons(result);
  for (std::string& end : result.load ? load_verdict(result, verdict) : ends_of_clients(result, is_good)) {
    parts.push_back(std::move(end));
  }
  parts.push_back(fmt::format("{} matched", counted(result.frames, "reply", "replies")));
  parts.push_back(fmt::format("{} sent", text::format_size(result.bytes_sent)));
  parts.push_back(fmt::format("{} received", text::format_size(result.bytes_received)));
  parts.push_back(text::format_duration(result.elapsed));
  const bool asserts = verdict != Verdict::passed || asserts_more_than_connecting(scenario);
  return fmt::format("{}{}", fmt::join(parts, ", "), asserts ? "" : " (nothing was asserted but that it connects)");
}

}  // namespace client::run
