#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

// What a line that was entered on a terminal asks for. Adding a command: a struct, and a row of the table in
// command.cpp.

namespace client::manual {

/// A line to be sent, and bytes.
struct SendLine {
  std::string text;
};
struct SendBytes {
  std::string bytes;
};
struct SendFile {
  std::string path;
};

/// Ends the connection: in order, with a reset, or for this side's sending alone.
struct Close {};
struct Reset {};
struct Shutdown {};

/// Connects anew: to where it was connected before, or to an address as on the command line.
struct Open {
  std::vector<std::string> address;
};

struct Stats {};
struct Quit {};
struct ListCommands {};

using Command = std::variant<SendLine, SendBytes, SendFile, Close, Reset, Shutdown, Open, Stats, Quit, ListCommands>;

/// A line without its end: a command when it begins with a slash, else to be sent; two slashes stand for one to be
/// sent. The error says what is wrong with a command, on one printable line.
std::expected<Command, std::string> parse_command(std::string_view line);

/// The commands and what they do, a line each.
std::string list_of_commands();

}  // namespace client::manual
