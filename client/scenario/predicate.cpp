#include "client/scenario/predicate.h"

#include <algorithm>
#include <array>
#include <string>

#include "client/scenario/decimal.h"

namespace client::scenario {

namespace {

using Kind = Predicate::Kind;

/// What a predicate is asked about.
struct Question {
  const Predicate& predicate;
  std::string_view frame;
  const ExpansionContext& context;

  /// Whether `compare` holds of the frame and the predicate's only text.
  template <typename Compare>
  bool ask(Compare compare) const {
    std::string scratch;
    return compare(frame, filled_in(predicate.texts.front(), context, scratch));
  }

  /// The same of the frame's number and the number at `index`, if they are numbers.
  template <typename Compare>
  bool ask_number(std::size_t index, Compare compare) const {
    std::string scratch;
    const auto number = Decimal::parse(frame);
    const auto other = Decimal::parse(filled_in(predicate.texts[index], context, scratch));
    return number && other && compare(*number, *other);
  }

  bool ask_pattern(const Pattern& pattern) const { return pattern.first_failing(frame, context) == nullptr; }
};

/// Nothing when what was filled in has broken it: then nothing is asked of it, see find_bad_value().
std::optional<RegularExpression> pattern_of(const Predicate& predicate, const ExpansionContext& context) {
  if (predicate.pattern) return predicate.pattern;
  std::string scratch;
  const auto pattern = RegularExpression::compile(filled_in(predicate.texts.front(), context, scratch));
  return pattern ? std::optional(*pattern) : std::nullopt;
}

bool matches(const Question& question) {
  if (question.predicate.pattern) return question.predicate.pattern->search(question.frame).has_value();
  const auto pattern = pattern_of(question.predicate, question.context);
  return pattern && pattern->search(question.frame);
}

bool is_one_of(const Question& question) {
  return std::ranges::any_of(question.predicate.texts, [&](const Template& text) {
    std::string scratch;
    return question.frame == filled_in(text, question.context, scratch);
  });
}

bool has_length(const Question& question) {
  const std::string digits = std::to_string(question.frame.size());
  const Pattern& wanted = question.predicate.patterns.front();
  const Predicate& first = wanted.predicates.front();
  // 5.0 is the same number as 5.
  if (first.kind == Kind::equals) return Question{first, digits, question.context}.ask_number(0, std::equal_to());
  return Question{question.predicate, digits, question.context}.ask_pattern(wanted);
}

bool is_equal(const Question& question) {
  return question.ask([](std::string_view frame, std::string_view text) { return frame == text; });
}

bool contains(const Question& question) {
  return question.ask([](std::string_view frame, std::string_view text) { return frame.contains(text); });
}

/// How a predicate takes raw bytes.
enum class Raw : std::uint8_t {
  none,        ///< not at all
  exactly,     ///< as many as its text has
  occurrence,  ///< through its first occurrence
};

/// One row for each kind, in their order.
struct Entry {
  Kind kind;
  std::string_view key;
  bool (*holds)(const Question& question);
  Raw raw = Raw::none;
};

constexpr std::array kEntries{
    Entry{Kind::equals, "equals", is_equal, Raw::exactly},
    Entry{Kind::not_equals, "not_equals", [](const Question& question) { return !is_equal(question); }},
    Entry{Kind::contains, "contains", contains, Raw::occurrence},
    Entry{Kind::not_contains, "not_contains", [](const Question& question) { return !contains(question); }},
    Entry{Kind::starts_with, "starts_with",
          [](const Question& question) {
            return question.ask([](std::string_view frame, std::string_view text) { return frame.starts_with(text); });
          },
          Raw::exactly},
    Entry{Kind::ends_with, "ends_with",
          [](const Question& question) {
            return question.ask([](std::string_view frame, std::string_view text) { return frame.ends_with(text); });
          },
          Raw::occurrence},
    Entry{Kind::matches, "matches", matches, Raw::occurrence},
    Entry{Kind::one_of, "one_of", is_one_of},
    Entry{Kind::bytes, "bytes", is_equal, Raw::exactly},
    Entry{Kind::empty, "empty",
          [](const Question& question) { return question.frame.empty() == question.predicate.is_empty; }},
    Entry{Kind::length, "length", has_length},
    Entry{Kind::less, "less", [](const Question& question) { return question.ask_number(0, std::less()); }},
    Entry{Kind::greater, "greater", [](const Question& question) { return question.ask_number(0, std::greater()); }},
    Entry{Kind::between, "between",
          [](const Question& question) {
            return question.ask_number(0, std::greater_equal()) && question.ask_number(1, std::less_equal());
          }},
    Entry{Kind::negation, "not",
          [](const Question& question) { return !question.ask_pattern(question.predicate.patterns.front()); }},
    Entry{Kind::all, "all",
          [](const Question& question) {
            return std::ranges::all_of(question.predicate.patterns,
                                       [&](const Pattern& pattern) { return question.ask_pattern(pattern); });
          }},
    Entry{Kind::any, "any",
          [](const Question& question) {
            return std::ranges::any_of(question.predicate.patterns,
                                       [&](const Pattern& pattern) { return question.ask_pattern(pattern); });
          }},
};

constexpr const Entry& entry_of(Kind kind) { return kEntries[static_cast<std::size_t>(kind)]; }

static_assert(std::ranges::all_of(kEntries, [](const Entry& entry) { return &entry == &entry_of(entry.kind); }));

/// Where on raw bytes a predicate that goes through its first occurrence is found.
std::optional<Span> first_occurrence(const Predicate& predicate, std::string_view unread,
                                     const ExpansionContext& context) {
  if (predicate.kind == Kind::matches) {
    const auto pattern = pattern_of(predicate, context);
    return pattern ? pattern->first_in_stream(unread) : std::nullopt;
  }
  std::string scratch;
  const std::string_view text = filled_in(predicate.texts.front(), context, scratch);
  const std::size_t begin = unread.find(text);
  if (begin == std::string_view::npos) return std::nullopt;
  return Span{.begin = begin, .end = begin + text.size()};
}

std::optional<Span> find_occurrences(const Pattern& pattern, std::string_view unread, const ExpansionContext& context) {
  Span found{.begin = unread.size(), .end = 0};
  for (const Predicate& predicate : pattern.predicates) {
    const auto occurrence = first_occurrence(predicate, unread, context);
    if (!occurrence) return std::nullopt;
    found = {.begin = std::min(found.begin, occurrence->begin), .end = std::max(found.end, occurrence->end)};
  }
  return found;
}

/// The `size` bytes that are taken are what all predicates are asked about.
std::optional<Span> find_exactly(const Pattern& pattern, std::size_t size, std::string_view unread,
                                 const ExpansionContext& context, bool& mismatch) {
  for (const Predicate& predicate : pattern.predicates) {
    if (entry_of(predicate.kind).raw != Raw::exactly) continue;
    std::string scratch;
    mismatch = !unread.starts_with(filled_in(predicate.texts.front(), context, scratch).substr(0, unread.size()));
    if (mismatch) return std::nullopt;
  }
  if (unread.size() < size) return std::nullopt;
  mismatch = pattern.first_failing(unread.substr(0, size), context) != nullptr;
  if (mismatch) return std::nullopt;
  return Span{.begin = 0, .end = size};
}

/// Adds what the named groups stand for: nothing when the pattern is a part of another one and does not hold.
void add_groups(const Pattern& pattern, std::string_view frame, const ExpansionContext& context, bool holds,
                std::vector<CapturedGroup>& out) {
  for (const Predicate& predicate : pattern.predicates) {
    if (predicate.kind == Kind::negation) continue;
    for (const Pattern& part : predicate.patterns) {
      add_groups(part, frame, context, holds && part.first_failing(frame, context) == nullptr, out);
    }
    if (predicate.groups.empty()) continue;
    const auto compiled = holds ? pattern_of(predicate, context) : std::nullopt;
    for (const Predicate::Group& group : predicate.groups) {
      const auto text = compiled ? compiled->group(frame, group.name) : std::nullopt;
      out.insert(text ? out.end() : out.begin(), {.variable = group.variable, .text = text});
    }
  }
}

}  // namespace

std::string_view name_of(Kind kind) { return entry_of(kind).key; }

std::span<const std::string_view> predicate_keys() {
  static constexpr auto kKeys = [] {
    std::array<std::string_view, kEntries.size()> keys;
    std::ranges::transform(kEntries, keys.begin(), &Entry::key);
    return keys;
  }();
  return kKeys;
}

std::optional<Kind> predicate_kind(std::string_view key) {
  const auto* const entry = std::ranges::find(kEntries, key, &Entry::key);
  if (entry == kEntries.end()) return std::nullopt;
  return entry->kind;
}

bool works_on_raw_bytes(Kind kind) { return entry_of(kind).raw != Raw::none; }

std::string_view filled_in(const Template& text, const ExpansionContext& context, std::string& scratch) {
  if (text.is_constant()) return text.constant();
  scratch.clear();
  text.expand(context, scratch);
  return scratch;
}

bool Predicate::holds(std::string_view frame, const ExpansionContext& context) const {
  return entry_of(kind).holds({*this, frame, context});
}

const Predicate* Pattern::first_failing(std::string_view frame, const ExpansionContext& context) const {
  const auto failing =
      std::ranges::find_if_not(predicates, [&](const Predicate& predicate) { return predicate.holds(frame, context); });
  return failing == predicates.end() ? nullptr : &*failing;
}

bool is_constant(const Pattern& pattern) {
  return std::ranges::all_of(pattern.predicates, [](const Predicate& predicate) {
    return std::ranges::all_of(predicate.texts, &Template::is_constant) &&
           std::ranges::all_of(predicate.patterns, [](const Pattern& inner) { return is_constant(inner); });
  });
}

std::vector<CapturedGroup> captured_groups(const Pattern& pattern, std::string_view frame,
                                           const ExpansionContext& context) {
  std::vector<CapturedGroup> captured;
  add_groups(pattern, frame, context, true, captured);
  return captured;
}

std::optional<Span> find_raw(const Pattern& pattern, std::string_view unread, const ExpansionContext& context,
                             bool& mismatch) {
  mismatch = false;
  const auto size = exact_size(pattern, context);
  return size ? find_exactly(pattern, *size, unread, context, mismatch) : find_occurrences(pattern, unread, context);
}

std::optional<std::size_t> exact_size(const Pattern& pattern, const ExpansionContext& context) {
  std::optional<std::size_t> size;
  for (const Predicate& predicate : pattern.predicates) {
    if (entry_of(predicate.kind).raw != Raw::exactly) continue;
    std::string scratch;
    size = std::max(size.value_or(0), filled_in(predicate.texts.front(), context, scratch).size());
  }
  return size;
}

}  // namespace client::scenario
