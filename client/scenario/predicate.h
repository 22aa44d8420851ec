#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "client/scenario/regular_expression.h"
#include "client/scenario/source.h"
#include "client/scenario/template.h"

// Predicates: what is asked of a frame. Pure functions of its bytes and of the client's context.

namespace client::scenario {

struct Predicate;

/// Several questions that must all be answered with yes; what one frame is compared with.
struct Pattern {
  std::vector<Predicate> predicates;  ///< none in an expect that takes any frame
  Place place;

  /// The first predicate that does not hold; null when all do.
  const Predicate* first_failing(std::string_view frame, const ExpansionContext& context) const;
};

/// One question about a frame.
struct Predicate {
  enum class Kind : std::uint8_t {
    equals,
    not_equals,
    contains,
    not_contains,
    starts_with,
    ends_with,
    matches,
    one_of,
    bytes,  ///< an equals whose text is given in hexadecimal digits, and shown so
    empty,
    length,   ///< its number of bytes, in decimal digits, is what `patterns` has one of
    less,     ///< than a number; the frame is a number, too
    greater,  ///< than a number
    between,  ///< two numbers, or one of them
    negation,
    all,
    any,
  };

  Kind kind = Kind::equals;
  std::vector<Template> texts = {};  ///< what it compares with: one; any number for one_of, two for between
  std::optional<RegularExpression> pattern =
      {};  ///< of a `matches` whose text is constant; any other is compiled when used
  /// A named group of a `matches`: what it stands for becomes the value of a variable of the client's own.
  struct Group {
    std::string name;
    std::uint32_t variable = 0;
  };
  std::vector<Group> groups = {};
  bool is_empty = true;                ///< of `empty`: what is wanted
  std::vector<Pattern> patterns = {};  ///< of length and negation one, of all and any at least one
  Place place = {};                    ///< of the value

  /// Whether the answer is yes. A frame that is no number is neither less nor greater than one, nor between two. What
  /// its texts come to can be used: see find_bad_value().
  bool holds(std::string_view frame, const ExpansionContext& context) const;
};

/// Whether the answer depends on the frame alone, and not on a variable.
bool is_constant(const Pattern& pattern);

/// A variable of the client's own, and what it gets: a part of a frame, or no value.
struct CapturedGroup {
  std::uint32_t variable = 0;
  std::optional<std::string_view> text;
};

/// What the named groups of `pattern`, which holds for `frame`, stand for; nothing for one that took no part in a
/// match. One that stands in several parts of the pattern is there several times, the last of those that took part
/// last. Allocates nothing where there are none.
std::vector<CapturedGroup> captured_groups(const Pattern& pattern, std::string_view frame,
                                           const ExpansionContext& context);

/// The key that stands in a file: "equals".
std::string_view name_of(Predicate::Kind kind);

/// The keys of all predicates.
std::span<const std::string_view> predicate_keys();

/// The predicate with this key.
std::optional<Predicate::Kind> predicate_kind(std::string_view key);

/// Whether find_raw() knows what it takes.
bool works_on_raw_bytes(Predicate::Kind kind);

/// The text of a template. Only a text that changes is copied, into `scratch`.
std::string_view filled_in(const Template& text, const ExpansionContext& context, std::string& scratch);

/// On raw bytes: where `pattern`, whose predicates all work on them, is found in `unread`; all up to its end is
/// consumed. Nothing when more bytes could still make it hold. equals, bytes and starts_with take exactly as many bytes
/// as their text has; contains, ends_with and matches all through the end of their first occurrence, that is the
/// shortest beginning that has one, so that it does not matter how the bytes arrive. `mismatch` is set when no further
/// bytes can help.
std::optional<Span> find_raw(const Pattern& pattern, std::string_view unread, const ExpansionContext& context,
                             bool& mismatch);

/// How many raw bytes `pattern` takes, where a predicate of it takes exactly as many as its text has.
std::optional<std::size_t> exact_size(const Pattern& pattern, const ExpansionContext& context);

}  // namespace client::scenario
