#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "client/scenario/template.h"

// The variables of a file while it is read, and how a string with ${…} becomes a Template.

namespace client::scenario {

/// What a string may hold beside what is known before the run.
enum class Changing : std::uint8_t {
  none,         ///< Nothing: it is a name, a number, a choice.
  per_client,   ///< client.index, client.name, iteration and what the client's steps set: the same at each look.
  at_each_use,  ///< now_ms, uuid and random:N, too.
};

/// What is wrong with a part of a string.
struct TemplateError {
  std::size_t offset = 0;  ///< In bytes.
  std::size_t length = 0;
  std::string message;
};

class Variables {
 public:
  /// The most that all strings of a file may take with their ${…} filled in, in bytes.
  static constexpr std::size_t kMaxExpanded = std::size_t{64} << 20;

  /// The longest ${random:N}.
  static constexpr std::uint32_t kMaxRandom = 65536;

  using Environment = std::function<std::optional<std::string>(const std::string&)>;

  /// `fixed` are those of the command line: they win, and their values are taken as they are.
  Variables(const std::map<std::string, std::string>& fixed, std::uint64_t seed, Environment environment);

  /// A file's own seed.
  void set_seed(std::uint64_t seed) { seed_ = seed; }

  /// Defines `name` for the file, or, between enter_group() and the next, for the group, where it wins. What is wrong
  /// with `value` is appended to `errors`.
  void define(std::string name, std::string_view value, std::vector<TemplateError>& errors);
  void enter_group();
  /// What follows is said of the file again.
  void leave_groups();

  /// The place of the variable `name` among a client's own, which a step sets. It is known from here on, to the end of
  /// the group, or if no group has been entered to that of the file. Nothing where it has a value before the run.
  std::optional<std::uint32_t> set_by_step(const std::string& name);

  /// The names of the clients' own variables, by their places.
  const std::vector<std::string>& names_set_by_steps() const { return set_by_steps_; }

  /// Those of the command line that a string has had in it.
  const std::set<std::string, std::less<>>& fixed_in_use() const { return fixed_in_use_; }

  /// All that have been defined, for the file or for a group.
  const std::set<std::string, std::less<>>& defined() const { return defined_; }

  /// What is wrong is appended to `errors`, and left out of the template.
  Template compile(std::string_view text, Changing allowed, std::vector<TemplateError>& errors);

  /// Whether a variable can have this name: letters, digits and '_', not beginning with a digit, and not built in.
  static bool is_name(std::string_view name);

 private:
  using Parts = std::vector<Template::Part>;
  using Scope = std::map<std::string, Parts, std::less<>>;

  Parts parse(std::string_view text, Changing allowed, std::vector<TemplateError>& errors);
  void add(Parts& parts, Template::Part part);
  std::optional<Parts> resolve(std::string_view name, Changing allowed, std::string& error);
  Parts environment(std::string_view name, std::string& error) const;
  const Parts* find(std::string_view name) const;
  std::string unknown(std::string_view name) const;

  Scope fixed_;
  Scope file_;
  Scope group_;
  bool in_group_ = false;
  std::set<std::string, std::less<>> fixed_in_use_;
  std::set<std::string, std::less<>> defined_;
  std::vector<std::string> set_by_steps_;
  std::uint64_t seed_;
  Environment environment_;
  std::size_t expanded_ = 0;  // What all templates may take, so far.
};

}  // namespace client::scenario
