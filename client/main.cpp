#include <cstdio>
#include <string>
#include <variant>
#include <vector>

#include "client/manual/manual.h"
#include "client/options.h"
#include "client/print.h"
#include "client/run/check_command.h"
#include "client/run/run_command.h"
#include "scheduler/process.h"

namespace {

constexpr int kUsage = 2;
constexpr int kUnwritten = 7;

int complain(const std::string& what, int exit_code) {
  std::fprintf(stderr, "echo_client: %s\n", what.c_str());
  return exit_code;
}

}  // namespace

int main(int argc, char** argv) {
  sched::prepare_process();
  const client::CommandLine command =
      client::parse_command_line(std::vector<std::string>(argv + 1, argv + argc), argv[0]);
  if (const auto* run = std::get_if<client::RunOptions>(&command)) return client::run::run(*run);
  if (const auto* check = std::get_if<client::CheckOptions>(&command)) return client::run::check(*check);
  if (const auto* connect = std::get_if<client::ConnectOptions>(&command)) return client::manual::run(*connect);
  if (const auto* printout = std::get_if<client::Printout>(&command)) {
    const auto printed = client::print(printout->text);
    return printed ? 0 : complain(printed.error(), kUnwritten);
  }
  return complain(std::get<client::UsageError>(command).message, kUsage);
}
