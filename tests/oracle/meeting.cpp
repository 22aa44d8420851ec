#include "tests/oracle/meeting.h"

#include <algorithm>

namespace oracle {

namespace {

bool comes_to(const Json& steps, const std::string& barrier) {
  return std::ranges::any_of(steps, [&](const Json& step) {
    const std::string& key = step.begin().key();
    const Json& value = step.begin().value();
    if (key == "barrier") return value.value("name", "") == barrier;
    if (key == "repeat") return comes_to(value.at("steps"), barrier);
    return key == "retry" && comes_to(value.at("until"), barrier);
  });
}

}  // namespace

void Meeting::add(const Group& group, std::uint64_t index) {
  parties_.push_back({.group = &group, .index = index, .doubts = Doubts(doubts_.margin())});
}

void Meeting::run(Party& party) {
  party.doubts.forget();
  party.client = &clients_.emplace_back(*party.group, party.index, server_, party.releases, start_, party.doubts);
  party.outcome = party.client->run();
}

std::vector<Meeting::Party*> Meeting::waiting() const {
  std::vector<Party*> found;
  for (const Party& party : parties_) {
    if (party.outcome == Client::Outcome::blocked) found.push_back(const_cast<Party*>(&party));
  }
  return found;
}

/// A client that has failed, or has been skipped, will not come to the barriers of its group any more.
std::optional<Time> Meeting::broken_since(const std::string& barrier) const {
  std::optional<Time> since;
  for (const Party& party : parties_) {
    const bool is_over = party.outcome != Client::Outcome::blocked && party.outcome != Client::Outcome::passed;
    if (!is_over || !comes_to(party.group->steps, barrier)) continue;
    since = std::min(since.value_or(party.client->now()), party.client->now());
  }
  return since;
}

/// All that may happen next at the barriers; the first of them does.
std::vector<Meeting::Happening> Meeting::possible(const std::vector<Party*>& waiting) const {
  std::vector<Happening> found;
  std::map<std::string, std::vector<Party*>> by_barrier;
  for (Party* party : waiting) by_barrier[party->client->stay()->barrier].push_back(party);
  for (auto& [barrier, parties] : by_barrier) {
    std::ranges::sort(parties, {}, [](const Party* party) { return party->client->stay()->since; });
    const auto broken = broken_since(barrier);
    for (Party* party : parties) {
      const Client::Stay& stay = *party->client->stay();
      found.push_back({stay.until, "timeout", {party}});
      if (broken) found.push_back({std::max(*broken, stay.since), "barrier", {party}});
    }
    const std::uint64_t wanted = parties.front()->client->stay()->parties;
    if (parties.size() < wanted) continue;
    parties.resize(wanted);
    found.push_back({parties.back()->client->stay()->since, "", parties});
  }
  return found;
}

void Meeting::run() {
  for (Party& party : parties_) run(party);
  for (std::vector<Party*> blocked = waiting(); !blocked.empty(); blocked = waiting()) {
    const std::vector<Happening> all = possible(blocked);
    const Happening& first = *std::ranges::min_element(all, {}, &Happening::at);
    for (const Happening& other : all) {
      const bool concerns_same = std::ranges::find_first_of(other.parties, first.parties) != other.parties.end();
      if (concerns_same && other.code != first.code && other.at - first.at < doubts_.margin()) {
        doubts_.add("a barrier opens as it breaks");
      }
    }
    for (Party* party : first.parties) {
      party->releases.push_back({first.at, first.code});
      clients_.remove_if([&](const Client& client) { return &client == party->client; });
      run(*party);
    }
  }
  for (const Party& party : parties_) {
    outcomes_.push_back(party.outcome);
    doubts_.add(party.doubts);
  }
}

}  // namespace oracle
