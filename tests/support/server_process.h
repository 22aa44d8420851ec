#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "tests/support/process.h"

namespace support {

/// The path of a program of this build: echo_server or echo_client.
std::string program_path(const std::string& name);

/// echo_server, the built program, run by a test.
class ServerProcess {
 public:
  /// Starts echo_server with these arguments and waits for `listeners` READY lines (echo_server prints one a listener).
  /// Throws std::runtime_error with the server's log when they do not come.
  explicit ServerProcess(std::vector<std::string> arguments = {"tcp://127.0.0.1:0"}, size_t listeners = 1);
  /// The same with a command that ends up as echo_server: through prlimit(1), or a shell that directs its output.
  explicit ServerProcess(Command command, size_t listeners = 1);

  /// The URLs of the READY lines, in their order; url() is the first.
  const std::vector<std::string>& urls() const { return urls_; }
  const std::string& url() const { return urls_.front(); }

  Process& process() { return process_; }
  /// Asks it to end (SIGTERM) and waits until it has.
  Exit stop();

 private:
  Process process_;
  std::vector<std::string> urls_;
};

}  // namespace support
