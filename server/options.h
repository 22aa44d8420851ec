#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "echo/answer.h"
#include "scheduler/make_backend.h"
#include "scheduler/time.h"
#include "server/log.h"
#include "transports/url.h"

// The command line of echo_server as a value. Reading it opens nothing but the file that --config names.

namespace server {

/// The default of the server that is started by hand or by a script.
inline constexpr const char* kDefaultUrl = "tcp://localhost:25000";

struct Options {
  std::vector<transport::Url> urls;  ///< at least one

  echo::Framing framing = echo::Framing::line;
  std::string prefix = "GOT:";

  sched::BackendKind backend = sched::BackendKind::automatic;
  unsigned threads = 1;  ///< schedulers, one a thread; 0 is one a core
  sched::Duration spin{};

  std::optional<std::size_t> max_connections;  ///< nothing: what the descriptors allow, less a reserve
  std::optional<std::size_t> max_connections_per_address;
  sched::Duration idle_timeout{};  ///< zero: none
  sched::Duration write_timeout = std::chrono::seconds(60);
  sched::Duration drain_timeout = std::chrono::seconds(5);
  std::uint32_t send_buffer = 64 * 1024;  ///< in bytes

  std::string port_file;  ///< empty: none
  LogLevel log_level = LogLevel::info;
  LogFormat log_format = LogFormat::text;
};

/// A text that was asked for (--help, --version), for standard output.
struct Printout {
  std::string text;
};

/// What is wrong with the command line, on one line that names the option and the value and says what is wanted.
struct UsageError {
  std::string message;
};

/// `arguments` are those of main(), without the program's name.
std::variant<Options, Printout, UsageError> parse_options(const std::vector<std::string>& arguments);

}  // namespace server
