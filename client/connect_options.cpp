#include <cstddef>
#include <expected>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "client/commands.h"
#include "text/escape.h"

namespace client {

namespace {

using command_line::add_duration;
using command_line::add_parsed;
using command_line::Choice;
using command_line::Help;
using command_line::kOther;
using command_line::Words;

constexpr Help kConnectHelp{
    "Joins a connection to this terminal, or to pipes and files.",
    R"(echo_client [connect] [OPTIONS] HOST PORT
       echo_client [connect] [OPTIONS] tcp://HOST:PORT|unix:PATH)",
    R"(Standard input is sent, and what comes back is written to standard output, byte by byte unless that is a terminal. At
the end of the input the sending side is half-closed, and what is still coming is read to its end. The peer's end is
the end. A duration is a number and a unit: ns, us, ms, s, m or h.

Exit status: 0 clean, 1 a network error, 2 usage, 130 or 143 a signal.

Examples:
  echo_client localhost 25000
  printf 'Hello\n' | echo_client 'tcp://[::1]:25000'
  echo_client unix:/run/echo.sock < request > reply)"};

/// HOST and PORT as nc takes them: an IPv6 address without brackets, its interface after '%'.
std::string url_of(const std::string& host, const std::string& port) {
  if (!host.contains(':')) return fmt::format("tcp://{}:{}", host, port);
  const std::size_t percent = host.find('%');
  if (percent == std::string::npos) return fmt::format("tcp://[{}]:{}", host, port);
  return fmt::format("tcp://[{}]:{}?scope={}", host.substr(0, percent), port, host.substr(percent + 1));
}

}  // namespace

void add_connect_options(CLI::App& app, ConnectOptions& options, Words& address) {
  describe(app, kConnectHelp);
  using Escape = ConnectOptions::Escape;
  constexpr const char* kGroup = "Options";
  app.add_option("address", address)->group("");
  add_duration(app, "-w,--timeout", options.timeout, "give up connecting after it, and end when idle for as long")
      ->group(kGroup);
  add_duration(app, "-q,--quit-after", options.quit_after, "end as long after the end of the input")->group(kGroup);
  app.add_flag("-N")->description("half-close at the end of the input (always; for nc's users)")->group(kGroup);
  add_parsed(app, "--escape", options.escape,
             Choice<Escape>({{"auto", Escape::automatic}, {"always", Escape::always}, {"never", Escape::never}}),
             "show control characters that come in as text, so that\nthey do nothing: auto, always or never (auto: on "
             "a " "terminal)")
      ->type_name("WHEN")
      ->group(kGroup);
  add_backend(app, options.backend)->group(kOther);
  app.add_flag("-v", options.verbose, "tell about the connection")->group(kOther);
}

CommandLine finish(ConnectOptions options, const Words& address) {
  if (address.empty() || address.size() > 2) {
    return usage_error("the address to connect to is HOST PORT, tcp://HOST:PORT or unix:PATH", kConnect);
  }
  const std::string text = address.size() == 1 ? address[0] : url_of(address[0], address[1]);
  std::expected<transport::Url, std::string> url = transport::parse_url(text);
  if (!url) return usage_error(fmt::format("{}: {}", text::quote(text), url.error()), kConnect);
  if (url->host == "*" || (url->scheme == transport::Scheme::tcp && url->port == 0)) {
    return usage_error(fmt::format("{} is for listening, not to connect to", text::quote(text)), kConnect);
  }
  options.url = *std::move(url);
  return options;
}

}  // namespace client
