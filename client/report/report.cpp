#include "client/report/report.h"

#include <algorithm>

#include <fmt/chrono.h>
#include <fmt/format.h>

namespace client::report {

const char* name_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::passed:
      return "passed";
    case Verdict::failed:
      return "failed";
    case Verdict::could_not_test:
      return "could_not_test";
    case Verdict::skipped:
      return "skipped";
    case Verdict::deadline:
      return "deadline";
    case Verdict::interrupted:
      return "interrupted";
    case Verdict::not_run:
      return "not_run";
  }
  return "";
}

std::chrono::nanoseconds elapsed(const Report& report) {
  std::chrono::nanoseconds sum{};
  for (const Scenario& scenario : report.scenarios) sum += scenario.elapsed;
  return sum;
}

std::optional<std::chrono::milliseconds> started(const Report& report) {
  std::optional<std::chrono::milliseconds> first;
  for (const Scenario& scenario : report.scenarios) {
    if (scenario.started) first = std::min(first.value_or(*scenario.started), *scenario.started);
  }
  return first;
}

std::string format_time(std::chrono::milliseconds since_1970) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(since_1970);
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z", fmt::gmtime(seconds.count()), (since_1970 - seconds).count());
}

}  // namespace client::report
