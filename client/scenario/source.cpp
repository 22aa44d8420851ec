#include "client/scenario/source.h"

#include <algorithm>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "text/escape.h"
#include "text/utf8.h"

namespace client::scenario {

namespace {

constexpr std::size_t kBlock = 1024;

// In characters: what an excerpt shows of a line, and how much of that stands in front of the place.
constexpr std::size_t kShown = 120;
constexpr std::size_t kShownBefore = 60;

bool is_continuation(char byte) { return (static_cast<unsigned char>(byte) & 0xc0U) == 0x80; }

/// Characters of valid UTF-8; of other bytes, something near.
std::size_t count_characters(std::string_view bytes) {
  return static_cast<std::size_t>(std::ranges::count_if(bytes, [](char byte) { return !is_continuation(byte); }));
}

/// The beginning of the character that is `count` characters before `at`, or the beginning of `line`.
std::size_t step_back(std::string_view line, std::size_t at, std::size_t count) {
  for (; count > 0 && at > 0; --count) {
    --at;
    while (at > 0 && is_continuation(line[at])) --at;
  }
  return at;
}

std::size_t step_forward(std::string_view line, std::size_t at, std::size_t count) {
  for (; count > 0 && at < line.size(); --count) {
    ++at;
    while (at < line.size() && is_continuation(line[at])) ++at;
  }
  return at;
}

/// `part` with each character as one that takes one column.
std::string displayed(std::string_view part) {
  std::string shown;
  while (!part.empty()) {
    const auto [value, size] = text::first_code_point(part);
    const std::size_t bytes = size == 0 ? 1 : size;
    const std::string_view character = part.substr(0, bytes);
    const bool shows = value == '"' || value == '\\' || text::escape(character) == character;
    shown += value == '\t' ? " " : shows ? character : "\ufffd";
    part.remove_prefix(bytes);
  }
  return shown;
}

}  // namespace

SourceFile::SourceFile(std::string path, std::string text) : path_(std::move(path)), text_(std::move(text)) { index(); }

SourceFile::SourceFile(std::string path, std::string text, Origin origin)
    : path_(std::move(path)), text_(std::move(text)), origin_(std::move(origin)) {
  index();
}

void SourceFile::index() {
  const std::string& text = written();
  line_starts_.push_back(0);
  for (auto end = text.find('\n'); end != std::string::npos; end = text.find('\n', end + 1)) {
    line_starts_.push_back(static_cast<std::uint32_t>(end + 1));
  }
  std::size_t characters = 0;
  for (std::size_t begin = 0; begin < text.size(); begin += kBlock) {
    characters_before_block_.push_back(static_cast<std::uint32_t>(characters));
    characters += count_characters(std::string_view(text).substr(begin, kBlock));
  }
}

std::string SourceFile::setting(std::string_view key, std::string_view value) const {
  if (!is_made()) return fmt::format("\"{}\": {}", key, value);
  std::string option = fmt::format("--{}", key);
  std::ranges::replace(option, '_', '-');
  std::string word(value);
  std::erase(word, '"');
  return word == "true" ? option : fmt::format("{} {}", option, word);
}

std::string_view SourceFile::part_name(const Place& place) const {
  if (!origin_) return {};
  const Origin::Part* part = part_of(place.pointer);
  return part == nullptr ? path_ : part->name;
}

/// The one that says most of `pointer`; null when none says anything.
const Origin::Part* SourceFile::part_of(std::string_view pointer) const {
  const Origin::Part* found = nullptr;
  if (!origin_) return found;
  for (const Origin::Part& part : origin_->parts) {
    const std::string_view rest = pointer.substr(std::min(part.pointer.size(), pointer.size()));
    const bool holds = pointer.starts_with(part.pointer) && (rest.empty() || rest.starts_with('/'));
    if (holds && (found == nullptr || part.pointer.size() >= found->pointer.size())) found = &part;
  }
  return found;
}

std::string_view SourceFile::line(std::uint32_t number) const {
  if (number == 0 || number > line_starts_.size()) return {};
  const std::size_t begin = line_starts_[number - 1];
  const std::size_t end = number < line_starts_.size() ? line_starts_[number] - 1 : written().size();
  std::string_view line = std::string_view(written()).substr(begin, end - begin);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

std::size_t SourceFile::characters_before(std::size_t offset) const {
  const std::size_t block = offset / kBlock;
  if (block == characters_before_block_.size()) return count_characters(written());  // The end, at a block's boundary.
  const std::string_view rest = std::string_view(written()).substr(block * kBlock, offset % kBlock);
  return characters_before_block_[block] + count_characters(rest);
}

Place SourceFile::place(std::size_t offset, std::size_t length, std::string pointer) const {
  if (origin_) {
    const Origin::Part* part = part_of(pointer);
    offset = part != nullptr ? part->offset : 0;
    length = part != nullptr ? part->length : written().size();
  }
  offset = std::min(offset, written().size());
  const auto next_line = std::ranges::upper_bound(line_starts_, offset);
  const auto number = static_cast<std::uint32_t>(next_line - line_starts_.begin());
  const std::size_t begin = line_starts_[number - 1];
  const std::size_t line_end = begin + line(number).size();
  const std::size_t end = std::clamp(offset + length, offset, std::max(offset, line_end));
  const std::size_t before = characters_before(offset);
  return {.line = number,
          .column = static_cast<std::uint32_t>(before - characters_before(begin) + 1),
          .length = static_cast<std::uint32_t>(std::max<std::size_t>(1, characters_before(end) - before)),
          .pointer = std::move(pointer)};
}

std::string SourceFile::gutter(const Place& place) {
  return fmt::format("{:{}} |", "", fmt::formatted_size("{}", place.line) + 1);
}

std::size_t SourceFile::byte_of(const Place& place) const {
  const std::size_t begin = line_starts_[place.line - 1];
  const std::size_t wanted = characters_before(begin) + place.column - 1;
  const auto next = std::ranges::upper_bound(characters_before_block_, wanted);
  const auto block = static_cast<std::size_t>(std::max<std::ptrdiff_t>(next - characters_before_block_.begin() - 1, 0));
  std::size_t from = std::max(begin, block * kBlock);
  while (from < written().size() && is_continuation(written()[from])) ++from;  // A block may begin inside a character.
  return step_forward(written(), from, wanted - std::min(wanted, characters_before(from)));
}

std::string SourceFile::excerpt(const Place& place) const {
  if (place.line == 0 || place.line > line_starts_.size()) return {};
  const std::string_view whole = line(place.line);
  const std::size_t marked = std::min(byte_of(place) - line_starts_[place.line - 1], whole.size());
  const bool is_long = step_forward(whole, 0, kShown) < whole.size();
  const std::size_t begin = is_long ? step_back(whole, marked, kShownBefore) : 0;
  const std::size_t end = step_forward(whole, begin, kShown);
  const std::size_t indent = count_characters(whole.substr(begin, marked - begin)) + (begin > 0 ? 1 : 0);
  const std::size_t room = count_characters(whole.substr(marked, end - marked));
  const std::string number = origin_ ? "$" : std::to_string(place.line);
  return fmt::format(" {} | {}{}{}\n{} {:{}}{:^>{}}\n", number, begin > 0 ? "…" : "",
                     displayed(whole.substr(begin, end - begin)), end < whole.size() ? "…" : "", gutter(place), "",
                     indent, "", std::clamp<std::size_t>(place.length, 1, std::max<std::size_t>(room, 1)));
}

}  // namespace client::scenario
