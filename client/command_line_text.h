#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "client/commands.h"
#include "client/scenario/source.h"

namespace client {

/// A command line as its user sees it, and which part of a scenario was made of which of its words.
class CommandLineText {
 public:
  /// Stands for the option of a word that stands alone.
  static constexpr std::string_view kAlone = "";

  /// `given` are the words of `arguments`, those behind the program's name.
  CommandLineText(const std::string& program, const command_line::Words& arguments,
                  std::vector<command_line::Given> given);

  const std::vector<command_line::Given>& given() const { return given_; }

  /// The last value that was given of an option; nothing when none was.
  std::optional<std::string_view> value_of(std::string_view option) const;
  bool has(std::string_view option) const { return value_of(option).has_value(); }

  /// The value at `pointer` was made of the one with this number of those that were given.
  void add_part(std::string pointer, std::size_t number);
  /// The same of the last that was given of an option. If none was, nothing was made of it. Messages call it `name`, or
  /// by what it is.
  void add_part_of(std::string pointer, std::string_view option, std::string name = {});

  const scenario::Origin& origin() const { return origin_; }

 private:
  std::optional<std::size_t> last_of(std::string_view option) const;
  std::string name_of(std::size_t number) const;

  std::vector<command_line::Given> given_;
  scenario::Origin origin_;
  std::vector<scenario::Origin::Part> words_;  ///< without pointers: where each argument stands
};

}  // namespace client
