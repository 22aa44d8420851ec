#include <utility>

#include "client/load/hdr_log.h"
#include "client/report/format.h"

namespace client::report {

std::string to_hdr(const Report& report) {
  const std::chrono::milliseconds begin = started(report).value_or(std::chrono::milliseconds());
  std::string log = load::hdr_log_head(load::StartTime(begin));
  for (const Scenario& scenario : report.scenarios) {
    if (!scenario.load) continue;
    const load::Measurements& measured = scenario.load->measured;
    for (const auto& [name, histogram] :
         {std::pair("response", &measured.response), std::pair("service", &measured.service),
          std::pair("exchange", &measured.exchange), std::pair("connect", &measured.connect),
          std::pair("schedule_error", &measured.lateness)}) {
      if (histogram->count() == 0) continue;
      log += load::hdr_log_line({.tag = title(scenario) + "." + name,
                                 .start = scenario.started.value_or(begin) - begin,
                                 .length = measured.elapsed,
                                 .histogram = *histogram});
    }
  }
  return log;
}

}  // namespace client::report
