// A client under load, in the judge's head: docs/load.md.

#include <algorithm>

#include "tests/oracle/client.h"

namespace oracle {

Time Client::join_load(const std::string& verify) {
  verifies_first_only_ = verify == "first";
  at_ = "";
  if (group_.connection != "per_client") return now_;
  if (const Passed connected = connect(Json::object(), true); !connected) stop_ = connected.error();
  if (stop_) stops_.push_back(*stop_);
  return now_;
}

void Client::work(Time begin, Time end, Time measured_from) {
  now_ = begin;
  while (now_ < end) {
    if (measured_from > begin) doubt_when_near(now_, measured_from, "an iteration begins as the warm-up ends");
    const Time started = now_;
    iterate(now_ >= measured_from);
    doubt_when_near(now_, end, "an iteration ends as the load does");
    if (now_ > started) continue;
    doubt("an iteration takes no time");
    break;
  }
  end_load();
}

void Client::start(Time at, bool is_measured) {
  while (wire_ && wire_->next() && *wire_->next() <= at) wire_->advance(*wire_->next());
  now_ = std::max(now_, at);
  iterate(is_measured);
}

void Client::iterate(bool is_measured) {
  limit_ = now_ + group_.client_timeout;
  is_measured_ = is_measured;
  iterations_ += is_measured_ ? 1 : 0;
  at_ = "";
  const bool is_anew = group_.connection == "per_iteration";
  const Time started = now_;
  Passed passed;
  if (!wire_) passed = connect(Json::object(), true);
  if (passed) passed = run_steps(group_.steps, group_.steps_pointer);
  if (passed && is_anew) passed = check_nothing_unread();
  if (!passed && is_measured_) stops_.push_back(passed.error());
  if (!passed || is_anew) drop_connection();
  // How soon it tries again is not said, nor does anything here depend on it.
  if (!passed && could_not_connect_) now_ = std::max(now_, started + kGrid);
  could_not_connect_ = false;
  ++values_.iteration;  // In each of the run it is another one.
}

void Client::end_load() {
  at_ = group_.steps_pointer + "/" + std::to_string(group_.steps.size() - 1);
  if (const Passed clean = check_nothing_unread(); !clean) stops_.push_back(clean.error());
}

void Client::end_load(Time end) {
  if (!wire_) return;
  const bool had_unread = !wire_->unread().empty();
  end_load();
  while (wire_->next() && *wire_->next() <= end) wire_->advance(*wire_->next());
  if (had_unread == wire_->unread().empty()) doubt("whether what comes between iterations is unread in the end");
  now_ = std::max(now_, end);
}

}  // namespace oracle
