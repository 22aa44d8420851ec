#include "tests/oracle/opinion.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <re2/re2.h>

namespace oracle {

namespace {

bool is_at(const Stop& stop, const std::string& pointer, const std::string& code) {
  const bool is_there =
      stop.is_somewhere_below ? pointer.starts_with(stop.pointer) || pointer.empty() : pointer == stop.pointer;
  return is_there && std::ranges::find(stop.codes, code) != stop.codes.end();
}

/// Where nobody knows how often something happened: whether the same has.
std::string difference_in_kinds(const Opinion& opinion, const Told& told) {
  if (!opinion.kinds_are_known) return "";
  for (const Stop& stop : opinion.stops) {
    const bool is_told = std::ranges::any_of(
        told.failures, [&](const auto& entry) { return is_at(stop, entry.first.first, entry.first.second); });
    if (!is_told) return fmt::format("no failure {} at {}", fmt::join(stop.codes, " or "), stop.pointer);
  }
  for (const auto& [where, count] : told.failures) {
    const bool is_known =
        std::ranges::any_of(opinion.stops, [&](const Stop& stop) { return is_at(stop, where.first, where.second); });
    if (!is_known) return fmt::format("a failure {} at {}", where.second, where.first);
  }
  return "";
}

}  // namespace

std::string step_of(const std::string& pointer) {
  static const RE2 kStep(R"(^((?:/clients/\d+/steps/\d+|/setup/\d+|/teardown/\d+)(?:/[a-z]+/(?:steps|until)/\d+)*))");
  std::string step;
  RE2::PartialMatch(pointer, kStep, &step);
  return step;
}

std::string difference(const Opinion& opinion, const Told& told) {
  if (!told.error.empty()) return told.error;
  if (opinion.verdict != told.verdict || opinion.exit_code != told.exit_code) {
    return fmt::format("verdict {} (exit {}), and the client says {} (exit {})", opinion.verdict, opinion.exit_code,
                       told.verdict, told.exit_code);
  }
  if (!opinion.counts_are_known) return difference_in_kinds(opinion, told);
  const bool counts_agree = opinion.passed == told.passed && opinion.failed == told.failed &&
                            opinion.unreached == told.unreached && opinion.skipped == told.skipped &&
                            opinion.planned == told.planned && opinion.connected == told.connected;
  if (!counts_agree) return "counts";
  auto left = told.failures;
  // Those whose place is known first: the others take what is left.
  std::vector<Stop> stops = opinion.stops;
  std::ranges::partition(stops, [](const Stop& stop) { return !stop.is_somewhere_below; });
  for (const Stop& stop : stops) {
    const auto found = std::ranges::find_if(left, [&](const auto& entry) {
      return entry.second > 0 && is_at(stop, entry.first.first, entry.first.second);
    });
    if (found == left.end()) return fmt::format("no failure {} at {}", fmt::join(stop.codes, " or "), stop.pointer);
    --found->second;
  }
  for (const auto& [where, count] : left) {
    if (count > 0) return fmt::format("a failure {} at {}", where.second, where.first);
  }
  return "";
}

std::string to_text(const Opinion& opinion) {
  std::string text = fmt::format("{} (exit {}): {} passed, {} failed ({} unreached), {} skipped, {} connections\n",
                                 opinion.verdict, opinion.exit_code, opinion.passed, opinion.failed, opinion.unreached,
                                 opinion.skipped, opinion.connected);
  for (const Stop& stop : opinion.stops) {
    text +=
        fmt::format("  {} at {}{}\n", fmt::join(stop.codes, " or "), stop.pointer.empty() ? "connecting" : stop.pointer,
                    stop.is_somewhere_below ? " or inside" : "");
  }
  for (const std::string& doubt : opinion.doubts.all()) text += fmt::format("  too close to call: {}\n", doubt);
  return text;
}

std::string to_text(const Told& told) {
  if (!told.error.empty()) return told.error + "\n";
  std::string text =
      fmt::format("{} (exit {}): {} passed, {} failed ({} unreached), {} skipped, {} connections\n", told.verdict,
                  told.exit_code, told.passed, told.failed, told.unreached, told.skipped, told.connected);
  for (const auto& [where, count] : told.failures) {
    text +=
        fmt::format("  {} at {} ({} times)\n", where.second, where.first.empty() ? "connecting" : where.first, count);
  }
  return text;
}

}  // namespace oracle
