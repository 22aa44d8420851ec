// Any bytes are a scenario or are refused; what is one still is when it is written anew.

#include <string>

#include <nlohmann/json.hpp>

#include "client/scenario/load.h"
#include "tests/fuzz/fuzzing.h"

namespace {

using client::scenario::Diagnostic;
using client::scenario::LoadOptions;

const LoadOptions& options() {
  static const LoadOptions all{
      .variables = {{"fixed", "3"}}, .target = {}, .seed = 1, .environment = [](const std::string& name) {
        return name == "HOME" ? std::optional("/root") : std::nullopt;
      }};
  return all;
}

void check_error(const Diagnostic& error) {
  for (const char c : render(error)) {
    fuzz::require(c == '\n' || static_cast<unsigned char>(c) >= ' ', "an error can be printed");
  }
}

/// The same file without comments and with blanks, numbers and escapes as a program writes them.
std::string rewritten(std::string_view text) {
  return nlohmann::ordered_json::parse(text, nullptr, true, /*ignore_comments=*/true).dump();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  const auto scenario = client::scenario::parse("x.json", text, options());
  if (!scenario) {
    fuzz::require(!scenario.error().empty(), "what is refused has errors");
    for (const Diagnostic& error : scenario.error()) check_error(error);
    return 0;
  }
  const auto again = client::scenario::parse("x.json", rewritten(text), options());
  fuzz::require(again.has_value(), "what is accepted is accepted again");
  fuzz::require(again->name == scenario->name && again->clients() == scenario->clients(), "it is the same");
  return 0;
}
