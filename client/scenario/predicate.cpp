#include "client/scenario/predicate.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "scheduler/check.h"
#include "text/escape.h"

namespace client::scenario {

namespace {

// In bytes: what is shown of a text in a failure, and how much of that stands in front of the difference.
constexpr std::size_t kShown = 200;
constexpr std::size_t kShownBefore = 60;

/// The text of a predicate. Only a text that changes is copied, into `scratch`.
std::string_view filled_in(const Template& text, const ExpansionContext& context, std::string& scratch) {
  if (text.is_constant()) return text.constant();
  scratch.clear();
  text.expand(context, scratch);
  return scratch;
}

std::optional<Span> find(std::string_view text, std::string_view frame) {
  const std::size_t begin = frame.find(text);
  if (begin == std::string_view::npos) return std::nullopt;
  return Span{.begin = begin, .end = begin + text.size()};
}

std::optional<Span> search(const Predicate& predicate, std::string_view text, std::string_view frame) {
  if (predicate.pattern) return predicate.pattern->search(frame);
  const auto pattern = RegularExpression::compile(text);
  return pattern ? pattern->search(frame) : std::nullopt;
}

/// One row for each kind: its key, and where in a frame it is fulfilled.
struct Entry {
  Predicate::Kind kind;
  std::string_view name;
  std::optional<Span> (*locate)(const Predicate& predicate, std::string_view text, std::string_view frame);
};

constexpr std::array kEntries{
    Entry{Predicate::Kind::equals, "equals",
          [](const Predicate&, std::string_view text, std::string_view frame) -> std::optional<Span> {
            if (text != frame) return std::nullopt;
            return Span{.begin = 0, .end = frame.size()};
          }},
    Entry{Predicate::Kind::contains, "contains",
          [](const Predicate&, std::string_view text, std::string_view frame) { return find(text, frame); }},
    Entry{Predicate::Kind::matches, "matches", search},
};

const Entry& entry_of(Predicate::Kind kind) { return *std::ranges::find(kEntries, kind, &Entry::kind); }

std::optional<Span> locate(const Predicate& predicate, std::string_view frame, const ExpansionContext& context) {
  std::string scratch;
  return entry_of(predicate.kind).locate(predicate, filled_in(predicate.text, context, scratch), frame);
}

std::size_t common_prefix(std::string_view a, std::string_view b) {
  return static_cast<std::size_t>(std::ranges::mismatch(a, b).in1 - a.begin());
}

/// The part of `text` around `byte`, quoted, and where it begins unless that is the beginning.
std::string quote_around(std::string_view text, std::size_t byte) {
  if (text.size() <= kShown || byte <= kShownBefore) return text::quote(text, kShown);
  const std::size_t begin = std::min(byte - kShownBefore, text.size());
  return fmt::format("from byte {}: {}", begin, text::quote(text.substr(begin), kShown));
}

}  // namespace

std::string_view name_of(Predicate::Kind kind) { return entry_of(kind).name; }

std::span<const std::string_view> predicate_keys() {
  static constexpr auto kKeys = [] {
    std::array<std::string_view, kEntries.size()> keys;
    std::ranges::transform(kEntries, keys.begin(), &Entry::name);
    return keys;
  }();
  return kKeys;
}

std::optional<Predicate::Kind> predicate_kind(std::string_view key) {
  const auto* const entry = std::ranges::find(kEntries, key, &Entry::name);
  if (entry == kEntries.end()) return std::nullopt;
  return entry->kind;
}

bool Predicate::holds(std::string_view frame, const ExpansionContext& context) const {
  return locate(*this, frame, context).has_value();
}

const Predicate* Pattern::first_failing(std::string_view frame, const ExpansionContext& context) const {
  const auto failing =
      std::ranges::find_if_not(predicates, [&](const Predicate& predicate) { return predicate.holds(frame, context); });
  return failing == predicates.end() ? nullptr : &*failing;
}

std::string Pattern::describe(const ExpansionContext& context) const {
  std::string description;
  std::string scratch;
  for (const Predicate& predicate : predicates) {
    if (!description.empty()) description += " and ";
    const std::string text = text::quote(filled_in(predicate.text, context, scratch), kShown);
    const bool is_plain = predicates.size() == 1 && predicate.kind == Predicate::Kind::equals;
    description += is_plain ? text : fmt::format("{} {}", name_of(predicate.kind), text);
  }
  return description;
}

std::optional<Span> find_raw(const Pattern& pattern, std::string_view unread, const ExpansionContext& context,
                             bool& mismatch) {
  mismatch = false;
  std::string_view frame = unread;
  std::string scratch;
  const auto equals = std::ranges::find(pattern.predicates, Predicate::Kind::equals, &Predicate::kind);
  const bool has_size = equals != pattern.predicates.end();
  if (has_size) {
    const std::string_view text = filled_in(equals->text, context, scratch);
    mismatch = !unread.starts_with(text.substr(0, unread.size()));
    if (mismatch || unread.size() < text.size()) return std::nullopt;
    frame = unread.substr(0, text.size());
  }
  Span found{.begin = frame.size(), .end = 0};
  for (const Predicate& predicate : pattern.predicates) {
    const auto part = locate(predicate, frame, context);
    mismatch = has_size && !part;
    if (!part) return std::nullopt;
    found = {.begin = std::min(found.begin, part->begin), .end = std::max(found.end, part->end)};
  }
  return found;
}

std::string first_difference(std::string_view expected, std::string_view received) {
  const std::size_t byte = common_prefix(expected, received);
  if (byte == received.size() && byte < expected.size()) {
    return fmt::format("received ends after {} of {} bytes", byte, expected.size());
  }
  if (byte == expected.size()) return fmt::format("received goes on after {} bytes", byte);
  return fmt::format("first difference at byte {} ({:02x}, received {:02x})", byte,
                     static_cast<unsigned char>(expected[byte]), static_cast<unsigned char>(received[byte]));
}

Mismatch explain(const Pattern& pattern, std::string_view frame, const ExpansionContext& context) {
  const Predicate* failing = pattern.first_failing(frame, context);
  sched::check(failing != nullptr, "only a mismatch is explained");
  std::string scratch;
  const std::string_view text = filled_in(failing->text, context, scratch);
  const bool is_equals = failing->kind == Predicate::Kind::equals;
  const std::size_t difference = is_equals ? common_prefix(text, frame) : 0;
  return {
      .predicate = name_of(failing->kind),
      .expected = quote_around(text, difference),
      .received = quote_around(frame, difference),
      .detail = is_equals ? first_difference(text, frame) : fmt::format("not in the {} bytes received", frame.size()),
      .place = failing->place};
}

}  // namespace client::scenario
