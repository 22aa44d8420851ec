#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "client/options.h"
#include "command_line/command_line.h"
#include "scheduler/address.h"

// The commands of echo_client, as its command line knows them: for each its name, its options, and what is made of them
// when all have been read. For options.cpp and the files that define these functions alone.

namespace client {

inline constexpr const char* kProgram = "echo_client";

class CommandLineText;

/// What is wrong with the words of `command`, or of the program, and where to read on.
UsageError usage_error(const std::string& what, const char* command = nullptr);

CLI::Option* add_backend(CLI::App& app, sched::BackendKind& backend);

/// -u, which nc's users know, and which is refused with the reason.
CLI::Option* add_udp(CLI::App& app);

// scenario_options.cpp: which scenario files are read, and what changes what they mean.
CLI::Option* add_target(CLI::App& app, std::optional<transport::Url>& target);
void add_selection(CLI::App& app, Selection& selection, const char* group);
CLI::Option* add_variables(CLI::App& app, std::map<std::string, std::string>& variables);

// run_options.cpp
inline constexpr const char* kRun = "run";
void add_run_options(CLI::App& app, RunOptions& options);
CommandLine finish(RunOptions options);

// Options of a run that others have, too: --timeout; --report; --quiet and -v; the last two and those of the engine.
void add_timeout(CLI::App& app, RunOptions& options);
void add_report_option(CLI::App& app, RunOptions& options);
void add_verbosity(CLI::App& app, RunOptions& options);
void add_engine_options(CLI::App& app, RunOptions& options);

/// --write, of those that generate a scenario.
void add_write_option(CLI::App& app, RunOptions& options);

/// The words that say what load there is.
struct BenchWords {
  command_line::Words urls;  ///< one
  std::uint64_t connections = 10;
  std::optional<double> rate;  ///< a second; nothing: as fast as replies come
  bool is_poisson = false;
  std::optional<std::uint64_t> max_in_flight;
  sched::Duration duration = std::chrono::seconds(10);
  sched::Duration warmup = std::chrono::seconds(1);
  std::uint64_t payload = 64;
  std::uint64_t depth = 1;
  std::optional<double> connect_rate;
  bool reconnect = false;
  std::string prefix = "GOT:";
};

// bench_options.cpp
inline constexpr const char* kBench = "bench";
void add_bench_options(CLI::App& app, RunOptions& options, BenchWords& words);
CommandLine finish_bench(RunOptions options, const BenchWords& words, CommandLineText line);

/// The words that say with which patience something is said.
struct ExchangeWords {
  command_line::Words urls;  ///< one
  std::optional<sched::Duration> timeout;
  std::optional<std::uint64_t> retries;
  std::optional<sched::Duration> every;
};

// exchange_options.cpp
inline constexpr const char* kExchange = "exchange";
void add_exchange_options(CLI::App& app, RunOptions& options, ExchangeWords& words);
CommandLine finish_exchange(RunOptions options, const ExchangeWords& words, CommandLineText line);

// check_options.cpp
inline constexpr const char* kCheck = "check";
void add_check_options(CLI::App& app, CheckOptions& options);
CommandLine finish(CheckOptions options);

// help_options.cpp
inline constexpr const char* kHelpCommand = "help";
void add_help_options(CLI::App& app, command_line::Words& topic);
/// `program` has all commands.
CommandLine finish_help(const CLI::App& program, const command_line::Words& topic);

/// The words and letters that say where to connect from and to, as they were given. What they mean depends on each
/// other.
struct ConnectWords {
  command_line::Words address;
  bool is_path = false;  ///< the address is the path of a Unix socket
  bool listen = false;
  bool keep_open = false;
  bool probe = false;
  std::optional<sched::Address> source;  ///< its port is 0
  std::uint16_t source_port = 0;         ///< 0: none was given

  /// Whether the letters alone say that connect is meant.
  bool say_connect() const { return listen || probe || is_path; }
};

// connect_options.cpp
inline constexpr const char* kConnect = "connect";
void add_connect_options(CLI::App& app, ConnectOptions& options, ConnectWords& words);

// connect_address.cpp
CommandLine finish(ConnectOptions options, const ConnectWords& words);
/// What is wrong with the words that name a server to test: there is one, a URL. Empty when nothing is.
std::string mistake_in_server(const command_line::Words& words);
/// "80" or "80-90".
bool is_port_range(std::string_view text);

}  // namespace client
