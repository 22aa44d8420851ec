#include "tests/support/server_process.h"

#include <signal.h>

#include <string_view>
#include <utility>

#include <nlohmann/json.hpp>

namespace support {
namespace {

constexpr std::string_view kReady = "READY ";

Command server_command(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), program_path("echo_server"));
  return {.arguments = std::move(arguments)};
}

}  // namespace

std::string program_path(const std::string& name) { return GOTBACK_PROGRAMS "/" + name; }

ServerProcess::ServerProcess(std::vector<std::string> arguments, size_t listeners)
    : ServerProcess(server_command(std::move(arguments)), listeners) {}

ServerProcess::ServerProcess(Command command, size_t listeners) : process_(std::move(command)) {
  while (urls_.size() < listeners) {
    const std::string line =
        process_.wait_for_line(Stream::output, [](std::string_view text) { return text.starts_with(kReady); });
    urls_.push_back(nlohmann::json::parse(line.substr(kReady.size())).at("url").get<std::string>());
  }
}

Exit ServerProcess::stop() {
  process_.signal(SIGTERM);
  return process_.wait();
}

}  // namespace support
