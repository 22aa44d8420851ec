#pragma once

#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <gtest/gtest.h>

#include "client/options.h"

// What the tests of the command line have in common.

namespace client {

using Arguments = std::vector<std::string>;

/// What `arguments` were understood as; the message of a usage error is the failure's text.
template <typename Kind>
Kind parsed(Arguments arguments) {
  CommandLine command = parse_command_line(std::move(arguments));
  if (const auto* error = std::get_if<UsageError>(&command)) ADD_FAILURE() << error->message;
  return std::holds_alternative<Kind>(command) ? std::get<Kind>(std::move(command)) : Kind{};
}

inline RunOptions run(Arguments arguments) { return parsed<RunOptions>(std::move(arguments)); }
inline ConnectOptions connect(Arguments arguments) { return parsed<ConnectOptions>(std::move(arguments)); }

inline std::string error_of(Arguments arguments) {
  const CommandLine command = parse_command_line(std::move(arguments));
  const auto* error = std::get_if<UsageError>(&command);
  return error != nullptr ? error->message : "";
}

inline std::string printout_of(Arguments arguments) {
  const CommandLine command = parse_command_line(std::move(arguments));
  const auto* printout = std::get_if<Printout>(&command);
  return printout != nullptr ? printout->text : "";
}

inline std::string url_of(Arguments arguments) { return to_string(connect(std::move(arguments)).url); }

}  // namespace client
