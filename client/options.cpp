#include "client/options.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "client/command_line_text.h"
#include "client/commands.h"
#include "client/scenario/schema.h"
#include "text/suggestion.h"

namespace client {

namespace {

using command_line::add_parsed;
using command_line::Choice;
using command_line::Help;
using command_line::kOther;
using command_line::Words;

constexpr Help kHelp{
    "Runs scenarios against a server and judges every reply; by hand, a better nc.",
    R"(echo_client [run] [OPTIONS] FILE|DIR...
       echo_client [connect] [OPTIONS] HOST PORT|URL
       echo_client [connect] -l [OPTIONS] [HOST] PORT|URL
       echo_client exchange [OPTIONS] URL --send TEXT --expect TEXT...
       echo_client bench [OPTIONS] URL
       echo_client check [OPTIONS] FILE|DIR...
       echo_client schema
       echo_client help [TOPIC])",
    R"(run and connect may be left out: HOST PORT, tcp://HOST:PORT and unix:PATH connect, and so do -l, -z and -U; anything
else is a file or folder.

Examples:
  echo_client scenarios/multi.json       run a scenario against its target
  echo_client run --embedded scenarios   run a folder of them, with the server inside
  echo_client check scenarios            check them, and list what would run
  echo_client localhost 25000            talk to a server by hand)"};

bool is_address(const Words& words) {
  const bool is_url = words[0].contains("://") || words[0].starts_with("unix:");
  return is_url || (words.size() == 2 && is_port_range(words[1]));
}

constexpr const char* kSchema = "schema";
constexpr Help kSchemaHelp{"Prints the JSON Schema of scenario files, for editors.", "echo_client schema", ""};

constexpr std::array kCommands{kRun, kExchange, kBench, kCheck, kConnect, kSchema, kHelpCommand};

bool is_command(std::string_view word) { return std::ranges::find(kCommands, word) != kCommands.end(); }

bool parses(CLI::App& app, const Words& arguments) {
  try {
    app.parse(command_line::for_cli11(arguments));
    return true;
  } catch (const CLI::Error&) {
    return false;
  }
}

constexpr std::array<std::string_view, kCommands.size()> kCommandNames = [] {
  std::array<std::string_view, kCommands.size()> names;
  std::ranges::copy(kCommands, names.begin());
  return names;
}();

/// Whether `app` has all options of `words`, which may have their values behind a '=', or other letters behind the
/// first.
bool has_options(const CLI::App& app, const Words& words) {
  constexpr std::size_t kLetter = 2;  // With its dash.
  return std::ranges::all_of(words, [&app](const std::string& word) {
    if (word.size() < kLetter || !word.starts_with('-')) return true;
    return app.get_option_no_throw(word.substr(0, word.starts_with("--") ? word.find('=') : kLetter)) != nullptr;
  });
}

/// The command that is meant by `arguments`, which name none: connect when they are an address with options of connect,
/// else run. Nothing when there is no word among them.
const char* implied_command(const Words& arguments) {
  CLI::App app;
  ConnectOptions options;
  ConnectWords connect;
  add_connect_options(app, options, connect);
  app.allow_extras();
  // What is wrong with them is told when they are parsed for the command.
  [[maybe_unused]] const bool is_right = parses(app, arguments);
  if (connect.say_connect() || app.get_option("--udp")->count() > 0) return kConnect;
  const Words& words = app.get_option("address")->results();
  if (words.empty()) return nullptr;
  CLI::App run;
  RunOptions run_options;
  add_run_options(run, run_options);
  // Options that only connect has say more than words that are no address; one that neither has was meant for it, too.
  if (!is_address(words)) return app.remaining_size() == 0 && !has_options(run, arguments) ? kConnect : kRun;
  return app.remaining_size() > 0 && has_options(run, app.remaining()) ? kRun : kConnect;
}

}  // namespace

UsageError usage_error(const std::string& what, const char* command) {
  return {command_line::with_help(what, command == nullptr ? kProgram : fmt::format("{} {}", kProgram, command))};
}

namespace {

/// `arguments` begin with the `command`.
CommandLineText text_of(const std::string& program, const Words& arguments, const CLI::App& command) {
  std::vector<command_line::Given> given = command_line::given_in(command, arguments);
  given.erase(given.begin());
  return {program, arguments, std::move(given)};
}

/// There is no word among `arguments`. An option that nobody has is told rather than that.
UsageError nothing_to_do(const CLI::App& app, const CLI::App& run, const CLI::App& connect, const Words& arguments) {
  const bool is_unknown =
      !has_options(app, arguments) && !has_options(run, arguments) && !has_options(connect, arguments);
  if (is_unknown) return usage_error(command_line::message_of_extras(app, {&app, &run, &connect}));
  return usage_error("nothing to do: give a file or folder to run, or an address to connect to");
}

}  // namespace

CLI::Option* add_backend(CLI::App& app, sched::BackendKind& backend) {
  using sched::BackendKind;
  return add_parsed(app, "--backend", backend,
                    Choice<BackendKind>({{"auto", BackendKind::automatic},
                                         {"epoll", BackendKind::epoll},
                                         {"io_uring", BackendKind::io_uring}}),
                    "auto, epoll or io_uring (auto: io_uring if it can be had)")
      ->type_name("NAME");
}

CLI::Option* add_udp(CLI::App& app) {
  const auto refuse = [] {
    throw CLI::ValidationError("-u", "there is no UDP yet: what connects is TCP, and Unix stream sockets");
  };
  return app.add_flag_callback("-u,--udp", refuse)->group("");
}

CommandLine parse_command_line(std::vector<std::string> arguments, const std::string& program) {
  RunOptions run;
  RunOptions exchange;
  ExchangeWords exchange_words;
  RunOptions bench;
  run.program = exchange.program = bench.program = program;
  BenchWords bench_words;
  CheckOptions check;
  ConnectOptions connect;
  ConnectWords connect_words;
  Words topic;
  CLI::App app;
  app.require_subcommand(1);
  app.set_version_flag("--version", fmt::format("{} {}", kProgram, GOTBACK_VERSION), "print the version and exit")
      ->group(kOther);
  const auto add_command = [&app](const char* name) { return app.add_subcommand(name)->group("Commands"); };
  CLI::App* run_command = add_command(kRun);
  add_run_options(*run_command, run);
  CLI::App* exchange_command = add_command(kExchange);
  add_exchange_options(*exchange_command, exchange, exchange_words);
  CLI::App* bench_command = add_command(kBench);
  add_bench_options(*bench_command, bench, bench_words);
  CLI::App* check_command = add_command(kCheck);
  add_check_options(*check_command, check);
  CLI::App* connect_command = add_command(kConnect);
  add_connect_options(*connect_command, connect, connect_words);
  CLI::App* schema_command = add_command(kSchema);
  describe(*schema_command, kSchemaHelp);
  add_help_options(*add_command(kHelpCommand), topic);
  describe(app, kHelp);

  if (!arguments.empty() && !is_command(arguments[0])) {
    run.command_meant = text::nearest(arguments[0], kCommandNames);
    if (const char* command = implied_command(arguments)) arguments.insert(arguments.begin(), command);
  }
  try {
    app.parse(command_line::for_cli11(arguments));
  } catch (const CLI::CallForHelp&) {
    return Printout{app.help()};
  } catch (const CLI::CallForVersion& version) {
    return Printout{fmt::format("{}\n", version.what())};
  } catch (const CLI::RequiredError&) {
    return nothing_to_do(app, *run_command, *connect_command, arguments);
  } catch (const CLI::Error& error) {
    const std::vector<CLI::App*> commands = app.get_subcommands();
    return usage_error(command_line::message_of(error, app),
                       commands.empty() ? nullptr : commands[0]->get_name().c_str());
  }
  if (run_command->parsed()) return finish(std::move(run));
  if (exchange_command->parsed()) {
    return finish_exchange(std::move(exchange), exchange_words, text_of(program, arguments, *exchange_command));
  }
  if (bench_command->parsed()) {
    return finish_bench(std::move(bench), bench_words, text_of(program, arguments, *bench_command));
  }
  if (schema_command->parsed()) return Printout{std::string(scenario::schema())};
  if (check_command->parsed()) return finish(std::move(check));
  return connect_command->parsed() ? finish(std::move(connect), connect_words) : finish_help(app, topic);
}

}  // namespace client
