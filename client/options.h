#pragma once

#include <cstdint>
#include <expected>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "client/report/format.h"
#include "client/scenario/source.h"
#include "scheduler/address.h"
#include "scheduler/make_backend.h"
#include "scheduler/time.h"
#include "transports/resolve.h"
#include "transports/url.h"

// The command line of echo_client as a value. Reading it opens nothing.

namespace client {

/// A report that was asked for, and where it goes (report/file.h).
struct ReportTarget {
  report::Format format;
  std::string path;
};

/// Which of the scenarios are wanted.
struct Selection {
  std::string only = "*";                 ///< a glob: those of this name
  std::vector<std::string> exclude = {};  ///< globs: not those of this name, and no files and folders of it
  std::vector<std::string> tags = {};     ///< those that have one of them; empty: all
};

/// A scenario that no file has, made of what was given on the command line.
struct GeneratedScenario {
  std::string text;
  scenario::Origin origin;  ///< the command line, and which part of it is what
};

/// `echo_client run`, or files and folders alone; `exchange` and `bench`, with what they have generated.
struct RunOptions {
  std::string program = "echo_client";         ///< as it was started, for the command that runs something again
  std::vector<std::filesystem::path> paths;    ///< scenario files and folders of them, in order
  std::optional<GeneratedScenario> generated;  ///< instead of `paths`
  std::string write;                           ///< the file that `generated` is to be kept in; empty: none
  std::string command_meant;  ///< by the first of them, perhaps, if there is no such file; may be empty

  // What is tested. Nothing given: each scenario's own target. At most one of `embedded`, `spawn` and `simulate`; a
  // `target` only alone or with `spawn`.
  std::optional<transport::Url> target;     ///< in place of every scenario's
  bool embedded = false;                    ///< a server in this process, on a free port
  std::vector<std::string> spawn;           ///< a program and its arguments that is the server; empty: none
  bool simulate = false;                    ///< server, clients, network and clock in memory
  std::vector<std::string> server_options;  ///< arguments of echo_server, for `embedded` and `simulate`

  std::map<std::string, std::string> variables;  ///< over the scenarios' own
  Selection selection;                           ///< which of the scenarios
  bool list = false;                             ///< print what would run, and run nothing
  std::optional<std::uint64_t> seed;             ///< nothing: a new one every time
  std::optional<std::uint64_t> rechunk;          ///< a seed: what is sent is cut into pieces at random
  std::uint64_t repeat = 1;                      ///< how often all of it is run, each time with the next seed
  unsigned jobs = 1;                             ///< scenarios at a time
  bool fail_fast = false;                        ///< nothing follows a scenario that has not passed
  std::optional<sched::Duration> timeout;        ///< of the whole run; nothing: what suits it
  std::vector<ReportTarget> reports;             ///< no two to the same file

  sched::BackendKind backend = sched::BackendKind::automatic;
  unsigned threads = 1;  ///< schedulers, one a thread; 0 is one a core
  sched::Duration spin{};
  int verbosity = 0;  ///< -1 quiet, 0, 1 and 2 for -v and -vv
};

/// `echo_client check`.
struct CheckOptions {
  std::vector<std::filesystem::path> paths;  ///< as of a run; at least one
  Selection selection;                       ///< which of the scenarios
  // What changes what files mean, as of a run.
  std::optional<transport::Url> target;
  std::map<std::string, std::string> variables;
  std::uint64_t seed = 1;
};

/// `echo_client connect`, or an address alone.
struct ConnectOptions {
  enum class Mode : std::uint8_t {
    talk,         ///< connects, and joins the connection to standard input and output
    probe,        ///< connects to each port, tells whether that was possible, and ends
    listen,       ///< takes one connection, and joins it
    keep_listen,  ///< takes one connection after the other
  };
  enum class Escape : std::uint8_t { automatic, always, never };

  Mode mode = Mode::talk;
  transport::Url url;           ///< what is connected to, or listened at
  std::uint16_t last_port = 0;  ///< the last that is probed; at least that of `url`
  transport::Resolving resolving;
  std::vector<sched::Address> source;         ///< the local address, at most one of each family
  std::optional<sched::Duration> timeout;     ///< to connect in, and then to be idle for
  std::optional<sched::Duration> quit_after;  ///< after the end of the input

  bool echo = false;                  ///< what comes is answered as echo_server does; listening only
  bool crlf = false;                  ///< a line feed is sent as CR LF
  bool hex = false;                   ///< a hex dump of both directions is shown
  bool timestamps = false;            ///< each line that comes is shown with the time of day
  Escape escape = Escape::automatic;  ///< automatic: on a terminal

  sched::BackendKind backend = sched::BackendKind::automatic;
  bool verbose = false;

  bool listens() const { return mode == Mode::listen || mode == Mode::keep_listen; }
};

/// A text that was asked for (--help, help, schema, --version), for standard output.
struct Printout {
  std::string text;
};

/// What is wrong with the command line, on one line.
struct UsageError {
  std::string message;
};

using CommandLine = std::variant<RunOptions, CheckOptions, ConnectOptions, Printout, UsageError>;

/// The address that is meant by HOST PORT or by a URL alone; one that can be connected to. The error is a sentence.
std::expected<transport::Url, std::string> parse_address(const std::vector<std::string>& words);

/// `arguments` are those of main(), without the `program`, the path or name by which it was started.
CommandLine parse_command_line(std::vector<std::string> arguments, const std::string& program = "echo_client");

}  // namespace client
