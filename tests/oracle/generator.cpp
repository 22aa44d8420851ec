#include "tests/oracle/generator.h"

#include <algorithm>
#include <string>

#include "tests/oracle/lies.h"
#include "tests/oracle/talk.h"

namespace oracle {

namespace {

constexpr std::uint16_t kFirstPort = 25001;
constexpr std::uint16_t kPortOfSetup = 25000;

std::string url_of(Dice& dice, std::uint16_t port) {
  return (dice.chance(20) ? "tcp://localhost:" : "tcp://127.0.0.1:") + std::to_string(port);
}

class Generator {
 public:
  Generator(std::uint64_t seed, Network network) : dice_(seed), is_real_(network == Network::real) {
    drawn_.seed = seed;
  }

  Case draw();

 private:
  void draw_file();
  void draw_alone();
  void draw_group(std::size_t index);
  void draw_framing(Json& group, Script& script, Talk::Manner& manner);
  void draw_rates(Json& group);
  void draw_lie(const Json& group, Script& script);
  void draw_target(Json& group, std::uint16_t port);
  Json draw_steps(Json& group, Script& script, const Talk::Manner& manner);
  void add_barriers(std::size_t groups);
  void draw_load();
  Json& add_loaded_group(std::uint64_t port, Json steps);
  void draw_loaded_group(std::uint64_t port);
  void open_load();
  void draw_throng();
  void draw_thresholds();
  Json draw_pipelined(Script& script);

  Dice dice_;
  const bool is_real_;
  Case drawn_;
  unsigned wrong_percent_ = 0;
  bool has_port_variable_ = false;
  bool is_skipped_ = false;  ///< by its setup
};

Case Generator::draw() {
  drawn_.is_rough = dice_.chance(40);
  if (dice_.chance(20)) drawn_.rechunk = dice_.between(1, 1000);
  if (dice_.chance(30)) wrong_percent_ = dice_.chance(50) ? 8 : 25;
  draw_file();
  if (dice_.chance(is_real_ ? 30 : 12)) draw_alone();
  drawn_.scenario["clients"] = Json::array();
  if (dice_.chance(is_real_ ? 20 : 6)) {
    draw_load();
    return std::move(drawn_);
  }
  const std::size_t groups = dice_.chance(is_real_ ? 40 : 75) ? 1 : dice_.between(2, 3);
  for (std::size_t i = 0; i < groups; ++i) draw_group(i);
  if (dice_.chance(is_real_ ? 40 : 15)) add_barriers(groups);
  return std::move(drawn_);
}

void Generator::draw_file() {
  static const std::vector<std::string> kTimeouts{"300ms", "500ms", "700ms"};
  Json& file = drawn_.scenario;
  file["target"] = url_of(dice_, kPortOfSetup);
  file["defaults"] = {{"timeout", dice_.pick(kTimeouts)}, {"connect_timeout", "420ms"}};
  if (dice_.chance(10)) file["defaults"]["client_timeout"] = dice_.chance(50) ? "620ms" : "1500ms";
  if (dice_.chance(40)) file["defaults"]["max_buffer"] = 1000;
  if (dice_.chance(5)) file["defaults"]["allow_extra"] = true;
  if (dice_.chance(30)) file["variables"] = {{"greeting", "hello"}, {"limit", 100}};
}

/// The setup and the teardown.
void Generator::draw_alone() {
  Script& script = drawn_.server[kPortOfSetup];
  Talk talk(dice_, script, {.wrong_percent = wrong_percent_});
  const bool sets_port = dice_.chance(40);
  Json steps = talk.draw_episode();
  if (sets_port) {
    has_port_variable_ = true;
    const bool is_port = dice_.chance(75);
    steps.push_back({{"set", {{"port", is_port ? "25001" : "none"}}}});
  }
  is_skipped_ = dice_.chance(6);
  if (is_skipped_) steps.push_back({{"skip", "not here"}});
  if (steps.empty()) steps.push_back(Talk::pause());
  drawn_.scenario["setup"] = steps;
  if (dice_.chance(60)) {
    Json more = talk.draw_episode();
    if (more.empty()) more.push_back(Talk::pause());
    drawn_.scenario["teardown"] = more;
  }
  if (dice_.chance(20)) draw_lie(Json::object(), script);
  // Each of the two comes with a connection of its own.
  script.lies_on = ~std::uint64_t{};
}

void Generator::draw_target(Json& group, std::uint16_t port) {
  group["target"] = url_of(dice_, port);
  if (has_port_variable_ && port == kFirstPort && dice_.chance(70)) group["target"] = "tcp://127.0.0.1:${port}";
  if (!is_real_ && dice_.chance(1)) group["target"] = "tcp://nowhere.invalid:" + std::to_string(port);
}

void Generator::draw_framing(Json& group, Script& script, Talk::Manner& manner) {
  static const std::vector<std::string> kDelimiters{";", "--", "|END|"};
  static const std::vector<int> kPrefixes{1, 2, 4, 8};
  switch (dice_.between(0, 11)) {
    case 0:
      script.framing = {{"delimiter", dice_.pick(kDelimiters)}};
      break;
    case 1:
    case 2:
      script.framing = {
          {"length_prefix", {{"bytes", dice_.pick(kPrefixes)}, {"endian", dice_.chance(50) ? "big" : "little"}}}};
      break;
    case 3:
      script.framing = {{"fixed", dice_.between(4, 12)}};
      break;
    case 4:
    case 5:
      script.eol = "crlf";
      break;
    default:
      break;
  }
  manner.framing = script.framing;
  manner.eol = script.eol;
  const bool is_usual = script.framing == "line" && script.eol == "lf";
  // The server has lines all the same, and the client says so where it sends and expects.
  if (is_usual && dice_.chance(12)) {
    if (dice_.chance(50)) {
      manner.framing = "raw";
    } else {
      manner.eol = "none";
    }
  }
  if (manner.framing != "line" || dice_.chance(10)) group["framing"] = manner.framing;
  if (manner.eol != "lf") group["eol"] = manner.eol;
}

Json Generator::draw_steps(Json& group, Script& script, const Talk::Manner& manner) {
  Talk talk(dice_, script, manner);
  Json steps = talk.draw_beginning();
  const auto add = [&steps](const Json& more) { steps.insert(steps.end(), more.begin(), more.end()); };
  if (dice_.chance(12)) add(talk.draw_greeting());
  for (std::uint64_t i = dice_.between(1, 4); i > 0; --i) {
    add(talk.draw_episode());
    if (dice_.chance(25)) steps.push_back(Talk::pause());
  }
  if (steps.empty()) steps.push_back(Talk::pause());
  const bool pauses = dice_.chance(85);
  const Json ending = talk.draw_ending();
  if (pauses || group.contains("iterations")) steps.push_back(Talk::pause());
  add(ending);
  return steps;
}

void Generator::draw_rates(Json& group) {
  static const std::vector<std::string> kRates{"12.5/s", "25/s"};
  if (dice_.chance(4)) group["message_rate"] = dice_.pick(kRates);
  // Whether a client's time begins before it may connect is not said, nor whether it is about a step that connects.
  const bool is_clear =
      !drawn_.scenario["defaults"].contains("client_timeout") && group.value("connection", "") != "manual";
  if (is_clear && dice_.chance(group.contains("count") ? 15 : 2)) group["connect_rate"] = dice_.pick(kRates);
}

void Generator::draw_group(std::size_t index) {
  const auto port = static_cast<std::uint16_t>(kFirstPort + index);
  Script& script = drawn_.server[port];
  Json group;
  Talk::Manner manner{.wrong_percent = wrong_percent_};
  draw_target(group, port);
  draw_framing(group, script, manner);
  if (dice_.chance(is_real_ ? 60 : 25)) {
    group["count"] = dice_.between(2, 4);
    manner.has_siblings = true;
  }
  if (dice_.chance(20)) group["iterations"] = dice_.between(2, 3);
  const std::uint64_t mode = dice_.between(0, 9);
  if (mode == 0) group["connection"] = "per_iteration";
  if (mode == 1) {
    group["connection"] = "manual";
    manner.is_manual = true;
  }
  if (dice_.chance(10)) group["start_after"] = "97ms";
  draw_rates(group);
  if (dice_.chance(5)) group["allow_extra"] = true;
  group["steps"] = draw_steps(group, script, manner);
  if (dice_.chance(48)) draw_lie(group, script);
  Json& steps = group["steps"];
  const auto first = steps.begin() + (manner.is_manual ? 1 : 0);
  // What is sent at once is sent as the reset comes.
  if (script.lie == "reset_after_the_handshake") steps.insert(first, Talk::pause());
  // More than fits between the two.
  const bool is_line = manner.framing == "line" && manner.eol == "lf";
  if (script.lie == "does_not_read" && is_line && dice_.chance(50)) {
    steps.insert(first, Json{{"send", {{"repeat", {{"of", "0123456789"}, {"count", is_real_ ? 1'000'000 : 70'000}}}}}});
  }
  drawn_.scenario["clients"].push_back(std::move(group));
}

void Generator::draw_lie(const Json& group, Script& script) {
  // What leads to what is seldom seen.
  static const std::vector<std::string_view> kTellingLies{"truncated_then_fin", "endless_line", "announces_too_much"};
  const auto all = lies();
  const Lie& lie = dice_.chance(12) ? *find_lie(dice_.pick(kTellingLies)) : all[dice_.between(0, all.size() - 1)];
  const bool has_siblings = group.contains("count");
  script.lie = lie.name;
  script.lie_from = dice_.chance(60) ? 0 : dice_.between(1, 3);
  script.lie_count = dice_.chance(70) ? 1 : dice_.between(2, 50);
  if (has_siblings && dice_.chance(40)) script.lie_to = "." + std::to_string(dice_.between(0, 1));
  if (!has_siblings && dice_.chance(40)) script.lies_on = dice_.between(1, 3);
  if (lie.name == "refuses") {
    script.listens_from.reset();
    if (dice_.chance(50)) script.listens_from = 5 * kGrid / 2;
  }
  script.takes_nobody = lie.name == "takes_nobody";
  if (lie.name == "does_not_read") script.lies_on = ~std::uint64_t{};
}

/// Exchanges that can be under way at the same time.
Json Generator::draw_pipelined(Script& script) {
  Json steps = Json::array();
  for (std::uint64_t i = dice_.between(1, 2); i > 0; --i) {
    const std::string request = "p" + std::to_string(i);
    const std::string frame = "answer " + std::to_string(i);
    script.answers[request] = {{.after = kGrid, .kind = Action::Kind::say, .bytes = frame + "\n"}};
    const bool is_right = !dice_.chance(wrong_percent_);
    steps.push_back({{"exchange", {{"send", request}, {"expect", is_right ? Json(frame) : Json("another")}}}});
  }
  return steps;
}

/// Groups that do their steps for a while.
void Generator::draw_load() {
  if (dice_.chance(12)) return draw_throng();
  static const std::vector<std::string> kVerify{"all", "all", "first", "100%"};
  Json& load = drawn_.scenario["load"];
  load = {{"duration", "310ms"}};
  if (dice_.chance(50)) load["model"] = "closed";
  const bool warms_up = dice_.chance(20);
  if (dice_.chance(60)) load["verify"] = dice_.pick(kVerify);
  if (dice_.chance(30)) {
    load["depth"] = dice_.between(2, 4);
    load.erase("verify");
    Script& script = drawn_.server[kFirstPort];
    add_loaded_group(kFirstPort, draw_pipelined(script));
    static const std::vector<std::string> kLies{
        "wrong_byte", "missing_byte", "byte_too_many", "never_answers", "reset_instead", "fin_instead", ""};
    script.lie = dice_.pick(kLies);
    script.lie_from = dice_.between(0, 3);
    return;  // With several under way it is not known which of them is lied to, nor how many there are.
  }
  for (std::uint64_t i = 0; i < (dice_.chance(25) ? 2 : 1); ++i) draw_loaded_group(kFirstPort + i);
  if (warms_up) load["warmup"] = "100ms";
  if (dice_.chance(45)) open_load();
  draw_thresholds();
}

Json& Generator::add_loaded_group(std::uint64_t port, Json steps) {
  Json group{{"count", dice_.between(1, 3)}, {"steps", std::move(steps)}};
  draw_target(group, static_cast<std::uint16_t>(port));
  drawn_.scenario["clients"].push_back(std::move(group));
  return drawn_.scenario["clients"].back();
}

void Generator::draw_loaded_group(std::uint64_t port) {
  Script& script = drawn_.server[static_cast<std::uint16_t>(port)];
  Talk talk(dice_, script, {.wrong_percent = wrong_percent_});
  Json& group = add_loaded_group(port, talk.draw_load());
  if (dice_.chance(15)) group["connection"] = "per_iteration";
  if (dice_.chance(48)) draw_lie(group, script);
  script.lie_to.clear();  // Which numbers iterations have is nobody's business.
}

/// Makes it one whose iterations start on a schedule.
void Generator::open_load() {
  static const std::vector<std::string> kRates{"5/s", "10/s", "25/s", "40/s"};
  static const std::vector<std::string> kGraces{"70ms", "1s", "5s"};
  Json& load = drawn_.scenario["load"];
  load["model"] = "open";
  load["grace"] = dice_.pick(kGraces);
  if (dice_.chance(70) || !dice_.chance(50)) load["rate"] = dice_.pick(kRates);
  if (load.contains("rate") && dice_.chance(60)) return;
  load.erase("duration");
  load["stages"] = Json::array({{{"rate", dice_.pick(kRates)}, {"for", "110ms"}}});
  if (dice_.chance(60)) load["stages"].push_back({{"rate", dice_.chance(20) ? "0/s" : "25/s"}, {"for", "190ms"}});
}

/// So many iterations that a share of their replies shows a server that lies in all of them.
void Generator::draw_throng() {
  struct Throng {
    const char* verify;
    const char* rate;
  };
  static const std::vector<Throng> kThrongs{
      {"50%", "400/s"}, {"50%", "600/s"}, {"25%", "1200/s"}, {"10%", "2000/s"}, {"1%", "12000/s"}};
  const Throng& throng = dice_.pick(kThrongs);
  Json& load = drawn_.scenario["load"];
  load = {{"model", "open"}, {"duration", "310ms"}, {"grace", "5s"}, {"rate", throng.rate}, {"verify", throng.verify}};
  if (dice_.chance(40)) load["arrival"] = dice_.chance(70) ? "poisson" : "constant";
  Json steps = Json::array({{{"exchange", {{"send", "q${iteration}"}, {"expect", "GOT:q${iteration}"}}}}});
  add_loaded_group(kFirstPort, std::move(steps))["count"] = 4;
  Script& script = drawn_.server[kFirstPort];
  static const std::vector<std::string> kLies{"wrong_byte", "wrong_first_byte", "missing_byte", "byte_too_many",
                                              "only_the_request"};
  if (dice_.chance(50)) return;
  script.lie = dice_.pick(kLies);
  script.lie_count = 1'000'000;
}

/// They hold or do not, whatever the figures are.
void Generator::draw_thresholds() {
  Json thresholds = Json::array();
  if (dice_.chance(20)) {
    thresholds.push_back({{"metric", "errors"}, {"at", "count"}, {"below", dice_.chance(50) ? 1 : 1'000'000}});
  }
  // Whether a reply counts that comes when the load is over is not said.
  const bool may_be_late = std::ranges::any_of(
      drawn_.server, [](const auto& entry) { return entry.second.lie == "late" || entry.second.lie == "slow"; });
  const int most = may_be_late || dice_.chance(50) ? 1'000'000 : 0;
  if (dice_.chance(20)) thresholds.push_back({{"metric", "messages"}, {"above", most}});
  const bool is_open = drawn_.scenario["load"].value("model", "") == "open";
  if (is_open && dice_.chance(40)) thresholds.push_back({{"metric", "dropped"}, {"below", 1}});
  if (!thresholds.empty()) drawn_.scenario["thresholds"] = thresholds;
}

/// All clients wait for each other, or those of a group do.
void Generator::add_barriers(std::size_t groups) {
  const bool is_for_all = groups > 1 && dice_.chance(60);
  Json& clients = drawn_.scenario["clients"];
  for (std::size_t i = 0; i < groups; ++i) {
    Json& group = clients[i];
    Json barrier = Json::object();
    if (!is_for_all) {
      barrier["name"] = "b" + std::to_string(i);
      barrier["parties"] = group.value("count", 1);
    }
    if (dice_.chance(40)) barrier["timeout"] = "1130ms";
    // One that cannot be met is an error of the file.
    if (is_for_all) group.erase("iterations");
    Json& steps = group["steps"];
    const auto at = static_cast<Json::difference_type>(dice_.between(0, steps.size()));
    steps.insert(steps.begin() + at, Json{{"barrier", barrier}});
  }
}

}  // namespace

Case draw_case(std::uint64_t seed, Network network) { return Generator(seed, network).draw(); }

}  // namespace oracle
