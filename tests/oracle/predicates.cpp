#include "tests/oracle/predicates.h"

#include <algorithm>
#include <memory>
#include <vector>

#include <re2/re2.h>

#include "tests/oracle/encoding.h"
#include "tests/oracle/numbers.h"

namespace oracle {

namespace {

/// RFC 3629.
bool is_utf8(const std::string& text) {
  for (std::size_t at = 0; at < text.size();) {
    const auto byte = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U; };
    const unsigned first = byte(at);
    const std::size_t size = first < 0x80 ? 1 : first >= 0xc2 && first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
    if ((first >= 0x80 && first < 0xc2) || first > 0xf4) return false;
    for (std::size_t i = 1; i < size; ++i) {
      if ((byte(at + i) & 0xc0) != 0x80) return false;
    }
    const unsigned second = byte(at + 1);
    if (first == 0xe0 && second < 0xa0) return false;
    if (first == 0xed && second >= 0xa0) return false;
    if (first == 0xf0 && second < 0x90) return false;
    if (first == 0xf4 && second >= 0x90) return false;
    at += size;
  }
  return true;
}

/// The same characters in a byte each; what has no byte becomes a pattern that matches nothing.
std::string latin1_of(const std::string& utf8) {
  std::string latin1;
  for (std::size_t at = 0; at < utf8.size(); ++at) {
    const auto first = static_cast<unsigned char>(utf8[at]);
    if (first < 0x80) {
      latin1 += utf8[at];
    } else if (first < 0xc4) {
      latin1 += static_cast<char>((first & 3) << 6 | (static_cast<unsigned char>(utf8[++at]) & 0x3f));
    } else {
      return "[^\\x00-\\xff]";
    }
  }
  return latin1;
}

const RE2& compiled(const std::string& text, bool is_utf8) {
  static std::map<std::pair<std::string, bool>, std::unique_ptr<RE2>> known;
  auto& expression = known[{text, is_utf8}];
  if (!expression) {
    const std::string pattern = is_utf8 ? text : latin1_of(text);
    RE2::Options options(is_utf8 ? RE2::DefaultOptions : RE2::Latin1);
    options.set_log_errors(false);
    expression = std::make_unique<RE2>(pattern, options);
  }
  return *expression;
}

/// What matched as a whole, and each group.
using Matched = std::vector<std::optional<std::string>>;

std::optional<Matched> match(const std::string& pattern, const std::string& text) {
  const RE2& expression = compiled(pattern, is_utf8(text));
  std::vector<re2::StringPiece> parts(static_cast<std::size_t>(expression.NumberOfCapturingGroups()) + 1);
  if (!expression.Match(text, 0, text.size(), RE2::UNANCHORED, parts.data(), static_cast<int>(parts.size()))) {
    return std::nullopt;
  }
  Matched matched;
  for (const re2::StringPiece& part : parts) {
    matched.push_back(part.data() == nullptr ? std::nullopt : std::optional(std::string(part)));
  }
  return matched;
}

std::string filled(const Json& value, const Values& values) { return values.text_of(value).value_or(""); }

// --- Sense

Sense worse(Sense a, Sense b) { return a == Sense::good ? b : a; }

Sense sense_of_bound(const Json& value, const Values& values, bool is_length) {
  const auto text = values.text_of(value);
  if (!text) return Sense::no_value;
  const bool is_good = is_length ? Number::is_whole(*text) : Number::of(*text).has_value();
  return is_good ? Sense::good : Sense::bad_value;
}

/// Of less, greater and between, of a length too: they are any numbers.
Sense sense_of_bounds(const Json& value, const Values& values) {
  Sense sense = Sense::good;
  for (const Json& bound : value) {
    sense = worse(sense, bound.is_array() ? sense_of_bounds(bound, values) : sense_of_bound(bound, values, false));
  }
  return sense;
}

/// Whether it has `$`, `\z`, `\b` or `\B` in it, other than as themselves.
bool looks_behind(const std::string& expression) {
  bool is_in_class = false;
  for (std::size_t at = 0; at < expression.size(); ++at) {
    const char c = expression[at];
    if (c == '\\') {
      const char escaped = ++at < expression.size() ? expression[at] : ' ';
      if (escaped == 'z' || (!is_in_class && (escaped == 'b' || escaped == 'B'))) return true;
    } else if (c == '[' || c == ']') {
      is_in_class = c == '[';
    } else if (c == '$' && !is_in_class) {
      return true;
    }
  }
  return false;
}

Sense sense_of_expression(const Json& value, const Values& values, bool is_raw) {
  const auto text = values.text_of(value);
  if (!text) return Sense::no_value;
  if (!compiled(*text, true).ok()) return Sense::bad_value;
  return is_raw && looks_behind(*text) ? Sense::bad_value : Sense::good;
}

Sense sense_of_predicate(const std::string& key, const Json& value, const Values& values, bool is_raw) {
  if (key == "not") return sense_of(value, values, is_raw);
  if (key == "matches") return sense_of_expression(value, values, is_raw);
  if (key == "less" || key == "greater") return sense_of_bound(value, values, false);
  if (key == "between") return sense_of_bounds(value, values);
  if (key == "length") {
    return value.is_object() ? sense_of_bounds(value, values) : sense_of_bound(value, values, true);
  }
  Sense sense = Sense::good;
  if (key == "all" || key == "any") {
    for (const Json& one : value) sense = worse(sense, sense_of(one, values, is_raw));
    return sense;
  }
  if (key == "one_of") {
    for (const Json& one : value) sense = worse(sense, values.text_of(one) ? Sense::good : Sense::no_value);
    return sense;
  }
  static const std::vector<std::string> kTexts{"equals",       "not_equals",  "contains",
                                               "not_contains", "starts_with", "ends_with"};
  if (std::ranges::find(kTexts, key) == kTexts.end()) return Sense::good;
  return values.text_of(value) ? Sense::good : Sense::no_value;
}

// --- Comparing

/// Of what is a number in `text` with a bound: nothing when it is none.
std::optional<int> compared(const std::string& text, const Json& bound, const Values& values) {
  const auto number = Number::of(text);
  if (!number) return std::nullopt;
  return number->compare(Number::of(filled(bound, values)).value());
}

bool is_within(const std::string& key, const Json& value, const std::string& text, const Values& values) {
  if (key == "less") return compared(text, value, values).value_or(0) < 0;
  if (key == "greater") return compared(text, value, values).value_or(0) > 0;
  const auto low = compared(text, value.at(0), values);
  return low && *low >= 0 && *compared(text, value.at(1), values) <= 0;
}

bool has_length(const Json& value, const std::string& frame, const Values& values) {
  const std::string size = std::to_string(frame.size());
  if (!value.is_object()) return compared(size, value, values) == 0;
  return std::ranges::all_of(value.items(),
                             [&](const auto& item) { return is_within(item.key(), item.value(), size, values); });
}

bool has_match(const std::string& pattern, const std::string& frame, Groups& groups) {
  const auto matched = match(pattern, frame);
  if (!matched) return false;
  for (const auto& [name, index] : compiled(pattern, is_utf8(frame)).NamedCapturingGroups()) {
    groups[name] = matched->at(static_cast<std::size_t>(index));
  }
  return true;
}

bool text_holds(const std::string& key, const std::string& text, const std::string& frame) {
  if (key == "equals") return frame == text;
  if (key == "not_equals") return frame != text;
  if (key == "contains") return frame.contains(text);
  if (key == "not_contains") return !frame.contains(text);
  if (key == "starts_with") return frame.starts_with(text);
  if (key == "ends_with") return frame.ends_with(text);
  return true;  // Another key of expect.
}

bool list_holds(const std::string& key, const Json& value, const std::string& frame, const Values& values,
                Groups& groups) {
  const auto one_holds = [&](const Json& one) { return holds(one, frame, values, groups); };
  if (key == "all") return std::ranges::all_of(value, one_holds);
  if (key == "any") return std::ranges::any_of(value, one_holds);
  return std::ranges::any_of(value, [&](const Json& one) { return filled(one, values) == frame; });
}

bool predicate_holds(const std::string& key, const Json& value, const std::string& frame, const Values& values,
                     Groups& groups) {
  if (key == "all" || key == "any" || key == "one_of") return list_holds(key, value, frame, values, groups);
  if (key == "not") {
    Groups of_none;
    return !holds(value, frame, values, of_none);
  }
  if (key == "matches") return has_match(filled(value, values), frame, groups);
  if (key == "bytes") return frame == bytes_of_hex(value);
  if (key == "empty") return frame.empty() == value.get<bool>();
  if (key == "length") return has_length(value, frame, values);
  if (key == "less" || key == "greater" || key == "between") return is_within(key, value, frame, values);
  return !value.is_string() || text_holds(key, filled(value, values), frame);
}

}  // namespace

Sense sense_of(const Json& pattern, const Values& values, bool is_raw) {
  if (pattern.is_string()) return values.text_of(pattern) ? Sense::good : Sense::no_value;
  Sense sense = Sense::good;
  for (const auto& [key, value] : pattern.items()) sense = worse(sense, sense_of_predicate(key, value, values, is_raw));
  return sense;
}

bool holds(const Json& pattern, const std::string& frame, const Values& values, Groups& groups) {
  if (pattern.is_string()) return frame == filled(pattern, values);
  return std::ranges::all_of(pattern.items(), [&](const auto& item) {
    return predicate_holds(item.key(), item.value(), frame, values, groups);
  });
}

std::optional<std::size_t> raw_size(const Json& pattern, const std::string& unread, const Values& values) {
  const Json object = pattern.is_string() ? Json{{"equals", pattern}} : pattern;
  for (const char* key : {"equals", "starts_with", "bytes"}) {
    if (!object.contains(key)) continue;
    const std::string text =
        std::string(key) == "bytes" ? bytes_of_hex(object.at(key)) : filled(object.at(key), values);
    // What differs already will not match, however much comes.
    const bool differs = !unread.starts_with(text.substr(0, unread.size()));
    return unread.size() >= text.size() || differs ? std::optional(std::min(text.size(), unread.size())) : std::nullopt;
  }
  for (std::size_t size = 0; size <= unread.size(); ++size) {
    Groups groups;
    if (holds(object, unread.substr(0, size), values, groups)) return size;
  }
  return std::nullopt;
}

std::optional<std::string> part_of(const std::string& text, const std::string& pattern) {
  const auto matched = match(pattern, text);
  if (!matched) return std::nullopt;
  return matched->size() > 1 ? matched->at(1).value_or("") : matched->front();
}

}  // namespace oracle
