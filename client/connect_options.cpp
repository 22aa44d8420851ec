
#include <chrono>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "client/commands.h"

namespace client {

namespace {

using command_line::add_parsed;
using command_line::Choice;
using command_line::Help;
using command_line::kOther;
using command_line::parse_number;

constexpr Help kConnectHelp{
    "Joins a connection to this terminal, or to pipes and files.",
    R"(echo_client [connect] [OPTIONS] HOST PORT
       echo_client [connect] [OPTIONS] tcp://HOST:PORT|unix:PATH
       echo_client [connect] -l [OPTIONS] [HOST] PORT
       echo_client [connect] -l [OPTIONS] tcp://HOST:PORT|unix:PATH)",
    R"(Standard input is sent, and what comes back is written to standard output, byte by byte unless that is a terminal. At
the end of the input the sending side is half-closed, and what is still coming is read to its end. The peer's end is
the end. A duration is a number and a unit: ns, us, ms, s, m or h; a number alone is in seconds.

On a terminal lines are edited and remembered, and one that begins with / is a command: /help lists them.

Exit status: 0 clean, 1 a network error, 2 usage, 129, 130 or 143 a signal.

Examples:
  echo_client localhost 25000
  printf 'Hello\n' | echo_client 'tcp://[::1]:25000'
  echo_client unix:/run/echo.sock < request > reply
  echo_client -lk --echo 25000           answer as echo_server does
  echo_client -zv localhost 25000-25010  see which ports are open)"};

using Duration = std::optional<sched::Duration>;

/// A duration; a number alone is one of seconds, as nc has it.
std::expected<Duration, std::string> parse_seconds(std::string_view text) {
  const bool is_number = !text.empty() && text.find_first_not_of("0123456789.") == std::string_view::npos;
  return text::parse_duration(std::string(text) + (is_number ? "s" : ""));
}

/// The same, and as nc has it: for ever when it is negative.
std::expected<Duration, std::string> parse_patience(std::string_view text) {
  if (text.starts_with('-') && parse_seconds(text.substr(1))) return std::nullopt;
  return parse_seconds(text);
}

std::expected<std::optional<sched::Address>, std::string> parse_address(std::string_view text) {
  std::optional<sched::Address> address = sched::Address::ip(text, 0);
  if (!address) return std::unexpected("write an IPv4 or IPv6 address of this machine");
  return address;
}

void add_connecting(CLI::App& app, ConnectOptions& options, ConnectWords& words) {
  constexpr const char* kGroup = "Connection";
  using Family = transport::Resolving::Family;
  Family& family = options.resolving.family;
  app.add_flag("-U,--unix", words.is_path, "the address is the path of a Unix socket")->group(kGroup);
  add_udp(app);
  CLI::Option* ip4 = app.add_flag_callback("-4,--ipv4", [&family] { family = Family::ip4; }, "use IPv4 alone");
  CLI::Option* ip6 = app.add_flag_callback("-6,--ipv6", [&family] { family = Family::ip6; }, "use IPv6 alone");
  ip4->group(kGroup);
  ip6->group(kGroup)->excludes(ip4);
  app.add_flag("-n,--numeric", options.resolving.numeric, "do not resolve names")->group(kGroup);
  add_parsed(app, "-s,--source", words.source, parse_address, "connect from this address of the machine")
      ->type_name("ADDRESS")
      ->group(kGroup);
  add_parsed(app, "-p,--source-port", words.source_port, parse_number<std::uint16_t, 1>, "connect from this port")
      ->type_name("PORT")
      ->group(kGroup);
  add_parsed(app, "-w,--timeout", options.timeout, parse_seconds,
             "give up connecting after it, and end when idle for as\nlong; not for -l")
      ->type_name("DURATION")
      ->group(kGroup);
  app.add_flag(
         "-z,--zero", words.probe,
         "connect, send nothing and end; the port may be a range\nFIRST-LAST, and one " "that is open is a success")
      ->group(kGroup);
}

void add_listening(CLI::App& app, ConnectOptions& options, ConnectWords& words) {
  constexpr const char* kGroup = "Listening";
  CLI::Option* listen =
      app.add_flag("-l,--listen", words.listen, "take a connection instead of making one")->group(kGroup);
  listen->excludes(app.get_option("--zero"));
  app.add_flag("-k,--keep-open", words.keep_open, "then take the next one, and so on")->group(kGroup)->needs(listen);
  app.add_flag("--echo", options.echo, "answer as echo_server does; the input is not read")
      ->group(kGroup)
      ->needs(listen);
}

void add_sending(CLI::App& app, ConnectOptions& options) {
  constexpr const char* kGroup = "Input";
  app.add_flag("-C,--crlf", options.crlf, "send CR LF for a line feed")->group(kGroup);
  app.add_flag("-N")->description("half-close at the end of the input (always; for nc's users)")->group(kGroup);
  add_parsed(app, "-q,--quit-after", options.quit_after, parse_patience, "end as long after the end of the input")
      ->type_name("DURATION")
      ->group(kGroup);
}

void add_showing(CLI::App& app, ConnectOptions& options) {
  constexpr const char* kGroup = "Output";
  using Escape = ConnectOptions::Escape;
  CLI::Option* echo = app.get_option("--echo");
  app.add_flag("--hex", options.hex, "show a hex dump of what comes (<) and goes (>)")->group(kGroup)->excludes(echo);
  app.add_flag("--timestamps", options.timestamps, "show each line with the time it came, in UTC")
      ->group(kGroup)
      ->excludes(echo);
  add_parsed(app, "--escape", options.escape,
             Choice<Escape>({{"auto", Escape::automatic}, {"always", Escape::always}, {"never", Escape::never}}),
             "show control characters that come in as text, so that\nthey do nothing: auto, always or never (auto: on "
             "a terminal)")
      ->type_name("WHEN")
      ->group(kGroup);
}

}  // namespace

void add_connect_options(CLI::App& app, ConnectOptions& options, ConnectWords& words) {
  describe(app, kConnectHelp);
  app.add_option("address", words.address)->group("");
  add_connecting(app, options, words);
  add_listening(app, options, words);
  add_sending(app, options);
  add_showing(app, options);
  add_backend(app, options.backend)->group(kOther);
  app.add_flag("-v,--verbose", options.verbose, "tell about the connection")->group(kOther);
}

}  // namespace client
