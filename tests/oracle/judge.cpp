#include "tests/oracle/judge.h"

#include <algorithm>
#include <limits>
#include <list>

#include "tests/oracle/load.h"
#include "tests/oracle/meeting.h"

namespace oracle {

namespace {

/// What the file says for all groups.
Group common_of(const Case& drawn) {
  const Json& file = drawn.scenario;
  const Json defaults = file.value("defaults", Json::object());
  const auto duration = [&](const char* key, const char* otherwise) {
    return duration_of(defaults.value(key, otherwise));
  };
  Group group;
  group.target = file.value("target", "tcp://localhost:25000");
  group.framing = file.value("framing", Json("line"));
  group.eol = file.value("eol", "lf");
  group.allow_extra = defaults.value("allow_extra", false);
  group.connect_timeout = duration("connect_timeout", "10s");
  group.timeout = duration("timeout", "5s");
  group.client_timeout = duration("client_timeout", "1m");
  group.max_buffer = defaults.value("max_buffer", std::uint64_t{1} << 20);
  group.values.seed = file.value("seed", drawn.seed);
  group.values.define(file.value("variables", Json::object()));
  for (const Json& one : file.at("clients")) group.clients_in_file += one.value("count", std::uint64_t{1});
  return group;
}

Group group_of(const Json& json, std::size_t index, Group group) {
  group.pointer = "/clients/" + std::to_string(index);
  group.steps_pointer = group.pointer + "/steps";
  group.name = json.value("name", "group" + std::to_string(index));
  group.steps = json.at("steps");
  group.count = json.value("count", std::uint64_t{1});
  group.iterations = json.value("iterations", std::uint64_t{1});
  group.connection = json.value("connection", "per_client");
  group.target = json.value("target", group.target);
  group.framing = json.value("framing", group.framing);
  group.eol = json.value("eol", group.eol);
  group.allow_extra = json.value("allow_extra", group.allow_extra);
  if (json.contains("start_after")) group.start_after = duration_of(json.at("start_after"));
  const auto between = [&](const char* rate) {
    return json.contains(rate) ? static_cast<Time>(kSecond / std::stod(json.at(rate).get<std::string>())) : 0;
  };
  group.between_connects = between("connect_rate");
  group.between_sends = between("message_rate");
  group.values.define(json.value("variables", Json::object()));
  return group;
}

class Judge {
 public:
  Judge(const Case& drawn, Time margin) : drawn_(drawn), common_(common_of(drawn)) { opinion_.doubts = Doubts(margin); }

  Opinion judge();

 private:
  Client::Outcome run_alone(const char* which);
  std::list<Group> all_groups() const;
  void run_groups();
  void run_load();
  void conclude_load();
  bool all_connect_before_the_load() const;
  void note(const Client& client);
  void conclude();

  const Case& drawn_;
  const Group common_;
  Opinion opinion_;
  Values values_;  ///< as the setup has left them
  Time now_ = 0;
  LoadRun load_;
  Client::Outcome setup_ = Client::Outcome::passed;
  Client::Outcome teardown_ = Client::Outcome::passed;
};

Opinion Judge::judge() {
  opinion_.planned = common_.clients_in_file;
  values_ = common_.values;
  setup_ = run_alone("setup");
  if (setup_ == Client::Outcome::passed) drawn_.scenario.contains("load") ? run_load() : run_groups();
  // One that could not connect has not begun.
  if (setup_ != Client::Outcome::unreached) teardown_ = run_alone("teardown");
  opinion_.lasts = now_;
  conclude();
  return std::move(opinion_);
}

/// The setup or the teardown, if there is one.
Client::Outcome Judge::run_alone(const char* which) {
  if (!drawn_.scenario.contains(which)) return Client::Outcome::passed;
  Group group = common_;
  group.name = which;
  group.pointer = group.steps_pointer = std::string("/") + which;
  group.steps = drawn_.scenario.at(which);
  group.values.own = values_.own;
  const std::vector<Release> none;
  Client client(group, 0, drawn_.server, none, now_, opinion_.doubts);
  const Client::Outcome outcome = client.run();
  note(client);
  values_.own = client.values().own;
  now_ = client.now();
  return outcome;
}

void Judge::note(const Client& client) {
  opinion_.connected += client.connections();
  if (client.stop() && client.stop()->kind == Stop::Kind::failed) opinion_.stops.push_back(*client.stop());
}

std::list<Group> Judge::all_groups() const {
  std::list<Group> groups;
  const Json& list = drawn_.scenario.at("clients");
  for (std::size_t i = 0; i < list.size(); ++i) {
    groups.push_back(group_of(list.at(i), i, common_));
    groups.back().values.own = values_.own;
  }
  return groups;
}

void Judge::run_groups() {
  const std::list<Group> groups = all_groups();
  Meeting meeting(drawn_.server, now_, opinion_.doubts);
  for (const Group& group : groups) {
    for (std::uint64_t index = 0; index < group.count; ++index) meeting.add(group, index);
  }
  meeting.run();
  for (const Client& client : meeting.clients()) {
    note(client);
    now_ = std::max(now_, client.now());
  }
  for (const Client::Outcome outcome : meeting.outcomes()) {
    using enum Client::Outcome;
    opinion_.passed += outcome == passed ? 1 : 0;
    opinion_.skipped += outcome == skipped ? 1 : 0;
    opinion_.failed += outcome == failed || outcome == unreached ? 1 : 0;
    opinion_.unreached += outcome == unreached ? 1 : 0;
  }
}

void Judge::run_load() {
  opinion_.counts_are_known = false;
  opinion_.kinds_are_known = drawn_.scenario.at("load").value("depth", 1) == 1;
  const std::list<Group> groups = all_groups();
  load_ = Load(drawn_.scenario, groups, drawn_.server, now_, opinion_.doubts).run();
  opinion_.stops.insert(opinion_.stops.end(), load_.stops.begin(), load_.stops.end());
  opinion_.connected += load_.connected;
  now_ = std::max(now_, load_.end);
}

bool Judge::all_connect_before_the_load() const {
  return std::ranges::all_of(drawn_.scenario.at("clients"),
                             [](const Json& group) { return group.value("connection", "per_client") == "per_client"; });
}

void Judge::conclude_load() {
  const bool has_failures = !opinion_.stops.empty();
  bool judges_errors = false;
  bool all_hold = true;
  for (const Json& threshold : drawn_.scenario.value("thresholds", Json::array())) {
    const bool is_of_errors = threshold.at("metric") == "errors";
    judges_errors |= is_of_errors;
    // Those that are drawn are out of reach, or as near as can be.
    if (is_of_errors && threshold.at("below") == 1) all_hold = all_hold && !has_failures;
    if (threshold.at("metric") == "dropped") all_hold = all_hold && load_.dropped == 0;
    if (threshold.contains("above") && load_.messages > 0 && !load_.is_message_in_time) {
      opinion_.doubts.add("whether a reply counts that comes when the load is over is not said");
    }
    if (threshold.contains("above")) all_hold = all_hold && load_.messages > 0 && threshold.at("above") == 0;
  }
  const auto conclude_as = [this](const char* verdict, int exit_code) {
    opinion_.verdict = verdict;
    opinion_.exit_code = exit_code;
  };
  const bool has_begun = load_.connected > 0 || !all_connect_before_the_load();
  if (has_failures && (opinion_.connected == 0 || !has_begun)) return conclude_as("could_not_test", 3);
  all_hold = all_hold && load_.iterations > 0;
  if (has_failures && !judges_errors) return conclude_as("failed", 1);
  // No threshold has a sample then, which the client holds to be what counts.
  if (load_.iterations == 0 && !drawn_.scenario.contains("thresholds")) return conclude_as("could_not_test", 3);
  all_hold ? conclude_as("passed", 0) : conclude_as("breached", 4);
}

void Judge::conclude() {
  using enum Client::Outcome;
  const bool is_torn_down = teardown_ == passed || teardown_ == skipped;
  if (!opinion_.counts_are_known && is_torn_down) return conclude_load();
  std::uint64_t failures = opinion_.failed;
  std::uint64_t without_contact = opinion_.unreached;
  for (const Client::Outcome alone : {setup_, teardown_}) {
    failures += alone == failed || alone == unreached ? 1 : 0;
    without_contact += alone == unreached ? 1 : 0;
  }
  if (failures > 0) {
    const bool had_no_contact = opinion_.connected == 0 && failures == without_contact;
    opinion_.verdict = had_no_contact ? "could_not_test" : "failed";
    opinion_.exit_code = had_no_contact ? 3 : 1;
    return;
  }
  const bool was_skipped = setup_ == skipped || (opinion_.skipped > 0 && opinion_.skipped == opinion_.planned);
  opinion_.verdict = was_skipped ? "skipped" : "passed";
  opinion_.exit_code = was_skipped ? 5 : 0;
}

}  // namespace

Opinion judge(const Case& drawn, Time margin) { return Judge(drawn, margin).judge(); }

}  // namespace oracle
