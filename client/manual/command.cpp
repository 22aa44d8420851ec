#include "client/manual/command.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

#include <fmt/format.h>

#include "text/escape.h"
#include "text/hex.h"
#include "text/suggestion.h"

namespace client::manual {

namespace {

using Parsed = std::expected<Command, std::string>;

constexpr std::size_t kShownBytes = 40;
constexpr std::string_view kBlanks = " \t";

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  while (true) {
    text.remove_prefix(std::min(text.find_first_not_of(kBlanks), text.size()));
    if (text.empty()) return words;
    const std::size_t size = std::min(text.find_first_of(kBlanks), text.size());
    words.emplace_back(text.substr(0, size));
    text.remove_prefix(size);
  }
}

Parsed parse_hex(std::string_view digits) {
  std::expected<std::string, std::string> bytes = text::parse_hex(digits);
  if (!bytes) return std::unexpected(std::move(bytes.error()));
  if (bytes->empty()) return std::unexpected("which bytes? Write two hexadecimal digits for each");
  return SendBytes{*std::move(bytes)};
}

Parsed parse_file(std::string_view path) {
  if (path.empty()) return std::unexpected("which file?");
  return SendFile{std::string(path)};
}

Parsed parse_open(std::string_view address) { return Open{words_of(address)}; }

/// A command that is a word alone.
template <typename Alone>
Parsed parse_alone(std::string_view rest) {
  if (rest.empty()) return Alone{};
  return std::unexpected(fmt::format("{} is too much: it takes nothing", text::quote(rest, kShownBytes)));
}

struct Row {
  std::string_view name;
  std::string_view argument;
  std::string_view about;
  Parsed (*parse)(std::string_view rest);
};

constexpr std::array kTable{
    Row{"hex", "BYTES", "send these bytes: /hex 48 65 6c6c 6f", parse_hex},
    Row{"file", "PATH", "send a file", parse_file},
    Row{"shutdown", "", "end sending, and read on (as Ctrl-D)", parse_alone<Shutdown>},
    Row{"close", "", "close the connection", parse_alone<Close>},
    Row{"reset", "", "close it with a reset", parse_alone<Reset>},
    Row{"open", "[ADDRESS]", "connect again, or to HOST PORT or a URL", parse_open},
    Row{"stats", "", "tell what has moved, and for how long", parse_alone<Stats>},
    Row{"quit", "", "end the program", parse_alone<Quit>},
    Row{"help", "", "list the commands; // sends a line that begins with /", parse_alone<ListCommands>},
};

std::string unknown(std::string_view name) {
  std::array<std::string_view, kTable.size()> names;
  std::ranges::transform(kTable, names.begin(), &Row::name);
  return fmt::format("there is no command {}{} (/help lists them, // sends a slash); nothing was sent",
                     text::quote(fmt::format("/{}", name), kShownBytes), text::did_you_mean(name, names));
}

}  // namespace

std::expected<Command, std::string> parse_command(std::string_view line) {
  if (!line.starts_with('/')) return SendLine{std::string(line)};
  if (line.starts_with("//")) return SendLine{std::string(line.substr(1))};
  const std::size_t end = std::min(line.find_first_of(kBlanks), line.size());
  const std::string_view name = line.substr(1, end - 1);
  std::string_view rest = line.substr(end);
  rest.remove_prefix(std::min(rest.find_first_not_of(kBlanks), rest.size()));
  rest = rest.substr(0, rest.find_last_not_of(kBlanks) + 1);
  const auto row = std::ranges::find(kTable, name, &Row::name);
  if (row == kTable.end()) return std::unexpected(unknown(name));
  Parsed command = row->parse(rest);
  if (!command) return std::unexpected(fmt::format("/{}: {}; nothing was sent", name, command.error()));
  return command;
}

std::string list_of_commands() {
  std::string list;
  for (const Row& row : kTable) {
    list += fmt::format("  {:<17}{}\n", fmt::format("/{} {}", row.name, row.argument), row.about);
  }
  return list;
}

}  // namespace client::manual
