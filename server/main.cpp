#include <cstdio>
#include <string>
#include <variant>
#include <vector>

#include "server/options.h"
#include "server/program.h"

int main(int argc, char** argv) {
  const auto parsed = server::parse_options(std::vector<std::string>(argv + 1, argv + argc));
  if (const auto* printout = std::get_if<server::Printout>(&parsed)) {
    std::fputs(printout->text.c_str(), stdout);
    return 0;
  }
  if (const auto* error = std::get_if<server::UsageError>(&parsed)) {
    std::fprintf(stderr, "echo_server: %s\n", error->message.c_str());
    return 2;
  }
  return server::run_program(std::get<server::Options>(parsed));
}
