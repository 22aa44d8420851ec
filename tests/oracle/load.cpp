#include "tests/oracle/load.h"

#include <algorithm>
#include <cmath>
#include <set>

namespace oracle {

namespace {

/// A miss that is less likely than this does not happen.
constexpr double kNever = 1e-12;

/// So many lies are all that a connection lives to see.
constexpr std::uint64_t kAlways = 1'000'000;

/// Of "25/s", a second.
double rate_of(const Json& text) { return std::stod(text.get<std::string>()); }

/// As a part of an iteration's time to the next.
constexpr double kNear = 0.02;

Time lasts_of(const Json& json, const char* key) { return json.contains(key) ? duration_of(json.at(key)) : 0; }

using Kinds = std::set<std::pair<std::string, std::vector<std::string>>>;

Kinds kinds_of(const LoadRun& run) {
  Kinds kinds;
  for (const Stop& stop : run.stops) kinds.emplace(stop.pointer, stop.codes);
  return kinds;
}

/// Iterations that are to start in the first `time` of a stage, in which the rate goes in a straight line.
double started_in(const LoadStage& stage, Time time) {
  const double seconds = static_cast<double>(time) / kSecond;
  const double all = static_cast<double>(stage.lasts) / kSecond;
  return stage.from * seconds + (stage.to - stage.from) * seconds * seconds / (2 * all);
}

bool are_alike(const LoadRun& a, const LoadRun& b) {
  return kinds_of(a) == kinds_of(b) && (a.dropped > 0) == (b.dropped > 0) && (a.messages > 0) == (b.messages > 0) &&
         (a.iterations > 0) == (b.iterations > 0);
}

}  // namespace

Load::Load(const Json& scenario, const std::list<Group>& groups, const Server& server, Time start, Doubts& doubts)
    : load_(scenario.at("load")),
      groups_(groups),
      server_(server),
      start_(start),
      doubts_(doubts),
      verify_(load_.value("verify", "all")) {}

LoadRun Load::run() {
  if (verify_.ends_with('%') && verify_ != "100%") return run_share(std::stod(verify_) / 100);
  return load_.value("model", "closed") == "open" ? run_open() : run_closed();
}

Load::Crew Load::join(Doubts& doubts) const {
  Crew crew{.clients = {}, .begin = start_, .has_contact = false};
  for (const Group& group : groups_) {
    for (std::uint64_t index = 0; index < group.count; ++index) {
      Client& client = crew.clients.emplace_back(group, index, server_, no_barriers_, start_, doubts);
      crew.begin = std::max(crew.begin, client.join_load(verify_));
    }
  }
  crew.has_contact = std::ranges::any_of(crew.clients, [](const Client& client) { return !client.stop(); });
  return crew;
}

LoadRun Load::collect(Crew& crew) const {
  LoadRun run{.end = start_};
  for (const Client& client : crew.clients) {
    run.stops.insert(run.stops.end(), client.stops().begin(), client.stops().end());
    run.connected += client.connections();
    run.messages += client.messages();
    run.iterations += client.iterations();
    run.end = std::max(run.end, client.now());
    run.is_message_in_time |= client.first_message() < crew.begin + lasts() - doubts_.margin();
  }
  return run;
}

/// Of warm-up and what is measured together.
Time Load::lasts() const {
  Time lasts = lasts_of(load_, "warmup") + lasts_of(load_, "duration");
  for (const Json& stage : load_.value("stages", Json::array())) lasts += lasts_of(stage, "for");
  return lasts;
}

LoadRun Load::run_closed() {
  Crew crew = join(doubts_);
  const Time measured_from = crew.begin + lasts_of(load_, "warmup");
  // Where nobody could connect there is no load.
  const Time end = crew.has_contact ? crew.begin + lasts() : crew.begin;
  for (Client& client : crew.clients) client.work(crew.begin, end, measured_from);
  return collect(crew);
}

/// A warm-up goes before the stages, at the rate that there is at first.
std::vector<LoadStage> Load::stages() const {
  const Json stages = load_.value("stages", Json::array());
  const double first = rate_of(load_.contains("rate") ? load_.at("rate") : stages.at(0).at("rate"));
  const Time before = lasts_of(load_, "warmup");
  std::vector<LoadStage> all{{.from = first, .to = first, .lasts = before + lasts_of(load_, "duration")}};
  for (const Json& stage : stages) {
    all.push_back({.from = all.back().to, .to = rate_of(stage.at("rate")), .lasts = lasts_of(stage, "for")});
  }
  return all;
}

/// When iterations are to start, since the load began. Whether the first one does so at once is not said.
std::vector<Time> Load::schedule(bool begins_at_once, Doubts& doubts) const {
  std::vector<Time> due;
  double before = 0;
  Time begin = 0;
  double next = begins_at_once ? 0 : 1;
  for (const LoadStage& stage : stages()) {
    for (Time at = 0; at < stage.lasts; at += kMillisecond / 10) {
      for (; before + started_in(stage, at) >= next; ++next) due.push_back(begin + at);
    }
    if (stage.lasts > 0) before += started_in(stage, stage.lasts);
    begin += stage.lasts;
  }
  if (next - before < kNear || before - (next - 1) < kNear) doubts.add("an iteration is due as the load ends");
  return due;
}

LoadRun Load::run_schedule(std::size_t first, bool begins_at_once) {
  Crew crew = join(doubts_);
  std::vector<Client*> clients;
  for (Client& client : crew.clients) clients.push_back(&client);
  const Time measured_from = lasts_of(load_, "warmup");
  const Time last_start = crew.begin + lasts() + (load_.contains("grace") ? duration_of(load_.at("grace")) : kSecond);
  std::uint64_t dropped = 0;
  std::uint64_t planned = 0;
  std::size_t turn = first;
  for (const Time due : crew.has_contact ? schedule(begins_at_once, doubts_) : std::vector<Time>()) {
    Client& client = *clients[turn++ % clients.size()];
    const bool is_measured = due >= measured_from;
    if (measured_from > 0) doubts_.add_when_near(due, measured_from, "an iteration is due as the warm-up ends");
    planned += is_measured ? 1 : 0;
    const Time at = std::max(client.now(), crew.begin + due);
    doubts_.add_when_near(at, last_start, "an iteration would start as the grace is over");
    if (at > last_start) {
      dropped += is_measured ? 1 : 0;
      continue;
    }
    client.start(at, is_measured);
  }
  Time end = crew.begin + lasts();
  for (const Client& client : crew.clients) end = std::max(end, client.now());
  for (Client& client : crew.clients) client.end_load(end);
  LoadRun run = collect(crew);
  run.dropped = dropped;
  run.iterations = planned;
  return run;
}

/// Neither who is the first in the round nor when the first iteration starts is said: it must not matter.
LoadRun Load::run_open() {
  std::uint64_t count = 0;
  for (const Group& group : groups_) count += group.count;
  const LoadRun run = run_schedule(0, true);
  for (std::size_t first = 0; first < count; ++first) {
    for (const bool begins_at_once : {false, true}) {
      if (!are_alike(run, run_schedule(first, begins_at_once))) doubts_.add("it matters whose turn it is");
    }
  }
  return run;
}

/// Which replies are compared is not said. So a server tells the truth in all of them, or lies in so many that one of
/// the lies is compared, and each iteration is like the first.
LoadRun Load::run_share(double share) {
  for (const auto& [port, script] : server_) {
    const bool always_lies = script.lie_from == 0 && script.lie_count >= kAlways && script.lies_on == ~std::uint64_t{};
    if (!script.lie.empty() && !always_lies) doubts_.add("it matters which replies are compared");
  }
  Doubts unasked;  // One iteration more or less is the same here.
  Crew crew = join(doubts_);
  const double due = static_cast<double>(schedule(false, unasked).size());
  for (Client& client : crew.clients) {
    if (crew.has_contact) client.start(crew.begin, true);
    client.end_load();
  }
  LoadRun run = collect(crew);
  const auto liars = static_cast<double>(run.stops.size());
  const double replies = due * liars / static_cast<double>(crew.clients.size());
  if (liars > 0 && std::pow(1 - share, replies) > kNever) doubts_.add("perhaps none of the lies is compared");
  run.end = std::max(run.end, crew.begin + lasts());
  return run;
}

}  // namespace oracle
