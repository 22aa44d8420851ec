#include "client/scenario/pattern_reader.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "client/scenario/decimal.h"
#include "client/scenario/encoded_bytes.h"

namespace client::scenario {

namespace {

using Kind = Predicate::Kind;

constexpr const char* kRawPredicates = "use equals, bytes or starts_with, or contains, ends_with or matches";

/// The text as it will be for the first client, when all that its steps set is `value`.
std::string for_first_client(Reader& reader, const Template& text, const std::string& value) {
  const std::vector<std::optional<std::string>> values(reader.variables.names_set_by_steps().size(), value);
  std::string expanded;
  text.expand({.client_index = 0, .client_name = reader.group.name, .iteration = 0, .values = values}, expanded);
  return expanded;
}

/// A text that changes is compiled when it is used; here it is told when it is wrong whatever the steps set.
const RegularExpression* compile_for_first_client(Reader& reader, const Cursor& at, const Template& text) {
  // In turn nothing, a character of a class, a number, and a flag.
  for (const char* value : {"", "a", "1", "i"}) {
    const std::string expanded = for_first_client(reader, text, value);
    if (RegularExpression::compile(expanded)) return reader.regular_expression(at, expanded);
  }
  return reader.regular_expression(at, for_first_client(reader, text, ""));
}

void read_text_value(Reader& reader, const Cursor& at, Predicate& out) {
  read_template(reader, at, Changing::per_client, out.texts.emplace_back());
}

void read_matches(Reader& reader, const Cursor& at, Predicate& out) {
  Template& text = out.texts.emplace_back();
  if (!read_template(reader, at, Changing::per_client, text)) return;
  const RegularExpression* pattern = compile_for_first_client(reader, at, text);
  if (pattern == nullptr) return;
  for (std::string& name : pattern->group_names()) {
    if (const auto variable = reader.define_by_step(name, at.node.extent, at.pointer()))
      out.groups.push_back({std::move(name), *variable});
  }
  if (text.is_constant()) out.pattern = *pattern;
}

void read_one_of(Reader& reader, const Cursor& at, Predicate& out) {
  if (!is_filled_list(reader, at, "text")) return;
  for (std::size_t i = 0; i < at.node.elements.size(); ++i) read_text_value(reader, at.element(i), out);
}

void read_bytes(Reader& reader, const Cursor& at, Predicate& out) {
  const auto digits = read_text(reader, at);
  if (!digits) return;
  auto bytes = decode_hex(*digits);
  if (!bytes) return reader.error(at, std::move(bytes.error()));
  out.texts.emplace_back(*std::move(bytes));
}

void read_number_value(Reader& reader, const Cursor& at, Predicate& out) {
  read_number(reader, at, out.texts.emplace_back());
}

void read_between(Reader& reader, const Cursor& at, Predicate& out) {
  if (at.node.kind != Node::Kind::list || at.node.elements.size() != 2) {
    return reader.wrong(at, "a list of two numbers, as in [1, 10]");
  }
  read_number_value(reader, at.element(0), out);
  read_number_value(reader, at.element(1), out);
  const Template& low = out.texts.front();
  const Template& high = out.texts.back();
  if (!low.is_constant() || !high.is_constant()) return;
  if (Decimal::parse(low.constant()) > Decimal::parse(high.constant())) {
    reader.error(at, fmt::format("nothing is between {} and {}; the smaller number comes first", low.constant(),
                                 high.constant()));
  }
}

/// What is said of a length is said of the frame that its digits would be.
void read_length(Reader& reader, const Cursor& at, Predicate& out) {
  constexpr std::array<std::string_view, 3> kComparisons{"less", "greater", "between"};
  Pattern& pattern = out.patterns.emplace_back();
  pattern.place = reader.place(at);
  if (at.node.kind != Node::Kind::object) {
    Template length;
    if (!read_number(reader, at, length)) return;
    if (length.is_constant() && !Decimal::parse(length.constant())->is_whole()) {
      return reader.wrong(at, "a whole number from 0 on");
    }
    pattern.predicates.push_back({.kind = Kind::equals, .texts = {std::move(length)}, .place = reader.place(at)});
    return;
  }
  check_keys(reader, at, kComparisons);
  read_predicates(reader, at, pattern);
  if (pattern.predicates.empty()) {
    reader.error(at, fmt::format("this says nothing about the length; add {}", fmt::join(kComparisons, ", ")));
  }
}

void read_negation(Reader& reader, const Cursor& at, Predicate& out) {
  read_value(reader, at, out.patterns.emplace_back());
}

void read_patterns(Reader& reader, const Cursor& at, Predicate& out) {
  if (!is_filled_list(reader, at, "object of predicates")) return;
  for (std::size_t i = 0; i < at.node.elements.size(); ++i) {
    read_value(reader, at.element(i), out.patterns.emplace_back());
  }
}

void read_empty(Reader& reader, const Cursor& at, Predicate& out) { read_value(reader, at, out.is_empty); }

auto reader_of(Kind kind) -> void (*)(Reader&, const Cursor&, Predicate&) {
  switch (kind) {
    case Kind::equals:
    case Kind::not_equals:
    case Kind::contains:
    case Kind::not_contains:
    case Kind::starts_with:
    case Kind::ends_with:
      return read_text_value;
    case Kind::matches:
      return read_matches;
    case Kind::one_of:
      return read_one_of;
    case Kind::bytes:
      return read_bytes;
    case Kind::empty:
      return read_empty;
    case Kind::length:
      return read_length;
    case Kind::less:
    case Kind::greater:
      return read_number_value;
    case Kind::between:
      return read_between;
    case Kind::negation:
      return read_negation;
    case Kind::all:
    case Kind::any:
      break;
  }
  return read_patterns;
}

}  // namespace

void read_predicates(Reader& reader, const Cursor& object, Pattern& out) {
  out.place = reader.place(object);
  for (const Member& member : object.node.members) {
    const auto kind = predicate_kind(member.key);
    if (!kind) continue;
    const Cursor value = object.member(member);
    Predicate predicate{.kind = *kind, .place = reader.place(value)};
    reader_of (*kind)(reader, value, predicate);
    out.predicates.push_back(std::move(predicate));
  }
}

void read_value(Reader& reader, const Cursor& at, Pattern& out) {
  out.place = reader.place(at);
  if (at.node.kind == Node::Kind::string) {
    Predicate equals{.kind = Kind::equals, .place = reader.place(at)};
    read_text_value(reader, at, equals);
    out.predicates.push_back(std::move(equals));
    return;
  }
  if (at.node.kind != Node::Kind::object) return reader.wrong(at, "a string or an object of predicates");
  check_keys(reader, at, predicate_keys());
  read_predicates(reader, at, out);
  if (out.predicates.empty()) reader.error(at, kSaysNothing);
}

void check_for_raw_bytes(Reader& reader, const Cursor& at, const Pattern& pattern) {
  for (const Member& member : at.node.members) {
    const auto kind = predicate_kind(member.key);
    if (kind && !works_on_raw_bytes(*kind)) {
      reader.error_at_key(
          at, member,
          fmt::format("framing raw does not know how many bytes \"{}\" takes; {}", member.key, kRawPredicates));
    }
  }
  for (const Predicate& predicate : pattern.predicates) {
    if (!predicate.pattern || !predicate.pattern->looks_behind_its_end()) continue;
    reader.errors.add(at.node.extent, predicate.place.pointer, std::string(kLooksBehindItsEnd));
  }
  const bool is_known = std::ranges::all_of(
      pattern.predicates, [](const Predicate& predicate) { return works_on_raw_bytes(predicate.kind); });
  bool is_mismatch = false;
  if (is_known && !pattern.predicates.empty() && is_constant(pattern) && find_raw(pattern, "", {}, is_mismatch)) {
    reader.error(at,
                 "framing raw takes what is expected as soon as it is there, and this is met before a byte has come");
  }
}

}  // namespace client::scenario
