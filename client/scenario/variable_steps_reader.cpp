#include "client/scenario/variable_steps_reader.h"

#include <array>
#include <utility>

#include "client/scenario/pattern_reader.h"

namespace client::scenario {

namespace {

void read_from(Reader& reader, const Cursor& at, Capture& out) {
  read_template(reader, at, Changing::per_client, out.from.emplace());
}

void read_part(Reader& reader, const Cursor& at, Capture& out) {
  const auto text = read_text(reader, at);
  if (!text) return;
  if (const RegularExpression* pattern = reader.regular_expression(at, *text)) out.pattern = *pattern;
}

/// A string, a number or a boolean as a text.
bool read_any_text(Reader& reader, const Cursor& at, Changing allowed, Template& out) {
  if (at.node.kind == Node::Kind::number) {
    out = Template(at.node.text);
  } else if (at.node.kind == Node::Kind::boolean) {
    out = Template(std::string(at.node.boolean ? "true" : "false"));
  } else {
    return read_template(reader, at, allowed, out);
  }
  return true;
}

void read_capture(Reader& reader, const Cursor& object, const Member& member, Captures& out) {
  constexpr auto kFields = std::to_array<Field<Capture>>({{"from", read_from}, {"matches", read_part}});
  const Cursor at = object.member(member);
  Capture capture{.place = reader.place(at)};
  read_object(reader, at, kFields, capture);
  const auto variable = reader.define_by_step(member.key, member.key_extent, object.pointer());
  capture.variable = variable.value_or(0);
  out.push_back(std::move(capture));
}

}  // namespace

void read_captures(Reader& reader, const Cursor& at, Captures& out) {
  if (at.node.kind == Node::Kind::string) {
    const auto variable = reader.define_by_step(at.node.text, at.node.extent, at.pointer());
    out.push_back({.variable = variable.value_or(0), .place = reader.place(at)});
    return;
  }
  if (at.node.kind != Node::Kind::object) return reader.wrong(at, "a variable's name, or an object with such names");
  for (const Member& member : at.node.members) {
    if (!member.key.starts_with("x-")) read_capture(reader, at, member, out);
  }
  if (out.empty()) reader.wrong(at, "an object with a variable's name");
}

Action read_capture_step(Reader& reader, const Cursor& at) {
  CaptureStep step;
  read_captures(reader, at, step.captures);
  for (const Capture& capture : step.captures) reader.group.captures_frames |= !capture.from;
  return step;
}

Action read_set(Reader& reader, const Cursor& at) {
  Set set;
  if (!is_object(reader, at)) return set;
  for (const Member& member : at.node.members) {
    if (member.key.starts_with("x-")) continue;
    const Cursor value = at.member(member);
    Set::Assignment assignment{.place = reader.place(value)};
    // Before its name is defined: a value may be made of the one before only where that was set.
    read_any_text(reader, value, Changing::at_each_use, assignment.value);
    const auto variable = reader.define_by_step(member.key, member.key_extent, at.pointer());
    assignment.variable = variable.value_or(0);
    set.assignments.push_back(std::move(assignment));
  }
  if (set.assignments.empty()) reader.wrong(at, "an object with a variable's name");
  return set;
}

Action read_assert(Reader& reader, const Cursor& at) {
  constexpr auto kFields = std::to_array<Field<Assert>>({
      {"of",
       [](Reader& r, const Cursor& value, Assert& assert) {
         assert.place = r.place(value);
         read_any_text(r, value, Changing::per_client, assert.text);
       }},
  });
  Assert assert{.text = {}, .pattern = {}, .place = reader.place(at)};
  read_object(reader, at, kFields, assert, predicate_keys());
  if (at.node.kind != Node::Kind::object) return assert;
  reader.require(at, "of");
  read_predicates(reader, at, assert.pattern);
  if (assert.pattern.predicates.empty()) reader.error(at, kSaysNothing);
  return assert;
}

}  // namespace client::scenario
