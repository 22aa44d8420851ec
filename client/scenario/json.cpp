#include "client/scenario/json.h"

#include <algorithm>
#include <iterator>
#include <tuple>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "text/escape.h"
#include "text/utf8.h"

namespace client::scenario {

namespace {

using Json = nlohmann::json;

constexpr std::size_t kMaxShownKey = 60;  // In bytes.

/// Counts what the parser has read. Events come when the last byte of their token has been read; only a number is
/// known to end when the byte behind it has been read, too.
class CountingIterator {
 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = const char&;

  CountingIterator(std::string_view::const_iterator at, std::size_t& count) : at_(at), count_(&count) {}

  reference operator*() const { return *at_; }
  CountingIterator& operator++() {
    ++at_;
    ++*count_;
    return *this;
  }
  bool operator==(const CountingIterator& other) const { return at_ == other.at_; }

 private:
  std::string_view::const_iterator at_;
  std::size_t* count_;
};

bool is_of_number(char c) { return (c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.' || c == 'e' || c == 'E'; }

bool is_of_word(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

Extent extent_of(std::size_t begin, std::size_t end) {
  return {.offset = static_cast<std::uint32_t>(begin), .length = static_cast<std::uint32_t>(end - begin)};
}

/// A number that ends at `end` or one byte before.
Extent number_before(std::string_view text, std::size_t end) {
  if (!is_of_number(text[end - 1])) --end;
  std::size_t begin = end;
  while (begin > 0 && is_of_number(text[begin - 1])) --begin;
  return extent_of(begin, end);
}

/// A string whose closing quote is the last byte before `end`. Its opening quote is the nearest one that is not
/// escaped.
Extent string_before(std::string_view text, std::size_t end) {
  std::size_t begin = end - 1;
  while (begin > 0) {
    begin = text.rfind('"', begin - 1);
    std::size_t first_backslash = begin;
    while (first_backslash > 0 && text[first_backslash - 1] == '\\') --first_backslash;
    if ((begin - first_backslash) % 2 == 0) break;
  }
  return extent_of(begin, end);
}

/// The word that stands at or just before `end`, else the last byte.
Extent word_around(std::string_view text, std::size_t end) {
  std::size_t begin = is_of_word(text[end - 1]) ? end : end - 1;
  const std::size_t last = begin;
  while (begin > 0 && is_of_word(text[begin - 1])) --begin;
  if (begin == last) return extent_of(end - 1, end);
  end = last;
  while (end < text.size() && is_of_word(text[end])) ++end;
  return extent_of(begin, end);
}

Node make_node(Node::Kind kind, Extent extent, std::string text = {}) {
  Node node;
  node.kind = kind;
  node.extent = extent;
  node.text = std::move(text);
  return node;
}

class TreeBuilder {
 public:
  TreeBuilder(const SourceFile& source, DiagnosticList& errors) : text_(source.text()), errors_(errors) {}

  bool parse() {
    CountingIterator begin(text_.begin(), read_);
    CountingIterator end(text_.end(), read_);
    return Json::sax_parse(begin, end, this, Json::input_format_t::json, /*strict=*/true, /*ignore_comments=*/true);
  }

  Node take() { return std::move(root_); }

  // What nlohmann_json calls.

  bool null() { return add(make_node(Node::Kind::null, before(4))); }
  bool boolean(bool value);
  bool number_integer(Json::number_integer_t) { return number(); }
  bool number_unsigned(Json::number_unsigned_t) { return number(); }
  bool number_float(Json::number_float_t, const std::string&) { return number(); }
  bool string(std::string& value) {
    return add(make_node(Node::Kind::string, string_before(text_, read_), std::move(value)));
  }
  bool binary(Json::binary_t&) { return false; }
  bool start_object(std::size_t) { return open(Node::Kind::object); }
  bool start_array(std::size_t) { return open(Node::Kind::list); }
  bool end_object() { return close(); }
  bool end_array() { return close(); }
  bool key(std::string& key);
  bool parse_error(std::size_t position, const std::string& last_token, const Json::exception& error);

 private:
  Extent before(std::size_t length) const { return extent_of(read_ - length, read_); }
  bool number();
  bool add(Node node);
  bool open(Node::Kind kind);
  bool close();
  bool fail(Extent where, std::string message);
  std::string pointer() const;

  std::string_view text_;
  DiagnosticList& errors_;
  std::size_t read_ = 0;
  std::size_t values_ = 0;
  Node root_;
  std::vector<Node*> open_;  // Lists and objects whose end has not come, from the outermost on.
};

bool TreeBuilder::fail(Extent where, std::string message) {
  errors_.add(where, pointer(), std::move(message));
  return false;
}

std::string TreeBuilder::pointer() const {
  std::string pointer;
  for (std::size_t i = 0; i + 1 < open_.size(); ++i) {
    const Node& node = *open_[i];
    pointer += '/';
    if (node.kind == Node::Kind::object) {
      pointer += pointer_token(node.members.back().key);
    } else {
      pointer += std::to_string(node.elements.size() - 1);
    }
  }
  return pointer;
}

bool TreeBuilder::add(Node node) {
  if (++values_ > kMaxValues) return fail(node.extent, fmt::format("a scenario has {} values at most", kMaxValues));
  if (open_.empty()) {
    root_ = std::move(node);
  } else if (open_.back()->kind == Node::Kind::object) {
    open_.back()->members.back().value = std::move(node);
  } else {
    open_.back()->elements.push_back(std::move(node));
  }
  return true;
}

bool TreeBuilder::boolean(bool value) {
  Node node = make_node(Node::Kind::boolean, before(value ? 4 : 5));
  node.boolean = value;
  return add(std::move(node));
}

bool TreeBuilder::number() {
  const Extent extent = number_before(text_, read_);
  return add(make_node(Node::Kind::number, extent, std::string(text_.substr(extent.offset, extent.length))));
}

bool TreeBuilder::open(Node::Kind kind) {
  if (open_.size() == kMaxDepth)
    return fail(before(1), fmt::format("nested too deeply; {} levels are the most", kMaxDepth));
  if (!add(make_node(kind, before(1)))) return false;
  if (open_.empty()) {
    open_.push_back(&root_);
  } else if (Node& parent = *open_.back(); parent.kind == Node::Kind::object) {
    open_.push_back(&parent.members.back().value);
  } else {
    open_.push_back(&parent.elements.back());
  }
  return true;
}

bool TreeBuilder::key(std::string& key) {
  open_.back()->members.push_back({.key = std::move(key), .key_extent = string_before(text_, read_), .value = {}});
  return true;
}

bool TreeBuilder::close() {
  Node& node = *open_.back();
  node.extent = extent_of(node.extent.offset, read_);
  std::vector<const Member*> sorted;
  sorted.reserve(node.members.size());
  for (const Member& member : node.members) sorted.push_back(&member);
  std::ranges::sort(sorted, {}, [](const Member* member) { return std::tie(member->key, member->key_extent.offset); });
  for (std::size_t i = 1; i < sorted.size(); ++i) {
    const Member& member = *sorted[i];
    if (member.key != sorted[i - 1]->key) continue;
    fail(member.key_extent,
         fmt::format("the key {} is there twice; remove one", text::quote(member.key, kMaxShownKey)));
  }
  open_.pop_back();
  return true;
}

/// What nlohmann_json says about a syntax error, without what the place says better.
std::string reason_of(std::string what) {
  if (const auto overflow = what.find("number overflow"); overflow != std::string::npos)
    return "this number is too big";
  constexpr std::string_view kDash = " - ";
  if (const auto dash = what.find(kDash); dash != std::string::npos) what.erase(0, dash + kDash.size());
  what.erase(std::min(what.size(), what.find("; last read: '")));
  return what;
}

bool TreeBuilder::parse_error(std::size_t position, const std::string&, const Json::exception& error) {
  const std::string reason = reason_of(error.what());
  const auto found = [&](std::string_view what) { return reason.starts_with(what); };
  const std::size_t end = std::min(position, text_.size());
  if (position > text_.size() || end == 0) {
    const std::size_t last = text_.find_last_not_of(" \t\r\n");
    const std::size_t behind = last == std::string_view::npos ? 0 : last + 1;
    return fail(extent_of(behind, behind), "syntax error: " + reason);
  }
  if (found("unexpected string")) return fail(string_before(text_, end), "syntax error: " + reason);
  if (found("unexpected number") || found("this number"))
    return fail(number_before(text_, end), "syntax error: " + reason);
  if (found("invalid literal") || found("unexpected true") || found("unexpected false") || found("unexpected null")) {
    return fail(word_around(text_, end), "syntax error: " + reason);
  }
  const std::size_t comma = text_.find_last_not_of(" \t\r\n", end - 2);
  const bool after_comma = end >= 2 && comma != std::string_view::npos && text_[comma] == ',';
  if (after_comma && (found("unexpected ']'") || found("unexpected '}'"))) {
    return fail(extent_of(comma, comma + 1), "syntax error: nothing follows this comma; remove it");
  }
  return fail(extent_of(end - 1, end), "syntax error: " + reason);
}

/// What a JSON text must not hold anywhere, comments included.
bool is_text(const SourceFile& source, DiagnosticList& errors) {
  const std::string_view text = source.text();
  std::size_t at = 0;
  while (at < text.size()) {
    const auto [value, size] = text::first_code_point(text.substr(at));
    if (size == 0) {
      errors.add(extent_of(at, at + 1), "", "this byte is not UTF-8; save the file as UTF-8");
      return false;
    }
    if (value == 0) {
      errors.add(extent_of(at, at + 1), "", R"(a NUL byte cannot stand in a scenario; write \u0000 in a text)");
      return false;
    }
    at += size;
  }
  return true;
}

}  // namespace

std::optional<Node> parse_json(const SourceFile& source, DiagnosticList& errors) {
  TreeBuilder builder(source, errors);
  if (!is_text(source, errors) || !builder.parse()) return std::nullopt;
  return builder.take();
}

std::string pointer_token(std::string_view token) {
  std::string escaped;
  for (const char c : token) {
    if (c == '~') {
      escaped += "~0";
    } else if (c == '/') {
      escaped += "~1";
    } else {
      escaped += c;
    }
  }
  return escaped;
}

}  // namespace client::scenario
