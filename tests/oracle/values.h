#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include <nlohmann/json.hpp>

// What `${…}` stands for, as docs/scenarios.md has it under "Variables".

namespace oracle {

using Json = nlohmann::json;

struct Values {
  std::map<std::string, std::string> known;  ///< of the file and the group
  std::map<std::string, std::string> own;    ///< that steps have set; one that is not here has no value
  std::uint64_t client_index = 0;
  std::string client_name;
  std::uint64_t iteration = 0;
  std::uint64_t seed = 0;

  /// `text` with all that it refers to filled in; nothing when something has no value.
  std::optional<std::string> expand(const std::string& text) const;

  /// The same for a string, a number or a boolean.
  std::optional<std::string> text_of(const Json& value) const;

  /// Defines what the key `variables` of a file or a group says.
  void define(const Json& variables);

 private:
  std::optional<std::string> value_of(const std::string& name) const;

  mutable std::uint64_t drawn_ = 0;  ///< values that are new at each use
};

}  // namespace oracle
