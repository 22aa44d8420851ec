#include "tests/oracle/tally.h"

#include <set>

#include <fmt/format.h>

#include "tests/oracle/lies.h"

namespace oracle {

namespace {

using Met = std::set<std::string>;

/// What is made of several keys.
void collect_combinations(const Json& value, Met& met) {
  const bool names = value.contains("frames") && value.at("frames").dump().contains("(?P<");
  if (names && value.value("mode", "") == "any_order") met.insert("named groups in any_order");
  const bool is_raw = value.contains("framing") && value.at("framing") == "raw";
  if (is_raw && value.contains("matches") && value.at("matches").get<std::string>().contains("${")) {
    met.insert("a value that is matched raw");
  }
  for (const Json& step : value.contains("until") ? value.at("until") : Json::array()) {
    if (step.contains("skip")) met.insert("skip inside retry");
  }
}

/// Objects whose keys mean what the key in front of them says.
void collect_keys(const Json& value, const std::string& of, Met& met) {
  if (value.is_array()) {
    for (const Json& one : value) collect_keys(one, of, met);
  }
  if (!value.is_object()) return;
  collect_combinations(value, met);
  for (const auto& [key, inner] : value.items()) {
    met.insert(of + " " + key);
    if (key == "steps" || key == "until" || key == "setup" || key == "teardown") {
      collect_keys(inner, "step", met);
    } else {
      collect_keys(inner, key == "frames" || key == "any" || key == "all" || key == "not" ? "expect" : key, met);
    }
    const bool is_word = key == "mode" || key == "eol" || key == "connection" || key == "how" || key == "verify" ||
                         key == "model" || key == "arrival" || key == "metric";
    if (is_word || (key == "framing" && inner.is_string())) met.insert(key + " " + inner.get<std::string>());
    if (key == "length_prefix")
      met.insert("prefix of " + inner.at("bytes").dump() + " " + inner.value("endian", "big"));
  }
}

}  // namespace

void Tally::add(const Case& drawn, const Opinion& opinion) {
  Met met;
  collect_keys(drawn.scenario, "file", met);
  for (const auto& [port, script] : drawn.server) {
    if (!script.lie.empty()) met.insert("lie " + script.lie);
  }
  met.insert(drawn.server.empty() ? "" : "verdict " + opinion.verdict);
  for (const Stop& stop : opinion.stops) met.insert("code " + stop.codes.front());
  const std::string verified = drawn.scenario.value("/load/verify"_json_pointer, "");
  if (verified.ends_with('%') && verified != "100%") met.insert("verify a share");
  if (drawn.rechunk) met.insert("--rechunk");
  if (drawn.is_rough) met.insert("rough network");
  if (opinion.stops.size() > 1) met.insert("several failures");
  if (drawn.scenario.at("clients").size() > 1) met.insert("several groups");
  for (const std::string& what : met) ++counts_[what];
}

std::uint64_t Tally::count(const std::string& what) const {
  const auto found = counts_.find(what);
  return found == counts_.end() ? 0 : found->second;
}

std::string Tally::to_text() const {
  std::string text;
  for (const auto& [what, count] : counts_) text += fmt::format("{:>8} {}\n", count, what);
  return text;
}

}  // namespace oracle
