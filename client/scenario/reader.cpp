#include "client/scenario/reader.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "client/scenario/decimal.h"
#include "text/escape.h"
#include "text/suggestion.h"
#include "text/units.h"

namespace client::scenario {

namespace {

// In bytes, of a key or a value in a message, and of a variable's name.
constexpr std::size_t kMaxShown = 60;
constexpr std::size_t kMaxShownName = 120;

/// Notes what is wrong in a string, at the part of it that is wrong where the file has no escapes.
void note(Reader& reader, const Cursor& at, std::vector<TemplateError> errors) {
  constexpr std::uint32_t kQuote = 1;
  const Extent whole = at.node.extent;
  const bool is_verbatim = whole.length == at.node.text.size() + kQuote + kQuote;
  for (TemplateError& error : errors) {
    Extent extent = whole;
    if (is_verbatim) {
      extent = {.offset = whole.offset + kQuote + static_cast<std::uint32_t>(error.offset),
                .length = static_cast<std::uint32_t>(error.length)};
    }
    reader.errors.add(extent, at.pointer(), std::move(error.message));
  }
}

bool is_reference(const Node& node) {
  return node.kind == Node::Kind::string && node.text.starts_with("${") && node.text.find('}') == node.text.size() - 1;
}

/// A string as it is filled in, or the characters of a number; nothing, noted, of anything else.
std::optional<std::string> read_scalar(Reader& reader, const Cursor& at, std::string_view wanted) {
  if (at.node.kind == Node::Kind::number) return at.node.text;
  if (is_reference(at.node)) return read_text(reader, at);
  reader.wrong(at, wanted);
  return std::nullopt;
}

}  // namespace

// --- Cursor

const Member* Cursor::find(std::string_view wanted) const {
  const auto member = std::ranges::find(node.members, wanted, &Member::key);
  return member == node.members.end() ? nullptr : &*member;
}

std::string Cursor::pointer() const {
  if (parent == nullptr) return {};
  const bool in_object = parent->node.kind == Node::Kind::object;
  return parent->pointer() + '/' + (in_object ? pointer_token(key) : std::to_string(index));
}

std::string Cursor::name() const {
  if (parent == nullptr) return "a scenario";
  if (parent->node.kind == Node::Kind::object) return text::quote(key, kMaxShown);
  return "an element of " + parent->name();
}

std::string Cursor::found() const {
  switch (node.kind) {
    case Node::Kind::null:
      return "null";
    case Node::Kind::boolean:
      return node.boolean ? "true" : "false";
    case Node::Kind::number:
      return text::escape(node.text, kMaxShown);
    case Node::Kind::string:
      return text::quote(node.text, kMaxShown);
    case Node::Kind::list:
      return node.elements.empty() ? "an empty list" : "a list";
    case Node::Kind::object:
      break;
  }
  return "an object";
}

// --- Reader

Place Reader::place(const Cursor& at) const {
  return source.place(at.node.extent.offset, at.node.extent.length, at.pointer());
}

const RegularExpression* Reader::regular_expression(const Cursor& at, const std::string& text) {
  if (const auto known = patterns.find(text); known != patterns.end()) return &known->second;
  if (patterns.size() >= kMaxPatterns) {
    error(at, fmt::format("a file has {} different regular expressions at most", kMaxPatterns));
    return nullptr;
  }
  auto pattern = RegularExpression::compile(text);
  if (pattern) return &patterns.emplace(text, std::move(*pattern)).first->second;
  error(at, std::move(pattern.error()));
  return nullptr;
}

void Reader::error(const Cursor& at, std::string message) {
  errors.add(at.node.extent, at.pointer(), std::move(message));
}

void Reader::error_at_key(const Cursor& object, const Member& member, std::string message) {
  errors.add(member.key_extent, object.pointer(), std::move(message));
}

void Reader::wrong(const Cursor& at, std::string_view wanted) {
  error(at, fmt::format("{} must be {}, not {}", at.name(), wanted, at.found()));
}

void Reader::define(const Cursor& at, const std::string& name, std::string_view value) {
  std::vector<TemplateError> wrong;
  variables.define(name, value, wrong);
  note(*this, at, std::move(wrong));
}

bool Reader::check_variable_name(const std::string& name, Extent extent, const std::string& pointer) {
  if (Variables::is_name(name)) return true;
  errors.add(extent, pointer,
             fmt::format("{} cannot be a variable's name; names are letters, digits and _, and none that is built in",
                         text::quote(name, kMaxShownName)));
  return false;
}

std::optional<std::uint32_t> Reader::define_by_step(const std::string& name, Extent extent,
                                                    const std::string& pointer) {
  if (!check_variable_name(name, extent, pointer)) return std::nullopt;
  const auto place = variables.set_by_step(name);
  if (!place) {
    errors.add(extent, pointer,
               fmt::format("the variable {} has a value before the run already; give this one a name of its own",
                           text::quote(name, kMaxShown)));
  }
  return place;
}

bool Reader::require(const Cursor& object, std::string_view key) {
  if (object.node.kind != Node::Kind::object || object.find(key) != nullptr) return true;
  error(object, fmt::format("{} needs the key \"{}\"", object.name(), key));
  return false;
}

// --- Values

bool read_template(Reader& reader, const Cursor& at, Changing allowed, Template& out) {
  if (at.node.kind != Node::Kind::string) {
    reader.wrong(at, "a string");
    return false;
  }
  std::vector<TemplateError> errors;
  Template text = reader.variables.compile(at.node.text, allowed, errors);
  const bool is_good = errors.empty();
  if (is_good) out = std::move(text);
  note(reader, at, std::move(errors));
  return is_good;
}

std::optional<std::string> read_text(Reader& reader, const Cursor& at) {
  Template text;
  if (!read_template(reader, at, Changing::none, text)) return std::nullopt;
  return text.constant();
}

void read_value(Reader& reader, const Cursor& at, std::string& out) {
  if (auto text = read_text(reader, at)) out = std::move(*text);
}

void read_value(Reader& reader, const Cursor& at, std::vector<std::string>& out) {
  if (!is_list(reader, at)) return;
  for (std::size_t i = 0; i < at.node.elements.size(); ++i) read_value(reader, at.element(i), out.emplace_back());
}

void read_value(Reader& reader, const Cursor& at, bool& out) {
  constexpr std::string_view kWanted = "true or false";
  if (at.node.kind == Node::Kind::boolean) {
    out = at.node.boolean;
    return;
  }
  if (!is_reference(at.node)) return reader.wrong(at, kWanted);
  const auto text = read_text(reader, at);
  if (!text) return;
  if (*text != "true" && *text != "false") {
    return reader.error(at, fmt::format("{} must be {}, not {}", at.name(), kWanted, text::quote(*text, kMaxShown)));
  }
  out = *text == "true";
}

void read_value(Reader& reader, const Cursor& at, std::uint64_t& out) {
  read_whole_number(reader, at, 1, kMaxCount, out);
}

void read_whole_number(Reader& reader, const Cursor& at, std::uint64_t smallest, std::uint64_t largest,
                       std::uint64_t& out) {
  const std::string wanted = fmt::format("a whole number from {} to {}", smallest, largest);
  const auto text = read_scalar(reader, at, wanted);
  if (!text) return;
  std::uint64_t number = 0;
  const char* const end = text->data() + text->size();
  const auto [rest, status] = std::from_chars(text->data(), end, number);
  const bool is_whole = status == std::errc() && rest == end;
  if (!is_whole || number < smallest || number > largest) {
    return reader.error(at, fmt::format("{} must be {}, not {}", at.name(), wanted, text::escape(*text, kMaxShown)));
  }
  out = number;
}

bool read_number(Reader& reader, const Cursor& at, Template& out) {
  if (at.node.kind == Node::Kind::number) {
    out = Template(at.node.text);
    return true;
  }
  if (!is_reference(at.node)) {
    reader.wrong(at, "a number");
    return false;
  }
  if (!read_template(reader, at, Changing::per_client, out)) return false;
  if (!out.is_constant() || Decimal::parse(out.constant())) return true;
  reader.error(at, fmt::format("{} must be a number, not {}", at.name(), text::quote(out.constant(), kMaxShown)));
  return false;
}

void read_value(Reader& reader, const Cursor& at, Duration& out) {
  if (at.node.kind != Node::Kind::string) return reader.wrong(at, "a duration with its unit, as in \"250ms\"");
  const auto text = read_text(reader, at);
  if (!text) return;
  const auto duration = text::parse_duration(*text);
  if (!duration) {
    return reader.error(at, fmt::format("bad duration {}: {}", text::quote(*text, kMaxShown), duration.error()));
  }
  out = *duration;
}

void read_value(Reader& reader, const Cursor& at, std::optional<Duration>& out) {
  Duration duration{};
  read_value(reader, at, duration);
  out = duration;
}

void read_positive(Reader& reader, const Cursor& at, Duration& out) {
  Duration duration(1);
  read_value(reader, at, duration);
  if (duration == Duration::zero()) {
    return reader.error(at, fmt::format("{} must be longer than 0s", at.name()));
  }
  out = duration;
}

void read_size(Reader& reader, const Cursor& at, std::uint64_t& out) {
  const bool is_string = at.node.kind == Node::Kind::string;
  if (!is_string && at.node.kind != Node::Kind::number) return reader.wrong(at, "a size, as in 4096 or \"64KiB\"");
  const auto text = is_string ? read_text(reader, at) : at.node.text;
  if (!text) return;
  const auto size = text::parse_size(*text);
  if (!size) return reader.error(at, fmt::format("bad size {}: {}", text::quote(*text, kMaxShown), size.error()));
  out = *size;
}

std::optional<std::size_t> read_word(Reader& reader, const Cursor& at, std::span<const std::string_view> words) {
  const auto front = words.first(words.size() - 1);
  const std::string wanted = words.size() == 1
                                 ? fmt::format("\"{}\"", words[0])
                                 : fmt::format("\"{}\" or \"{}\"", fmt::join(front, "\", \""), words.back());
  if (at.node.kind != Node::Kind::string) {
    reader.wrong(at, wanted);
    return std::nullopt;
  }
  const auto text = read_text(reader, at);
  if (!text) return std::nullopt;
  const auto word = std::ranges::find(words, *text);
  if (word == words.end()) {
    reader.error(at, fmt::format("{} must be {}, not {}{}", at.name(), wanted, text::quote(*text, kMaxShown),
                                 text::did_you_mean(*text, words)));
    return std::nullopt;
  }
  return static_cast<std::size_t>(word - words.begin());
}

// --- Objects and lists

bool is_object(Reader& reader, const Cursor& at) {
  if (at.node.kind == Node::Kind::object) return true;
  reader.wrong(at, "an object");
  return false;
}

bool is_list(Reader& reader, const Cursor& at) {
  if (at.node.kind == Node::Kind::list) return true;
  reader.wrong(at, "a list");
  return false;
}

bool is_filled_list(Reader& reader, const Cursor& at, std::string_view element) {
  if (!is_list(reader, at)) return false;
  if (at.node.elements.empty()) reader.wrong(at, fmt::format("a list of at least one {}", element));
  return !at.node.elements.empty();
}

void check_keys(Reader& reader, const Cursor& object, std::span<const std::string_view> known) {
  for (const Member& member : object.node.members) {
    if (reader.errors.full()) return;
    if (member.key.starts_with("x-") || std::ranges::find(known, member.key) != known.end()) continue;
    const std::string hint = text::did_you_mean(member.key, known);
    const std::string choice =
        known.empty() ? std::string("; it takes none here") : fmt::format("; known here: {}", fmt::join(known, ", "));
    reader.error_at_key(
        object, member,
        fmt::format("unknown key {}{}", text::quote(member.key, kMaxShown), hint.empty() ? choice : hint));
  }
}

}  // namespace client::scenario
