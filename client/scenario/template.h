#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

// Template: a string of a scenario with its `${…}`. What is known before the run (variables, the environment, the seed)
// is filled in when the file is read; the rest is looked up each time the string is used, without searching and without
// allocating anything but the result's memory.

namespace client::scenario {

/// What a template is filled in with while a client runs.
struct ExpansionContext {
  std::uint64_t client_index = 0;  ///< from 0 in its group
  std::string_view client_name;    ///< the group's name
  std::uint64_t iteration = 0;     ///< from 0, of the innermost repeat, else of the client
  std::uint64_t now_ms = 0;        ///< wall-clock milliseconds since 1970 (the simulated clock's own in a simulation)
  std::function<std::uint64_t()>* random = nullptr;  ///< 64 random bits; needed by ${uuid} and ${random:N} alone
  /// The client's own variables, which its steps set; nothing where none has yet.
  std::span<const std::optional<std::string>> values = {};
};

class Template {
 public:
  enum class Reference : std::uint8_t {
    literal,
    client_index,
    client_name,
    iteration,
    now_ms,
    uuid,
    random_text,
    value,  ///< of one of the client's own variables
  };

  struct Part {
    Reference reference = Reference::literal;
    std::string literal;
    std::uint32_t number = 0;  ///< of random_text its characters, of a value its place in ExpansionContext::values
  };

  Template() = default;
  explicit Template(std::string constant);
  /// Neighbouring literals are joined.
  explicit Template(std::vector<Part> parts);

  /// Whether it is the same text each time.
  bool is_constant() const { return parts_.empty(); }
  /// The text of a constant template; what stands in front of the first reference of any other.
  const std::string& constant() const { return constant_; }
  /// Whether it has a `${now_ms}`: the clock is read for those alone.
  bool uses_clock() const;
  /// The place of the first value that it needs and that is not there; nothing when all are.
  std::optional<std::size_t> missing_value(const ExpansionContext& context) const;

  /// Appends the text to `out`. No value is missing.
  void expand(const ExpansionContext& context, std::string& out) const;

 private:
  std::string constant_;
  std::vector<Part> parts_;  ///< what follows `constant_`
};

}  // namespace client::scenario
