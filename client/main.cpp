#include <cstdio>
#include <string>
#include <variant>
#include <vector>

#include <fmt/format.h>

#include "client/manual/manual.h"
#include "client/options.h"
#include "client/run/run_command.h"
#include "scheduler/process.h"

namespace {

constexpr int kUsage = 2;

int carry_out(const client::ConnectOptions& options) { return client::manual::run(options); }

int carry_out(const client::RunOptions& options) { return client::run::run(options); }

int carry_out(const client::Printout& printout) {
  fmt::print("{}", printout.text);
  return 0;
}

int carry_out(const client::UsageError& error) {
  fmt::print(stderr, "echo_client: {}\n", error.message);
  return kUsage;
}

}  // namespace

int main(int count, char** arguments) {
  sched::prepare_process();
  const client::CommandLine command = client::parse_command_line({arguments + 1, arguments + count});
  return std::visit([](const auto& asked) { return carry_out(asked); }, command);
}
