#include <unistd.h>

#include <cstdio>
#include <new>
#include <string>
#include <variant>
#include <vector>

#include "scheduler/file.h"
#include "scheduler/result.h"
#include "server/options.h"
#include "server/program.h"

namespace {

int run(int argc, char** argv) {
  const auto parsed = server::parse_options(std::vector<std::string>(argv + 1, argv + argc));
  if (const auto* printout = std::get_if<server::Printout>(&parsed)) {
    const sched::Result<void> written = sched::write_all(STDOUT_FILENO, printout->text);
    if (written) return 0;
    std::fprintf(stderr, "echo_server: cannot write to standard output: %s\n", describe(written.error()).c_str());
    return 1;
  }
  if (const auto* error = std::get_if<server::UsageError>(&parsed)) {
    std::fprintf(stderr, "echo_server: %s\n", error->message.c_str());
    return 2;
  }
  return server::run_program(std::get<server::Options>(parsed));
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const std::bad_alloc&) {
    std::fputs("echo_server: cannot start: out of memory\n", stderr);
    return 3;
  }
}
