#include "client/options.h"

#include <algorithm>
#include <cstddef>
#include <expected>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "command_line/command_line.h"
#include "text/escape.h"

namespace client {

namespace {

using command_line::add_duration;
using command_line::add_parsed;
using command_line::Choice;
using command_line::Help;
using command_line::kOther;
using command_line::parse_number;
using command_line::Words;

constexpr const char* kProgram = "echo_client";
constexpr const char* kRun = "run";
constexpr const char* kConnect = "connect";

constexpr Help kHelp{
    "Runs scenarios against a server and judges every reply; by hand, a better nc.",
    R"(echo_client [run] [OPTIONS] FILE|DIR...
       echo_client [connect] [OPTIONS] HOST PORT|URL)",
    R"(The command may be left out: HOST PORT, tcp://HOST:PORT and unix:PATH connect, anything else is a file or folder.

Examples:
  echo_client scenarios/multi.json       run a scenario against its target
  echo_client run --embedded scenarios   run a folder of them, with the server inside
  echo_client localhost 25000            talk to a server by hand)"};

constexpr Help kRunHelp{
    "Runs scenario files, and those in folders, and judges every reply.", "echo_client [run] [OPTIONS] FILE|DIR...",
    R"(A duration is a number and a unit: ns, us, ms, s, m or h. In COMMAND and ARGS, a word with blanks stands in quotation
marks; there is no shell.

Exit status: 0 all passed, 1 an assertion failed, 2 usage or an invalid scenario, 3 could not test, 5 nothing was
selected, 6 the timeout, 130 or 143 a signal.

Examples:
  echo_client scenarios/multi.json
  echo_client run --target tcp://10.0.0.5:7 --only 'echo-*' scenarios
  echo_client run --spawn 'echo_server tcp://localhost:0' scenarios
  echo_client run --simulate --seed 42 scenarios/multi.json)"};

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

UsageError usage_error(const std::string& what, const char* command = nullptr) {
  return {fmt::format("{}; see '{}{}{} --help'", what, kProgram, command != nullptr ? " " : "",
                      command != nullptr ? command : "")};
}

CLI::Option* add_backend(CLI::App& app, sched::BackendKind& backend) {
  using sched::BackendKind;
  return add_parsed(app, "--backend", backend,
                    Choice<BackendKind>({{"auto", BackendKind::automatic},
                                         {"epoll", BackendKind::epoll},
                                         {"io_uring", BackendKind::io_uring}}),
                    "auto, epoll or io_uring (auto: io_uring if it can be had)")
      ->type_name("NAME");
}

/// Words with blanks between them; one that holds blanks stands in quotation marks.
CLI::Option* add_words(CLI::App& app, const std::string& name, Words& value, const std::string& about) {
  return app.add_option_function<std::string>(
      name, [&value](const std::string& text) { value = CLI::detail::split_up(text); }, about);
}

/// A check of CLI11: what is wrong, or nothing.
std::string is_not_blank(const std::string& text) {
  return text.find_first_not_of(' ') == std::string::npos ? "it is empty" : "";
}

void add_variables(std::map<std::string, std::string>& variables, const Words& texts) {
  for (const std::string& text : texts) {
    const std::size_t equals = text.find('=');
    if (equals == 0 || equals == std::string::npos) {
      throw CLI::ValidationError(fmt::format("--var {}", text::quote(text)), "write NAME=VALUE");
    }
    variables.insert_or_assign(text.substr(0, equals), text.substr(equals + 1));
  }
}

// --- run

void add_target_options(CLI::App& app, RunOptions& options) {
  constexpr const char* kGroup = "What is tested (by default the target of each scenario)";
  CLI::Option* target =
      add_parsed(app, "--target", options.target, transport::parse_url, "replace the target of every scenario")
          ->type_name("URL")
          ->group(kGroup);
  CLI::Option* embedded =
      app.add_flag("--embedded", options.embedded, "start echo_server inside this process")->group(kGroup);
  CLI::Option* spawn = add_words(app, "--spawn", options.spawn,
                                 "start a server, and stop it at the end; it is ready when it\n"
                                 "says so as echo_server does, or when --target accepts")
                           ->check(is_not_blank)
                           ->type_name("COMMAND")
                           ->group(kGroup);
  CLI::Option* simulate =
      app.add_flag("--simulate", options.simulate, "simulate echo_server, network and clock in memory")->group(kGroup);
  add_words(app, "--server-options", options.server_options, "what echo_server gets, for --embedded and --simulate")
      ->type_name("ARGS")
      ->group(kGroup);
  embedded->excludes(target)->excludes(spawn);
  simulate->excludes(target)->excludes(embedded)->excludes(spawn);
}

void add_scenario_options(CLI::App& app, RunOptions& options) {
  constexpr const char* kGroup = "Scenarios";
  app.add_option("paths", options.paths)->group("");
  app.add_option("--only", options.only, "run those whose names match")->type_name("GLOB")->group(kGroup);
  app.add_option_function<Words>(
         "--var", [&options](const Words& texts) { add_variables(options.variables, texts); },
         "set a variable, over the scenario's own; repeatable")
      ->allow_extra_args(false)
      ->type_name("NAME=VALUE")
      ->group(kGroup);
  add_parsed(app, "--seed", options.seed, parse_number<std::uint64_t>, "repeat what was drawn at random")
      ->type_name("N")
      ->group(kGroup);
  add_duration(app, "--timeout", options.timeout, "end the whole run (5m)")->group(kGroup);
}

void add_run_options(CLI::App& app, RunOptions& options) {
  add_target_options(app, options);
  add_scenario_options(app, options);
  CLI::Option* simulate = app.get_option("--simulate");
  constexpr const char* kEngine = "Engine";
  add_backend(app, options.backend)->group(kEngine)->excludes(simulate);
  add_parsed(app, "--threads", options.threads, parse_number<unsigned, 0, 1024>,
             "run as many schedulers, one a thread (1); 0: one a core")
      ->type_name("N")
      ->group(kEngine)
      ->excludes(simulate);
  add_duration(app, "--spin", options.spin, "let an idle scheduler look for as long before it sleeps (0s)")
      ->group(kEngine)
      ->excludes(simulate);
  CLI::Option* quiet =
      app.add_flag_callback("--quiet", [&options] { options.verbosity = -1; }, "tell failures only")->group(kOther);
  app.add_flag("-v", options.verbosity, "tell more; -vv still more")->group(kOther)->excludes(quiet);
}

CommandLine finish(RunOptions options) {
  if (options.paths.empty()) return usage_error("a file or folder to run is missing", kRun);
  if (!options.server_options.empty() && !options.embedded && !options.simulate) {
    return usage_error("--server-options is for --embedded and --simulate", kRun);
  }
  return options;
}

// --- connect

void add_connect_options(CLI::App& app, ConnectOptions& options, Words& address) {
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

/// HOST and PORT as nc takes them: an IPv6 address without brackets, its interface after '%'.
std::string url_of(const std::string& host, const std::string& port) {
  if (!host.contains(':')) return fmt::format("tcp://{}:{}", host, port);
  const std::size_t percent = host.find('%');
  if (percent == std::string::npos) return fmt::format("tcp://[{}]:{}", host, port);
  return fmt::format("tcp://[{}]:{}?scope={}", host.substr(0, percent), port, host.substr(percent + 1));
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

// --- which of them

bool is_number(const std::string& text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

bool is_address(const Words& words) {
  const bool is_url = words[0].contains("://") || words[0].starts_with("unix:");
  return is_url || (words.size() == 2 && is_number(words[1]));
}

bool parses(CLI::App& app, Words arguments) {
  try {
    app.parse(command_line::for_cli11(std::move(arguments)));
    return true;
  } catch (const CLI::Error&) {
    return false;
  }
}

/// The command that is meant by `arguments`, which name none: connect when they are an address with options of connect,
/// else run. Nothing when there is no word among them.
const char* implied_command(const Words& arguments) {
  CLI::App app;
  ConnectOptions options;
  Words address;
  add_connect_options(app, options, address);
  app.allow_extras();
  // What is wrong with them is told when they are parsed for the command.
  [[maybe_unused]] const bool is_right = parses(app, arguments);
  const Words& words = app.get_option("address")->results();
  if (words.empty()) return nullptr;
  return app.remaining_size() == 0 && is_address(words) ? kConnect : kRun;
}

}  // namespace

CommandLine parse_command_line(std::vector<std::string> arguments) {
  RunOptions run;
  ConnectOptions connect;
  Words address;
  CLI::App app;
  app.require_subcommand(1);
  app.set_version_flag("--version", fmt::format("{} {}", kProgram, GOTBACK_VERSION), "print the version and exit")
      ->group(kOther);
  CLI::App* run_command = app.add_subcommand(kRun)->group("Commands");
  add_run_options(*run_command, run);
  CLI::App* connect_command = app.add_subcommand(kConnect)->group("Commands");
  add_connect_options(*connect_command, connect, address);
  describe(app, kHelp);
  describe(*run_command, kRunHelp);
  describe(*connect_command, kConnectHelp);

  if (!arguments.empty() && arguments[0] != kRun && arguments[0] != kConnect) {
    if (const char* command = implied_command(arguments)) arguments.insert(arguments.begin(), command);
  }
  try {
    app.parse(command_line::for_cli11(arguments));
  } catch (const CLI::CallForHelp&) {
    return Printout{app.help()};
  } catch (const CLI::CallForVersion& version) {
    return Printout{fmt::format("{}\n", version.what())};
  } catch (const CLI::RequiredError&) {
    return usage_error("nothing to do: give a file or folder to run, or an address to connect to");
  } catch (const CLI::Error& error) {
    const char* command = run_command->parsed() ? kRun : connect_command->parsed() ? kConnect : nullptr;
    return usage_error(command_line::message_of(error), command);
  }
  return run_command->parsed() ? finish(std::move(run)) : finish(std::move(connect), address);
}

}  // namespace client
