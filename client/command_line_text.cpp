#include "client/command_line_text.h"

#include <algorithm>
#include <span>
#include <utility>

#include <fmt/format.h>

#include "text/escape.h"
#include "text/shell.h"

namespace client {

namespace {

constexpr std::size_t kMaxShown = 60;  // In bytes.

}  // namespace

CommandLineText::CommandLineText(const std::string& program, const command_line::Words& arguments,
                                 std::vector<command_line::Given> given)
    : given_(std::move(given)) {
  origin_.text = text::shell_word(program);
  for (const std::string& argument : arguments) {
    const std::string word = text::shell_word(argument);
    words_.push_back({.pointer = {}, .name = {}, .offset = origin_.text.size() + 1, .length = word.size()});
    origin_.text += " " + word;
  }
}

std::optional<std::string_view> CommandLineText::value_of(std::string_view option) const {
  const auto number = last_of(option);
  return number ? std::optional<std::string_view>(given_[*number].value) : std::nullopt;
}

void CommandLineText::add_part(std::string pointer, std::size_t number) {
  scenario::Origin::Part part = words_[given_[number].word];
  part.pointer = std::move(pointer);
  part.name = name_of(number);
  origin_.parts.push_back(std::move(part));
}

void CommandLineText::add_part_of(std::string pointer, std::string_view option, std::string name) {
  const auto number = last_of(option);
  if (!number) return;
  add_part(std::move(pointer), *number);
  if (!name.empty()) origin_.parts.back().name = std::move(name);
}

std::optional<std::size_t> CommandLineText::last_of(std::string_view option) const {
  for (std::size_t number = given_.size(); number-- > 0;) {
    if (given_[number].option == option) return number;
  }
  return std::nullopt;
}

/// The option, with its number where it stands there several times; or the word itself.
std::string CommandLineText::name_of(std::size_t number) const {
  const std::string& option = given_[number].option;
  if (option.empty()) return text::escape(given_[number].value, kMaxShown);
  const auto is_same = [&option](const command_line::Given& other) { return other.option == option; };
  if (std::ranges::count_if(given_, is_same) == 1) return option;
  return fmt::format("{} {}", option, std::ranges::count_if(std::span(given_).first(number + 1), is_same));
}

}  // namespace client
