// A client under load, in the judge's head: docs/load.md.

#include <algorithm>

#include "tests/oracle/client.h"

namespace oracle {

Time Client::join_load() {
  at_ = "";
  if (group_.connection != "per_client") return now_;
  if (const Passed connected = connect(Json::object(), true); !connected) stop_ = connected.error();
  return now_;
}

std::vector<Stop> Client::work(Time begin, Time end, Time measured_from, const std::string& verify) {
  verifies_first_only_ = verify == "first";
  std::vector<Stop> stops;
  if (stop_) stops.push_back(*stop_);
  now_ = begin;
  const bool is_anew = group_.connection == "per_iteration";
  // In each of the run it is another one.
  for (values_.iteration = 0; now_ < end; ++values_.iteration) {
    limit_ = now_ + group_.client_timeout;
    is_measured_ = now_ >= measured_from;
    iterations_ += is_measured_ ? 1 : 0;
    if (measured_from > begin) doubt_when_near(now_, measured_from, "an iteration begins as the warm-up ends");
    at_ = "";
    const Time started = now_;
    Passed passed;
    if (!wire_) passed = connect(Json::object(), true);
    if (passed) passed = run_steps(group_.steps, group_.steps_pointer);
    if (passed && is_anew) passed = check_nothing_unread();
    if (!passed && is_measured_) stops.push_back(passed.error());
    if (!passed || is_anew) drop_connection();
    doubt_when_near(now_, end, "an iteration ends as the load does");
    // How soon it tries again is not said, nor does anything here depend on it.
    if (!passed && could_not_connect_) now_ = std::max(now_, started + kGrid);
    could_not_connect_ = false;
    if (now_ == started) {
      doubt("an iteration takes no time");
      break;
    }
  }
  at_ = group_.steps_pointer + "/" + std::to_string(group_.steps.size() - 1);
  if (const Passed clean = check_nothing_unread(); !clean) stops.push_back(clean.error());
  return stops;
}

}  // namespace oracle
