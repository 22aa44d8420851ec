#include "client/scenario/bad_value.h"

#include <fmt/format.h>

#include "client/scenario/decimal.h"

namespace client::scenario {

namespace {

using Kind = Predicate::Kind;

/// Why the text cannot be used; nothing when it can.
std::optional<std::string> why_no_pattern(std::string_view text, bool raw) {
  const auto compiled = RegularExpression::compile(text);
  if (!compiled) return compiled.error();
  if (raw && compiled->looks_behind_its_end()) return std::string(kLooksBehindItsEnd);
  return std::nullopt;
}

std::optional<std::string> why_no_number(std::string_view text, bool is_length) {
  const auto number = Decimal::parse(text);
  if (!number) return "it is no number";
  if (is_length && !number->is_whole()) return "a length is a whole number from 0 on";
  return std::nullopt;
}

class Search {
 public:
  Search(const ExpansionContext& context, bool raw) : context_(context), raw_(raw) {}

  std::optional<BadValue> in(const Pattern& pattern, bool is_length = false) const {
    for (const Predicate& predicate : pattern.predicates) {
      if (auto bad = in(predicate, is_length)) return bad;
      for (const Pattern& part : predicate.patterns) {
        if (auto bad = in(part, predicate.kind == Kind::length)) return bad;
      }
    }
    return std::nullopt;
  }

 private:
  std::optional<BadValue> in(const Predicate& predicate, bool is_length) const {
    for (const Template& text : predicate.texts) {
      if (text.is_constant()) continue;
      std::string scratch;
      const std::string_view value = filled_in(text, context_, scratch);
      if (auto why = why_not(predicate.kind, value, is_length)) return bad(predicate, value, *why);
    }
    return predicate.kind == Kind::between ? turned_around(predicate) : std::nullopt;
  }

  std::optional<std::string> why_not(Kind kind, std::string_view value, bool is_length) const {
    if (kind == Kind::matches) return why_no_pattern(value, raw_);
    const bool is_exact_length = is_length && kind == Kind::equals;
    const bool is_number = is_exact_length || kind == Kind::less || kind == Kind::greater || kind == Kind::between;
    return is_number ? why_no_number(value, is_exact_length) : std::nullopt;
  }

  std::optional<BadValue> turned_around(const Predicate& between) const {
    std::string low;
    std::string high;
    const std::string_view first = filled_in(between.texts.front(), context_, low);
    const std::string_view last = filled_in(between.texts.back(), context_, high);
    if (Decimal::parse(first) <= Decimal::parse(last)) return std::nullopt;
    return bad(between, first, fmt::format("nothing is between {} and {}", first, last));
  }

  static BadValue bad(const Predicate& predicate, std::string_view value, std::string why) {
    return {.place = &predicate.place,
            .predicate = name_of(predicate.kind),
            .text = std::string(value),
            .why = std::move(why)};
  }

  const ExpansionContext& context_;
  const bool raw_;
};

}  // namespace

std::optional<BadValue> find_bad_value(const Pattern& pattern, const ExpansionContext& context, bool raw) {
  if (is_constant(pattern)) return std::nullopt;
  return Search(context, raw).in(pattern);
}

}  // namespace client::scenario
