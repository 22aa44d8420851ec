#include "tests/oracle/shrink.h"

#include <vector>

#include "tests/oracle/harness.h"

namespace oracle {

namespace {

using Pointer = Json::json_pointer;

/// Every value inside, those that hold others first.
void collect(const Json& value, const Pointer& at, std::vector<Pointer>& out) {
  const auto add = [&](const Json& inner, const Pointer& where) {
    out.push_back(where);
    collect(inner, where, out);
  };
  if (value.is_array()) {
    for (std::size_t i = 0; i < value.size(); ++i) add(value.at(i), at / i);
  } else if (value.is_object()) {
    for (const auto& [key, inner] : value.items()) add(inner, at / key);
  }
}

void remove(Json& root, const Pointer& at) {
  Json& parent = root.at(at.parent_pointer());
  if (parent.is_array()) {
    parent.erase(static_cast<std::size_t>(std::stoul(at.back())));
  } else {
    parent.erase(at.back());
  }
}

/// Puts the steps that a step holds in its place; false when it holds none.
bool unfold(Json& root, const Pointer& at) {
  const Json step = root.at(at);
  Json& parent = root.at(at.parent_pointer());
  if (!parent.is_array() || !step.is_object()) return false;
  Json inner;
  if (step.contains("repeat") && step.at("repeat").is_object()) inner = step.at("repeat").value("steps", Json());
  if (step.contains("retry")) inner = step.at("retry").value("until", Json());
  if (!inner.is_array()) return false;
  const auto index = static_cast<Json::difference_type>(std::stoul(at.back()));
  parent.erase(parent.begin() + index);
  parent.insert(parent.begin() + index, inner.begin(), inner.end());
  return true;
}

class Shrinker {
 public:
  Shrinker(Case drawn, const std::function<bool(const Case&)>& interesting)
      : best_(std::move(drawn)), interesting_(interesting) {}

  Case shrink() {
    while (shrink_scenario() || shrink_server() || shrink_network()) continue;
    return std::move(best_);
  }

 private:
  bool try_this(const Case& candidate) {
    if (left_ == 0) return false;
    --left_;
    if (!is_readable(candidate) || !interesting_(candidate)) return false;
    best_ = candidate;
    return true;
  }

  bool shrink_scenario();
  bool shrink_server();
  bool shrink_script(std::uint16_t port);
  bool shrink_network();

  Case best_;
  const std::function<bool(const Case&)>& interesting_;
  std::size_t left_ = 20'000;
};

bool Shrinker::shrink_scenario() {
  std::vector<Pointer> places;
  collect(best_.scenario, Pointer(), places);
  bool has_shrunk = false;
  for (const Pointer& place : places) {
    if (!best_.scenario.contains(place)) continue;
    Case candidate = best_;
    remove(candidate.scenario, place);
    if (try_this(candidate)) {
      has_shrunk = true;
      continue;
    }
    candidate = best_;
    has_shrunk |= unfold(candidate.scenario, place) && try_this(candidate);
    candidate = best_;
    Json& value = candidate.scenario.at(place);
    if (!value.is_number_unsigned() || value <= 1) continue;
    value = 1;
    has_shrunk |= try_this(candidate);
  }
  return has_shrunk;
}

bool Shrinker::shrink_server() {
  bool has_shrunk = false;
  for (const auto& [port, script] : Server(best_.server)) {
    Case candidate = best_;
    candidate.server.erase(port);
    has_shrunk |= try_this(candidate) || shrink_script(port);
  }
  return has_shrunk;
}

bool Shrinker::shrink_script(std::uint16_t port) {
  bool has_shrunk = false;
  const auto attempt = [&](auto change) {
    Case candidate = best_;
    Script& script = candidate.server.at(port);
    change(script);
    const bool is_other = to_json(candidate.server) != to_json(best_.server);
    has_shrunk |= is_other && try_this(candidate);
  };
  attempt([](Script& script) { script.greeting.clear(); });
  attempt([](Script& script) { script.lie.clear(); });
  attempt([](Script& script) { script.lie_from = 0; });
  attempt([](Script& script) { script.lie_count = 1; });
  attempt([](Script& script) { script.lie_to.clear(); });
  attempt([](Script& script) { script.lies_on = ~std::uint64_t{}; });
  for (const auto& [request, actions] : std::map(best_.server.at(port).answers)) {
    attempt([&](Script& script) { script.answers.erase(request); });
    for (std::size_t i = actions.size(); i-- > 0;) {
      attempt([&](Script& script) {
        if (script.answers[request].size() <= i) return;
        script.answers[request].erase(script.answers[request].begin() + static_cast<std::ptrdiff_t>(i));
      });
      attempt([&](Script& script) {
        if (script.answers[request].size() > i) script.answers[request][i].after = 0;
      });
    }
  }
  return has_shrunk;
}

bool Shrinker::shrink_network() {
  bool has_shrunk = false;
  Case candidate = best_;
  candidate.is_rough = false;
  has_shrunk |= best_.is_rough && try_this(candidate);
  candidate = best_;
  candidate.rechunk.reset();
  has_shrunk |= best_.rechunk && try_this(candidate);
  return has_shrunk;
}

}  // namespace

Case shrink(Case drawn, const std::function<bool(const Case&)>& interesting) {
  return Shrinker(std::move(drawn), interesting).shrink();
}

}  // namespace oracle
