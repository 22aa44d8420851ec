#pragma once

#include <cstddef>
#include <string>

#include <nlohmann/json.hpp>

#include "client/command_line_text.h"
#include "client/commands.h"

// What is said and what has to come in return, on a command line: --send, --expect, --expect-contains and
// --expect-matches, again and again and in their order, what they are framed by, --eol and --framing, and
// --allow-extra. They are made into what a scenario says of it.

namespace client {

void add_dialogue_options(CLI::App& app);

/// An option for a key of the group.
inline constexpr const char* kAllowExtra = "--allow-extra";

/// Whether anything is said or expected; whether anything is expected.
bool has_dialogue(const CommandLineText& line);
bool has_expectation(const CommandLineText& line);

/// What is wrong with it that a scenario could not even say; empty when nothing is.
std::string mistake_in_dialogue(const CommandLineText& line);

/// Adds `eol` and `framing` to a scenario.
void add_framing(nlohmann::ordered_json& scenario, CommandLineText& line);

/// What an expect of exactly this text has.
nlohmann::ordered_json expected_text(const std::string& text);

struct Dialogue {
  nlohmann::ordered_json steps;  ///< a list of them
  std::size_t last = 0;          ///< the number of the last that was given
};

/// The steps. They are to stand at `pointer` in the scenario, the first of them as number `first`.
Dialogue dialogue_steps(CommandLineText& line, const std::string& pointer, std::size_t first = 0);

/// A scenario that is whole, and what it was made of.
GeneratedScenario generated(const nlohmann::ordered_json& scenario, const CommandLineText& line);

}  // namespace client
