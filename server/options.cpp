#include "server/options.h"

#include <string_view>
#include <utility>

#include "command_line/command_line.h"
#include "text/escape.h"
#include "text/units.h"

namespace server {

namespace {

using command_line::add_duration;
using command_line::add_parsed;
using command_line::Choice;
using command_line::parse_number;
using command_line::Words;

constexpr const char* kProgram = "echo_server";

constexpr command_line::Help kHelp{
    "Answers what it receives with GOT: in front, for many clients at once.", "echo_server [OPTIONS] [URL...]",
    R"(A URL is tcp://HOST:PORT (IPv6 in brackets; * is every interface, port 0 any free one) or unix:PATH (@name: abstract).
Without one the server listens on tcp://localhost:25000. A duration is a number and a unit (ns, us, ms, s, m or h), a
size a number and a unit (B, KiB, MiB, kB, MB). When it listens it prints a line READY {"url":...,"pid":...} for each
address; its log goes to standard error. SIGTERM or SIGINT drain it, a second one ends it at once; SIGHUP is logged.

Exit status: 0 after a drain, 1 failed while running, 2 usage, 3 could not bind or start, 130 or 143 a second signal.

Examples:
  echo_server                            then, elsewhere: nc localhost 25000
  echo_server tcp://localhost:0 unix:/run/echo.sock
  echo_server --prefix '' tcp://*:7      RFC 862)"};

void add_listening_options(CLI::App& app, Options& options, Words& urls) {
  constexpr const char* kGroup = "Answers";
  app.add_option("url", urls)->group("");
  add_parsed(app, "--framing", options.framing,
             Choice<echo::Framing>({{"line", echo::Framing::line}, {"chunk", echo::Framing::chunk}}),
             "what gets the prefix: each line, or what each receive of\nat most 1000 bytes returned (line)")
      ->type_name("line|chunk")
      ->group(kGroup);
  app.add_option("--prefix", options.prefix, "what stands in front of an answer (GOT:)")
      ->type_name("TEXT")
      ->take_last()
      ->group(kGroup);
}

void add_engine_options(CLI::App& app, Options& options) {
  constexpr const char* kGroup = "Engine";
  using sched::BackendKind;
  add_parsed(
      app, "--backend", options.backend,
      Choice<BackendKind>(
          {{"auto", BackendKind::automatic}, {"epoll", BackendKind::epoll}, {"io_uring", BackendKind::io_uring}}),
      "how it waits for the kernel (auto: io_uring if it can)")
      ->type_name("auto|epoll|io_uring")
      ->group(kGroup);
  add_parsed(app, "--threads", options.threads, parse_number<unsigned, 0, 1024>,
             "run as many schedulers, one a thread (1); 0: one a core")
      ->type_name("N")
      ->group(kGroup);
  add_duration(app, "--spin", options.spin, "let an idle scheduler look for as long before it sleeps (0s)")
      ->group(kGroup);
}

/// Not shorter than a peer needs to read: every answer that has to wait for the kernel would end its connection.
std::expected<sched::Duration, std::string> parse_write_timeout(std::string_view text) {
  const auto timeout = text::parse_duration(text);
  if (timeout && *timeout < std::chrono::milliseconds(1)) return std::unexpected("write a duration of at least 1ms");
  return timeout;
}

std::expected<std::uint32_t, std::string> parse_send_buffer(std::string_view text) {
  constexpr std::uint64_t kMax = 1024 * 1024 * 1024;
  const auto size = text::parse_size(text);
  if (!size) return std::unexpected(size.error());
  if (*size < 1 || *size > kMax) return std::unexpected("write a size from 1B to 1GiB");
  return static_cast<std::uint32_t>(*size);
}

void add_limit_options(CLI::App& app, Options& options) {
  constexpr const char* kGroup = "Limits";
  constexpr auto kAtLeastOne = parse_number<std::size_t, 1, 1'000'000'000>;
  add_parsed(app, "--max-connections", options.max_connections, kAtLeastOne,
             "close further ones at once (what descriptors allow)")
      ->type_name("N")
      ->group(kGroup);
  add_parsed(app, "--max-connections-per-address", options.max_connections_per_address, kAtLeastOne,
             "the same for each peer's address (none)")
      ->type_name("N")
      ->group(kGroup);
  add_duration(app, "--idle-timeout", options.idle_timeout, "end a connection that has been silent for it (none)")
      ->group(kGroup);
  add_parsed(app, "--write-timeout", options.write_timeout, parse_write_timeout,
             "reset a peer that has not read for it (60s)")
      ->type_name("DURATION")
      ->group(kGroup);
  add_duration(app, "--drain-timeout", options.drain_timeout, "at the end, wait for the peers' ends as long (5s)")
      ->group(kGroup);
  add_parsed(app, "--send-buffer", options.send_buffer, parse_send_buffer,
             "stop reading a peer that has so much unread (64KiB)")
      ->type_name("SIZE")
      ->group(kGroup);
}

void add_telling_options(CLI::App& app, Options& options) {
  constexpr const char* kGroup = "What it tells";
  app.add_option("--port-file", options.port_file, "write the READY objects to it, whole, when all listen")
      ->type_name("FILE")
      ->take_last()
      ->group(kGroup);
  add_parsed(app, "--log-level", options.log_level,
             Choice<LogLevel>({{"trace", LogLevel::trace},
                               {"debug", LogLevel::debug},
                               {"info", LogLevel::info},
                               {"warn", LogLevel::warn},
                               {"error", LogLevel::error},
                               {"off", LogLevel::off}}),
             "trace, debug, info, warn, error or off (info)")
      ->type_name("LEVEL")
      ->group(kGroup);
  add_parsed(app, "--log-format", options.log_format,
             Choice<LogFormat>({{"text", LogFormat::text}, {"json", LogFormat::json}}), "(text)")
      ->type_name("text|json")
      ->group(kGroup);
  app.set_config("--config", "", "take options from a file, as NAME=VALUE lines")
      ->type_name("FILE")
      ->group(command_line::kOther);
  app.allow_config_extras(CLI::config_extras_mode::error);
}

UsageError usage_error(const std::string& message) { return {command_line::with_help(message, kProgram)}; }

}  // namespace

std::variant<Options, Printout, UsageError> parse_options(const std::vector<std::string>& arguments) {
  Options options;
  Words urls;
  CLI::App app;
  add_listening_options(app, options, urls);
  add_engine_options(app, options);
  add_limit_options(app, options);
  add_telling_options(app, options);
  app.set_version_flag("--version", std::string(kProgram) + " " + GOTBACK_VERSION, "print the version and exit")
      ->group(command_line::kOther);
  describe(app, kHelp);
  try {
    app.parse(command_line::for_cli11(arguments));
  } catch (const CLI::CallForHelp&) {
    return Printout{app.help()};
  } catch (const CLI::CallForVersion& version) {
    return Printout{std::string(version.what()) + '\n'};
  } catch (const CLI::Error& error) {
    return usage_error(command_line::message_of(error, app));
  }
  if (urls.empty()) urls.emplace_back(kDefaultUrl);
  for (const std::string& text : urls) {
    std::expected<transport::Url, std::string> url = transport::parse_url(text);
    if (!url) return usage_error(text::quote(text) + ": " + url.error());
    options.urls.push_back(*std::move(url));
  }
  return options;
}

}  // namespace server
