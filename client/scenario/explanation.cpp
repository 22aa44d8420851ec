#include "client/scenario/explanation.h"

#include <algorithm>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "client/scenario/decimal.h"
#include "scheduler/check.h"
#include "text/escape.h"

namespace client::scenario {

namespace {

using Kind = Predicate::Kind;

// In bytes: what is shown of a text in a failure, and how much of that stands in front of the difference.
constexpr std::size_t kShown = 200;
constexpr std::size_t kShownBefore = 60;

std::size_t common_prefix(std::string_view a, std::string_view b) {
  return static_cast<std::size_t>(std::ranges::mismatch(a, b).in1 - a.begin());
}

/// "47 4f 54", and how much more there is.
std::string in_hex(std::string_view bytes) {
  constexpr std::size_t kShownInHex = 64;
  const auto shown = std::as_bytes(std::span(bytes.substr(0, kShownInHex)));
  const std::string more =
      bytes.size() > shown.size() ? fmt::format(" … ({} bytes more)", bytes.size() - shown.size()) : "";
  return fmt::format("{:02x}{}", fmt::join(shown, " "), more);
}

std::string shown(Kind kind, std::string_view text) {
  return kind == Kind::bytes ? in_hex(text) : text::quote(text, kShown);
}

/// The part of `text` around `byte`, and where it begins unless that is the beginning.
std::string shown_around(Kind kind, std::string_view text, std::size_t byte) {
  if (text.size() <= kShown || byte <= kShownBefore) return shown(kind, text);
  const std::size_t begin = std::min(byte - kShownBefore, text.size());
  return fmt::format("from byte {}: {}", begin, shown(kind, text.substr(begin)));
}

std::string text_of(const Predicate& predicate, std::size_t index, const ExpansionContext& context) {
  std::string scratch;
  return std::string(filled_in(predicate.texts[index], context, scratch));
}

std::vector<std::string> describe_all(const std::vector<Pattern>& patterns, const ExpansionContext& context) {
  std::vector<std::string> descriptions;
  descriptions.reserve(patterns.size());
  for (const Pattern& pattern : patterns) descriptions.push_back(describe(pattern, context));
  return descriptions;
}

/// What a predicate accepts, behind its name.
std::string describe_value(const Predicate& predicate, const ExpansionContext& context) {
  std::vector<std::string> texts;
  switch (predicate.kind) {
    case Kind::empty:
      return predicate.is_empty ? "true" : "false";
    case Kind::less:
    case Kind::greater:
      return text_of(predicate, 0, context);
    case Kind::between:
      return fmt::format("{} and {}", text_of(predicate, 0, context), text_of(predicate, 1, context));
    case Kind::length: {
      const Predicate& number = predicate.patterns.front().predicates.front();
      if (number.kind == Kind::equals) return text_of(number, 0, context);
      return fmt::format("({})", describe(predicate.patterns.front(), context));
    }
    case Kind::negation:
    case Kind::all:
    case Kind::any:
      return fmt::format("({})", fmt::join(describe_all(predicate.patterns, context), "; "));
    case Kind::equals:
    case Kind::not_equals:
    case Kind::contains:
    case Kind::not_contains:
    case Kind::starts_with:
    case Kind::ends_with:
    case Kind::matches:
    case Kind::one_of:
    case Kind::bytes:
      break;
  }
  texts.reserve(predicate.texts.size());
  for (std::size_t i = 0; i < predicate.texts.size(); ++i) {
    texts.push_back(shown(predicate.kind, text_of(predicate, i, context)));
  }
  return fmt::format("{}", fmt::join(texts, ", "));
}

/// The predicate that has to be mended: inside of `all`, the one in it.
const Predicate& decisive(const Pattern& pattern, std::string_view frame, const ExpansionContext& context) {
  const Predicate* failing = pattern.first_failing(frame, context);
  sched::check(failing != nullptr, "only a mismatch is explained");
  if (failing->kind != Kind::all) return *failing;
  const auto fails = [&](const Pattern& part) { return part.first_failing(frame, context) != nullptr; };
  return decisive(*std::ranges::find_if(failing->patterns, fails), frame, context);
}

/// Why `predicate`, which compares with one text, does not hold.
std::string why_not(const Predicate& predicate, std::string_view text, std::string_view frame) {
  switch (predicate.kind) {
    case Kind::equals:
    case Kind::bytes:
      return first_difference(text, frame);
    case Kind::starts_with:
      return first_difference(text, frame.substr(0, text.size()));
    case Kind::contains:
    case Kind::matches:
      return fmt::format("not in the {} bytes received", frame.size());
    case Kind::not_contains:
      return fmt::format("it is there, at byte {}", frame.find(text));
    case Kind::not_equals:
      return "it is the same";
    case Kind::ends_with:
      return "it ends otherwise";
    case Kind::one_of:
      return "it is none of them";
    case Kind::empty:
    case Kind::length:
      return fmt::format("it has {} bytes", frame.size());
    case Kind::less:
    case Kind::greater:
    case Kind::between:
      return Decimal::parse(frame) ? "it is not" : "it is no number";
    case Kind::negation:
      return "it is so";
    case Kind::all:
    case Kind::any:
      break;
  }
  return "none of them holds";
}

}  // namespace

std::string describe(const Pattern& pattern, const ExpansionContext& context) {
  if (pattern.predicates.empty()) return "any frame";
  const Predicate& first = pattern.predicates.front();
  if (pattern.predicates.size() == 1 && first.kind == Kind::equals) return describe_value(first, context);
  std::vector<std::string> descriptions;
  descriptions.reserve(pattern.predicates.size());
  for (const Predicate& predicate : pattern.predicates) {
    descriptions.push_back(fmt::format("{} {}", name_of(predicate.kind), describe_value(predicate, context)));
  }
  return fmt::format("{}", fmt::join(descriptions, " and "));
}

std::string first_difference(std::string_view expected, std::string_view received) {
  const std::size_t byte = common_prefix(expected, received);
  if (byte == received.size() && byte < expected.size()) {
    return fmt::format("received ends after {} of {} bytes", byte, expected.size());
  }
  if (byte == expected.size()) return fmt::format("received goes on after {} bytes", byte);
  std::string hint;
  if (expected.ends_with(received)) {
    hint = fmt::format("; the first {} bytes are missing", expected.size() - received.size());
  } else if (received.ends_with(expected)) {
    hint = fmt::format("; {} bytes stand in front of it", received.size() - expected.size());
  }
  return fmt::format("first difference at byte {} ({:02x}, received {:02x}){}", byte,
                     static_cast<unsigned char>(expected[byte]), static_cast<unsigned char>(received[byte]), hint);
}

Mismatch explain(const Pattern& pattern, std::string_view frame, const ExpansionContext& context) {
  const Predicate& failing = decisive(pattern, frame, context);
  const std::string text = failing.texts.size() == 1 ? text_of(failing, 0, context) : "";
  const bool is_compared =
      failing.kind == Kind::equals || failing.kind == Kind::bytes || failing.kind == Kind::starts_with;
  const std::size_t difference = is_compared ? common_prefix(text, frame) : 0;
  return {.predicate = name_of(failing.kind),
          .expected = is_compared ? shown_around(failing.kind, text, difference) : describe_value(failing, context),
          .received = shown_around(failing.kind, frame, difference),
          .detail = why_not(failing, text, frame),
          .place = &failing.place};
}

bool would_match_with_crlf(const Pattern& pattern, std::string_view frame, const Framing& framing,
                           const ExpansionContext& context) {
  if (framing.kind != Framing::Kind::line || framing.eol != Eol::lf || !frame.ends_with('\r')) return false;
  return pattern.first_failing(frame, context) != nullptr &&
         pattern.first_failing(frame.substr(0, frame.size() - 1), context) == nullptr;
}

}  // namespace client::scenario
