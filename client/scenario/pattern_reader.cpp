#include "client/scenario/pattern_reader.h"

#include <utility>

#include <fmt/format.h>

namespace client::scenario {

namespace {

/// Null when it is wrong, which has been noted.
const RegularExpression* compiled(Reader& reader, const Cursor& at, const std::string& text) {
  if (const auto known = reader.patterns.find(text); known != reader.patterns.end()) return &known->second;
  if (reader.patterns.size() >= Reader::kMaxPatterns) {
    reader.error(at, fmt::format("a file has {} different regular expressions at most", Reader::kMaxPatterns));
    return nullptr;
  }
  auto pattern = RegularExpression::compile(text);
  if (pattern) return &reader.patterns.emplace(text, std::move(*pattern)).first->second;
  reader.error(at, std::move(pattern.error()));
  return nullptr;
}

/// A text that changes is compiled when it is used: here as it will be for the first client, so that what is wrong with
/// it in any case is told before the run.
void compile(Reader& reader, const Cursor& at, Predicate& predicate) {
  std::string text;
  predicate.text.expand({.client_index = 0, .client_name = reader.group.name, .iteration = 0}, text);
  const RegularExpression* pattern = compiled(reader, at, text);
  if (pattern != nullptr && predicate.text.is_constant()) predicate.pattern = *pattern;
}

void read_predicate(Reader& reader, const Cursor& at, Predicate::Kind kind, Pattern& out) {
  Predicate predicate{.kind = kind, .text = {}, .pattern = {}, .place = reader.place(at)};
  const bool is_good = read_template(reader, at, Changing::per_client, predicate.text);
  if (is_good && kind == Predicate::Kind::matches) compile(reader, at, predicate);
  out.predicates.push_back(std::move(predicate));
}

}  // namespace

void read_predicates(Reader& reader, const Cursor& object, Pattern& out) {
  out.place = reader.place(object);
  for (const Member& member : object.node.members) {
    if (const auto kind = predicate_kind(member.key)) read_predicate(reader, object.member(member), *kind, out);
  }
}

void read_value(Reader& reader, const Cursor& at, Pattern& out) {
  out.place = reader.place(at);
  if (at.node.kind == Node::Kind::string) return read_predicate(reader, at, Predicate::Kind::equals, out);
  if (at.node.kind != Node::Kind::object) return reader.wrong(at, "a string or an object of predicates");
  check_keys(reader, at, predicate_keys());
  read_predicates(reader, at, out);
  if (out.predicates.empty()) reader.error(at, "this says nothing about the frame; add equals, contains or matches");
}

}  // namespace client::scenario
