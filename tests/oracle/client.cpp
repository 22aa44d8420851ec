#include "tests/oracle/client.h"

#include <algorithm>
#include <utility>

namespace oracle {

Time duration_of(const Json& text) {
  const std::string all = text.get<std::string>();
  std::size_t digits = 0;
  const double number = std::stod(all, &digits);
  const std::string unit = all.substr(digits);
  const double scale = unit == "ns" ? 0.001 : unit == "us" ? 1 : unit == "ms" ? 1e3 : unit == "s" ? 1e6 : 60e6;
  return static_cast<Time>(number * scale);
}

Client::Client(const Group& group, std::uint64_t index, const Server& server, const std::vector<Release>& releases,
               Time start, Doubts& doubts)
    : group_(group),
      server_(server),
      releases_(releases),
      doubts_(doubts),
      values_(group.values),
      now_(start + group.start_after),
      limit_(now_ + group.client_timeout),
      may_connect_(now_ + static_cast<Time>(index) * group.between_connects) {
  values_.client_index = index;
  values_.client_name = group.name;
}

std::unexpected<Stop> Client::fail_as(std::vector<std::string> codes) const {
  return std::unexpected(Stop{.pointer = at_, .codes = std::move(codes)});
}

Client::Outcome Client::run() {
  const Passed passed = run_iterations();
  if (passed) return Outcome::passed;
  stop_ = passed.error();
  if (stop_->kind == Stop::Kind::blocked) return Outcome::blocked;
  if (stop_->kind == Stop::Kind::skipped) return Outcome::skipped;
  return could_not_connect_ ? Outcome::unreached : Outcome::failed;
}

Passed Client::run_iterations() {
  for (std::uint64_t i = 0; i < group_.iterations; ++i) {
    values_.iteration = i;
    const bool is_anew = group_.connection == "per_iteration";
    if (is_anew || (group_.connection == "per_client" && i == 0)) {
      at_ = "";
      if (const Passed connected = connect(Json::object(), true); !connected) return connected;
    }
    if (const Passed passed = run_steps(group_.steps, group_.steps_pointer); !passed) return passed;
    if (!is_anew && i + 1 < group_.iterations) continue;
    if (const Passed clean = check_nothing_unread(); !clean) return clean;
    drop_connection();
  }
  return {};
}

Passed Client::run_steps(const Json& steps, const std::string& pointer) {
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const std::string here = pointer + "/" + std::to_string(i);
    at_ = here;
    if (now_ >= limit_) return fail("timeout");
    const auto step = steps.at(i).begin();
    if (const Passed passed = run_step(step.key(), step.value()); !passed) return passed;
    at_ = here;
    if (wire_) wire_->advance(now_);
    if (!is_over()) continue;
    wire_->want_settled(now_, "more comes than may be unread as a step ends");
    return fail("overflow");
  }
  return {};
}

Passed Client::run_step(const std::string& key, const Json& value) {
  if (key == "connect") return connect(value, false);
  if (key == "repeat") return repeat(value);
  if (key == "retry") return retry(value);
  if (key == "barrier") return barrier(value);
  if (key == "sleep") return rest(value);
  if (key == "set") return set(value);
  if (key == "capture") return capture(value);
  if (key == "assert") return assert_that(value);
  if (key == "log" || key == "fail" || key == "skip") return say(value, key);
  if (!wire_) return fail("not_connected");
  wire_->advance(now_);
  if (key == "send") {
    const Time deadline = now_ + group_.timeout;
    const Passed waited = wait_for_turn(std::min(deadline, limit_));
    return waited ? send(value, deadline) : waited;
  }
  if (key == "expect") return expect(value, now_);
  if (key == "exchange") return exchange(value);
  if (key == "expect_close") return expect_close(value);
  if (key == "expect_silence") return expect_silence(value);
  if (key == "shutdown") return shutdown();
  if (key == "close") {
    if (const Passed clean = check_nothing_unread(); !clean) return clean;
  }
  drop_connection();  // Close or reset.
  return {};
}

Passed Client::wait_until(Time until) {
  doubt_when_near(until, limit_, "a wait ends as the client's time does");
  const Time to = std::min(until, limit_);
  while (wire_ && wire_->next() && *wire_->next() <= to) wire_->advance(*wire_->next());
  now_ = to;
  if (until > limit_) return fail("timeout");
  return {};
}

Passed Client::rest(const Json& value) {
  if (value.is_string()) return wait_until(now_ + duration_of(value));
  if (value.contains("mean")) return {};  // Which is drawn, and here short.
  return wait_until(now_ + (duration_of(value.at("min")) + duration_of(value.at("max"))) / 2);
}

Passed Client::repeat(const Json& value) {
  const std::string pointer = at_ + "/repeat/steps";
  const std::uint64_t outer = std::exchange(values_.iteration, 0);
  const bool has_times = value.contains("times");
  const Time end = has_times ? 0 : now_ + duration_of(value.at("for"));
  const auto goes_on = [&] {
    if (has_times) return values_.iteration < value.at("times").get<std::uint64_t>();
    doubt_when_near(now_, end, "a repetition ends as its time does");
    return now_ < end;
  };
  Passed passed;
  for (; passed && goes_on(); ++values_.iteration) passed = run_steps(value.at("steps"), pointer);
  values_.iteration = outer;
  return passed;
}

Passed Client::begin_again(bool was_connected, bool reconnects) {
  if (!was_connected) drop_connection();  // The attempt has made it.
  if (was_connected && reconnects) {
    drop_connection();
    return connect(Json::object(), true);
  }
  if (!wire_) return {};
  wire_->advance(now_);
  wire_->want_settled(now_, "something comes as a retry drops what is unread");
  wire_->drop_unread();
  return {};
}

Passed Client::retry(const Json& value) {
  const std::string here = at_;
  const Time every = value.contains("every") ? duration_of(value.at("every")) : 100 * kMillisecond;
  const std::uint64_t times = value.value("times", std::uint64_t{0});
  const bool was_connected = wire_.has_value();
  const Time outer_limit = limit_;
  const Time end = value.contains("timeout") ? now_ + duration_of(value.at("timeout")) : outer_limit + kSecond;
  limit_ = std::min(limit_, end);
  Passed ready;
  Passed passed;
  std::vector<std::string> earlier;  // What failed attempts have failed with.
  for (std::uint64_t attempt = 1;; ++attempt) {
    could_not_connect_ = could_not_connect_ && !ready;
    passed = ready ? run_steps(value.at("until"), here + "/retry/until") : ready;
    at_ = here;
    if (passed || passed.error().kind != Stop::Kind::failed || attempt == times || now_ >= limit_) break;
    earlier.insert(earlier.end(), passed.error().codes.begin(), passed.error().codes.end());
    if (passed.error().codes.front() == "overflow") doubt("more is unread than may be, in a retry");
    if (!wait_until(now_ + every)) {
      const bool loses_connection = was_connected && value.value("reconnect", false);
      if (loses_connection) doubt("whether a retry that ends in a pause has a connection is not said");
      break;
    }
    ready = begin_again(was_connected, value.value("reconnect", false));
  }
  if (!passed && now_ >= limit_) {
    // The documentation does not say whether that is the last attempt's failure, the one before, or the timeout alone.
    std::vector<std::string>& codes = passed.error().codes;
    codes.insert(codes.end(), earlier.begin(), earlier.end());
    codes.emplace_back("timeout");
    passed.error().pointer = here;
    passed.error().is_somewhere_below = true;
  }
  limit_ = outer_limit;
  return passed;
}

Passed Client::barrier(const Json& value) {
  if (stays_ < releases_.size()) {
    const Release& release = releases_[stays_++];
    if (wire_) {
      while (wire_->next() && *wire_->next() <= release.at) wire_->advance(*wire_->next());
    }
    now_ = std::max(now_, release.at);
    return release.code.empty() ? Passed{} : fail(release.code);
  }
  const Time timeout = value.contains("timeout") ? duration_of(value.at("timeout")) : group_.client_timeout;
  stay_ = Stay{.barrier = value.value("name", ""),
               .parties = value.value("parties", group_.clients_in_file),
               .since = now_,
               .until = std::min(now_ + timeout, limit_)};
  return std::unexpected(Stop{.kind = Stop::Kind::blocked, .pointer = at_, .codes = {}});
}

Passed Client::set(const Json& value) {
  for (const auto& [name, text] : value.items()) {
    const auto expanded = values_.text_of(text);
    if (!expanded) return fail("no_value");
    values_.own[name] = *expanded;
  }
  return {};
}

Passed Client::capture(const Json& value) {
  if (value.is_string()) {
    if (!last_frame_) return fail("no_match");
    values_.own[value] = *last_frame_;
    return {};
  }
  for (const auto& [name, how] : value.items()) {
    std::optional<std::string> text = last_frame_;
    if (how.contains("from")) {
      text = values_.text_of(how.at("from"));
      if (!text) return fail("no_value");
    }
    if (!text) return fail("no_match");
    if (how.contains("matches")) text = part_of(*text, how.at("matches"));
    if (!text) return fail("no_match");
    values_.own[name] = *text;
  }
  return {};
}

Passed Client::assert_that(const Json& value) {
  const auto text = values_.text_of(value.at("of"));
  if (!text) return fail("no_value");
  Json pattern = value;
  pattern.erase("of");
  const Sense sense = sense_of(pattern, values_, false);
  if (sense != Sense::good) return fail(sense == Sense::no_value ? "no_value" : "bad_value");
  Groups groups;
  if (!holds(pattern, *text, values_, groups)) return fail("mismatch");
  return {};
}

Passed Client::say(const Json& message, const std::string& key) {
  if (!values_.text_of(message)) return fail("no_value");
  if (key == "log") return {};
  if (key == "fail") return fail("fail");
  return std::unexpected(Stop{.kind = Stop::Kind::skipped, .pointer = at_, .codes = {}});
}

}  // namespace oracle
