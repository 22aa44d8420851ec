#include "tests/oracle/patterns.h"

#include <algorithm>
#include <vector>

#include <re2/re2.h>

#include "tests/oracle/encoding.h"
#include "tests/oracle/numbers.h"

namespace oracle {

namespace {

/// What no drawn frame has in it.
constexpr const char* kAbsent = "ZZZ";

std::string quoted(const std::string& text) { return RE2::QuoteMeta(text); }

/// A piece of a frame, cut where a text stays a text.
std::string piece(Dice& dice, const std::string& frame, bool from_start, bool to_end) {
  if (frame.empty()) return frame;
  const std::size_t begin = from_start ? 0 : dice.between(0, frame.size() - 1);
  const std::size_t end = to_end ? frame.size() : dice.between(begin, frame.size());
  std::string cut = frame.substr(begin, end - begin);
  return is_text(cut) ? cut : frame;
}

Json length_pattern(Dice& dice, std::size_t size, bool is_to_hold) {
  const std::size_t less = size == 0 ? 0 : size - 1;
  const std::vector<Json> right{size,
                                {{"less", size + 1}},
                                {{"between", {less, size}}},
                                {{"between", {size, size + 2}}},
                                {{"less", size + 5}, {"between", {less, size + 1}}}};
  const std::vector<Json> wrong{size + 1,
                                {{"less", size}},
                                {{"greater", size}},
                                {{"between", {size + 1, size + 9}}},
                                {{"less", size + 3}, {"greater", size + 1}}};
  return {{"length", dice.pick(is_to_hold ? right : wrong)}};
}

/// That any number of what is drawn fulfils.
Json number_pattern(Dice& dice, bool is_to_hold) {
  const auto number = [](const std::string& digits) { return Json::parse(digits); };
  const std::vector<Json> right{{{"less", number("1e30")}},
                                {{"greater", number("-1e30")}},
                                {{"between", {-1000000000, number("1e29")}}},
                                {{"less", number("1e25")}, {"greater", -1000000000}}};
  const std::vector<Json> wrong{
      {{"less", -1000000000}}, {{"greater", number("1e29")}}, {{"between", {number("1e28"), number("1e29")}}}};
  return dice.pick(is_to_hold ? right : wrong);
}

Json number_bound_pattern(Dice& dice, const std::string& frame, bool is_to_hold) {
  // The frame's own digits as a bound: equal is neither less nor greater, and between.
  Json self;
  try {
    self = Json::parse(frame);
  } catch (const Json::exception&) {
    return number_pattern(dice, is_to_hold);
  }
  const bool stays_exact = self.is_number_integer() && self.dump() == frame;
  if (!stays_exact) return number_pattern(dice, is_to_hold);
  if (is_to_hold) return {{"between", {self, self}}};
  return dice.chance(50) ? Json{{"less", self}} : Json{{"greater", self}};
}

Json text_pattern(Dice& dice, const std::string& frame, bool is_to_hold) {
  if (is_to_hold) {
    const std::vector<Json> right{frame,
                                  {{"equals", frame}},
                                  {{"not_equals", frame + "!"}},
                                  {{"contains", piece(dice, frame, false, false)}},
                                  {{"not_contains", kAbsent}},
                                  {{"starts_with", piece(dice, frame, true, false)}},
                                  {{"ends_with", piece(dice, frame, false, true)}},
                                  {{"one_of", {"other", frame}}},
                                  {{"starts_with", piece(dice, frame, true, false)}, {"not_contains", kAbsent}}};
    return dice.pick(right);
  }
  const std::vector<Json> wrong{frame + "!",
                                {{"equals", kAbsent}},
                                {{"not_equals", frame}},
                                {{"contains", kAbsent}},
                                {{"not_contains", piece(dice, frame, false, false)}},
                                {{"starts_with", kAbsent + frame}},
                                {{"ends_with", frame + kAbsent}},
                                {{"one_of", {"other", "another"}}},
                                {{"starts_with", piece(dice, frame, true, false)}, {"contains", kAbsent}}};
  return dice.pick(wrong);
}

Json expression_pattern(Dice& dice, const std::string& frame, bool is_to_hold) {
  const std::string self = is_text(frame) ? quoted(frame) : ".";
  if (is_to_hold) {
    const std::vector<std::string> right{"^" + self + "$", self, "^(?s:.*)$", "(?:" + self + "|other)",
                                         "\\A(?:" + self + ")\\z"};
    return {{"matches", dice.pick(right)}};
  }
  const std::vector<std::string> wrong{"^" + self + "!$", kAbsent, "[Z]{3}", "^$|" + std::string(kAbsent)};
  const std::string chosen = dice.pick(wrong);
  return {{"matches", frame.empty() ? kAbsent : chosen}};
}

Json nested_pattern(Dice& dice, const std::string& frame, bool is_to_hold) {
  const auto draw = [&](bool holds) {
    Json pattern = draw_pattern(dice, frame, holds);
    return pattern.is_string() ? Json{{"equals", pattern}} : pattern;
  };
  const std::vector<std::string> kinds{"not", "all", "any"};
  const std::string kind = dice.pick(kinds);
  if (kind == "not") return {{"not", draw(!is_to_hold)}};
  if (kind == "all") return {{"all", Json::array({draw(true), draw(is_to_hold)})}};
  return {{"any", Json::array({draw(false), draw(is_to_hold)})}};
}

}  // namespace

bool is_text(const std::string& bytes) {
  try {
    return !Json(bytes).dump().empty();
  } catch (const Json::exception&) {
    return false;
  }
}

std::string draw_text(Dice& dice, const Framing& framing) {
  static const std::vector<std::string> kTexts{"alpha",
                                               "beta gamma",
                                               "Hello World",
                                               "x",
                                               "key=value",
                                               "token 17",
                                               "42",
                                               "0",
                                               "7",
                                               "-3",
                                               "-1.5",
                                               "1e3",
                                               "12345678901234567890123",
                                               "0.001",
                                               "007",
                                               "1 2",
                                               "é☃",
                                               "a\r",
                                               "",
                                               "0x10",
                                               "q",
                                               "GOT:",
                                               "aaaa",
                                               "\xff\x01z",
                                               "the quick brown fox jumps over",
                                               "tab\tbed",
                                               "$5.00 (net)",
                                               "[a]*",
                                               "Token=17;ok"};
  std::string text = dice.pick(kTexts);
  if (framing.kind == Framing::Kind::fixed) {
    text.resize(framing.size, '.');
    return text;
  }
  if (framing.kind == Framing::Kind::ended_by && text.contains(framing.ending)) return "plain";
  return text;
}

Json draw_pattern(Dice& dice, const std::string& frame, bool is_to_hold) {
  const std::uint64_t kind = dice.between(0, 99);
  if (kind < 15) return nested_pattern(dice, frame, is_to_hold);
  if (kind < 27) return length_pattern(dice, frame.size(), is_to_hold);
  if (kind < 34) return {{"bytes", hex_of(is_to_hold ? frame : frame + "!")}};
  if (kind < 40) return {{"empty", frame.empty() == is_to_hold}};
  if (kind < 55) return expression_pattern(dice, frame, is_to_hold);
  const bool is_number = Number::of(frame).has_value();
  if (is_number && kind < 80) return number_bound_pattern(dice, frame, is_to_hold);
  if (!is_number && !is_to_hold && kind < 62) return number_pattern(dice, true);
  if (is_text(frame)) return text_pattern(dice, frame, is_to_hold);
  return {{"bytes", hex_of(is_to_hold ? frame : frame + "!")}};
}

Json draw_raw_pattern(Dice& dice, const std::string& frame, bool is_to_hold) {
  const std::string wrong = (frame.starts_with('Z') ? "Y" : "Z") + frame.substr(std::min<std::size_t>(1, frame.size()));
  const std::string text = is_to_hold ? frame : wrong;
  const std::uint64_t kind = dice.between(0, 5);
  if (!is_text(text) || kind == 0) return {{"bytes", hex_of(text)}};
  if (kind == 1) return {{"starts_with", text}};
  if (kind == 2) return {{"contains", text}};
  if (kind == 3) return {{"ends_with", text}};
  if (kind == 4) return {{"matches", quoted(text)}};
  return dice.chance(50) ? Json(text) : Json{{"equals", text}};
}

}  // namespace oracle
