#pragma once

#include <charconv>
#include <cstdint>
#include <expected>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "text/escape.h"
#include "text/units.h"

// What the command lines of both programs have in common, over CLI11: the shape of the help, and options whose values
// are durations, sizes, numbers and URLs. For the programs' options.cpp alone.

namespace command_line {

using Words = std::vector<std::string>;

/// The texts around the options in a help page.
struct Help {
  const char* about;
  const char* usage;  ///< "echo_server [OPTIONS] [URL…]"; further lines are aligned by their author
  const char* more;   ///< below the options: the exit status, examples
};

/// The group of the options that every program has.
inline constexpr const char* kOther = "Other";

/// Gives `app` its texts and -h, --help.
void describe(CLI::App& app, const Help& help);

/// The help page of `app` itself, whatever command it was given.
std::string help_of(const CLI::App& app);

/// Arguments as CLI11 takes them: from the back, and with the empty value of `--name=` as a word of its own, which it
/// would say is missing.
Words for_cli11(const Words& arguments);

/// An option that was given, or a word alone.
struct Given {
  std::string option;    ///< "--expect"; empty for a word alone
  std::string value;     ///< empty for a flag
  std::size_t word = 0;  ///< the place among the arguments of the one that the value is in, or the flag
};

/// What `arguments` are to `app`, which has parsed them, in their order.
std::vector<Given> given_in(const CLI::App& app, const Words& arguments);

/// What is wrong with what `app` was given, on one printable line. An unknown option gets the nearest that there is.
std::string message_of(const CLI::Error& error, const CLI::App& app);

/// The same of what `app` was given and does not know, where an option of each of `commands` may have been meant.
std::string message_of_extras(const CLI::App& app, const std::vector<const CLI::App*>& commands);

/// A usage error as it is told: `what`, and where to read on.
std::string with_help(const std::string& what, std::string_view program_and_command);

/// An option whose text `parse`, which gives a std::expected with a sentence as its error, turns into `value`. Given
/// several times, the last one holds.
template <typename Value, typename Parse>
CLI::Option* add_parsed(CLI::App& app, const std::string& name, Value& value, const Parse& parse,
                        const std::string& about) {
  return app
      .add_option_function<std::string>(
          name,
          [&value, parse, name](const std::string& text) {
            auto parsed = parse(text);
            if (!parsed) throw CLI::ValidationError(name + " " + text::quote(text), parsed.error());
            value = *std::move(parsed);
          },
          about)
      ->take_last();
}

template <typename Value>
CLI::Option* add_duration(CLI::App& app, const std::string& name, Value& value, const std::string& about) {
  return add_parsed(app, name, value, text::parse_duration, about)->type_name("DURATION");
}

/// A whole number from `Min` to `Max`.
template <typename Number, Number Min = 0, Number Max = std::numeric_limits<Number>::max()>
std::expected<Number, std::string> parse_number(std::string_view text) {
  Number number = 0;
  const char* end = text.data() + text.size();
  const auto [stopped, status] = std::from_chars(text.data(), end, number);
  if (status == std::errc() && stopped == end && number >= Min && number <= Max) return number;
  return std::unexpected("write a whole number from " + std::to_string(Min) + " to " + std::to_string(Max));
}

/// One of several words, each of which stands for a value.
template <typename Value>
class Choice {
 public:
  explicit Choice(std::vector<std::pair<std::string_view, Value>> values) : values_(std::move(values)) {}

  std::expected<Value, std::string> operator()(std::string_view text) const {
    std::string words;
    for (const auto& [word, value] : values_) {
      if (word == text) return value;
      words += (words.empty() ? "" : word == values_.back().first ? " or " : ", ") + std::string(word);
    }
    return std::unexpected("write " + words);
  }

 private:
  std::vector<std::pair<std::string_view, Value>> values_;
};

}  // namespace command_line
