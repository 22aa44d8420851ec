#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "client/scenario/diagnostic.h"
#include "client/scenario/json.h"
#include "client/scenario/model.h"
#include "client/scenario/variables.h"

// How typed values are read from the tree of a file. What an object may hold is a table of fields (scenario_reader.cpp,
// step_reader.cpp); what is wrong is noted with its place, and reading goes on, so that all errors are told at once.

namespace client::scenario {

/// A value and the way to it. Lives on the stack, as long as its parent.
struct Cursor {
  const Node& node;
  const Cursor* parent = nullptr;
  std::string_view key = {};  ///< In the parent, if that is an object.
  std::size_t index = 0;      ///< In the parent, if that is a list.

  Cursor member(const Member& member) const { return {member.value, this, member.key}; }
  Cursor element(std::size_t at) const { return {node.elements[at], this, {}, at}; }

  /// The first member with this key.
  const Member* find(std::string_view wanted) const;

  std::string pointer() const;

  /// What a message calls it: `"steps"`, `an element of "steps"`, `a scenario`.
  std::string name() const;

  /// What a message calls the value: `a string`, `5`, `null`.
  std::string found() const;
};

/// What is read, and what is known of what stands around it.
struct Reader {
  const SourceFile& source;
  DiagnosticList& errors;
  Variables& variables;

  /// The group that is being read, as far as it has been; in front of all groups, what they have in common.
  Group group = {};
  bool is_alone = false;  ///< What is read are the steps of one client: `setup` or `teardown`.

  /// Every regular expression is compiled once, and a file has kMaxPatterns of them at most.
  std::map<std::string, RegularExpression> patterns = {};
  static constexpr std::size_t kMaxPatterns = 1000;
  /// Null when `text` is none, which is noted as an error at `at`.
  const RegularExpression* regular_expression(const Cursor& at, const std::string& text);

  Place place(const Cursor& at) const;
  void error(const Cursor& at, std::string message);
  void error_at_key(const Cursor& object, const Member& member, std::string message);

  /// `count must be a whole number, not a string`.
  void wrong(const Cursor& at, std::string_view wanted);

  /// Defines a variable with the value at `at`.
  void define(const Cursor& at, const std::string& name, std::string_view value);

  /// Whether `name`, which stands at `extent`, can be a variable's name, noted as an error if not.
  bool check_variable_name(const std::string& name, Extent extent, const std::string& pointer);

  /// The place of a variable that a step sets, whose name stands at `extent`.
  std::optional<std::uint32_t> define_by_step(const std::string& name, Extent extent, const std::string& pointer);

  /// Fails unless there is a value for `key`.
  bool require(const Cursor& object, std::string_view key);
};

/// A key that an object may hold, and how its value is read into a T.
template <typename T>
struct Field {
  std::string_view key;
  void (*read)(Reader& reader, const Cursor& at, T& into);
};

// --- Values. Each leaves `out` alone when the value is wrong. A string that is one whole ${…} may stand for any of
// them.

void read_value(Reader& reader, const Cursor& at, bool& out);
void read_value(Reader& reader, const Cursor& at, Duration& out);
void read_value(Reader& reader, const Cursor& at, std::optional<Duration>& out);
/// Not zero.
void read_positive(Reader& reader, const Cursor& at, Duration& out);

/// A string in which nothing changes during the run.
std::optional<std::string> read_text(Reader& reader, const Cursor& at);
void read_value(Reader& reader, const Cursor& at, std::string& out);
void read_value(Reader& reader, const Cursor& at, std::vector<std::string>& out);

/// How often something is there or happens: 1 to kMaxCount.
inline constexpr std::uint64_t kMaxCount = 1'000'000'000;
void read_value(Reader& reader, const Cursor& at, std::uint64_t& out);

void read_whole_number(Reader& reader, const Cursor& at, std::uint64_t smallest, std::uint64_t largest,
                       std::uint64_t& out);

/// A number of bytes, or "64KiB".
void read_size(Reader& reader, const Cursor& at, std::uint64_t& out);

/// A number, or a string that is one whole ${…}, as its decimal digits. Whether it was good.
bool read_number(Reader& reader, const Cursor& at, Template& out);

/// Any string. Whether it was good.
bool read_template(Reader& reader, const Cursor& at, Changing allowed, Template& out);

/// One of several words.
template <typename E>
struct Choice {
  std::string_view word;
  E value;
};

/// Which of `words` a string is.
std::optional<std::size_t> read_word(Reader& reader, const Cursor& at, std::span<const std::string_view> words);

template <typename E, std::size_t kCount>
void read_choice(Reader& reader, const Cursor& at, const std::array<Choice<E>, kCount>& choices, E& out) {
  std::array<std::string_view, kCount> words;
  for (std::size_t i = 0; i < kCount; ++i) words[i] = choices[i].word;
  if (const auto index = read_word(reader, at, words)) out = choices[*index].value;
}

// --- Objects and lists

/// Whether the value is an object or a list, noted as an error if not.
bool is_object(Reader& reader, const Cursor& at);
bool is_list(Reader& reader, const Cursor& at);
/// Whether it is a list of at least one `element`.
bool is_filled_list(Reader& reader, const Cursor& at, std::string_view element);

/// Notes keys that are none of `known` and do not begin with "x-".
void check_keys(Reader& reader, const Cursor& object, std::span<const std::string_view> known);

/// Reads the members of an object in the order of `fields`. `others` are keys that the caller reads.
template <typename T, std::size_t kCount>
void read_object(Reader& reader, const Cursor& at, const std::array<Field<T>, kCount>& fields, T& into,
                 std::span<const std::string_view> others = {}) {
  if (reader.errors.full() || !is_object(reader, at)) return;
  std::vector<std::string_view> known(others.begin(), others.end());
  for (const Field<T>& field : fields) known.push_back(field.key);
  check_keys(reader, at, known);
  for (const Field<T>& field : fields) {
    if (const Member* member = at.find(field.key)) field.read(reader, at.member(*member), into);
  }
}

template <typename T, typename M>
T class_of_member(M T::*);

/// A field that read_value() reads into a member: field<&Group::count>("count").
template <auto kMember>
constexpr auto field(std::string_view key) {
  using T = decltype(class_of_member(kMember));
  return Field<T>{key, [](Reader& reader, const Cursor& at, T& into) { read_value(reader, at, into.*kMember); }};
}

/// The same for a duration that is not zero.
template <auto kMember>
constexpr auto positive(std::string_view key) {
  using T = decltype(class_of_member(kMember));
  return Field<T>{key, [](Reader& reader, const Cursor& at, T& into) { read_positive(reader, at, into.*kMember); }};
}

}  // namespace client::scenario
