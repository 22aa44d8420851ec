// Any words are a command line of echo_client and of echo_server, or are refused in one printable line.

#include <algorithm>
#include <string>
#include <variant>
#include <vector>

#include "client/options.h"
#include "server/options.h"
#include "tests/fuzz/fuzzing.h"

namespace {

using Words = std::vector<std::string>;

/// One a line.
Words words_of(std::string_view text) {
  Words words;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    words.emplace_back(text.substr(0, end));
    // What main() gets ends at a NUL.
    words.back().resize(std::min(words.back().find('\0'), words.back().size()));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return words;
}

void check_line(const std::string& message) {
  fuzz::require(!message.empty() && std::ranges::all_of(message, [](unsigned char c) { return c >= ' ' && c != 0x7f; }),
                "what is wrong is said in one printable line");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Words words = words_of({reinterpret_cast<const char*>(data), size});
  const client::CommandLine client = client::parse_command_line(words);
  if (const auto* error = std::get_if<client::UsageError>(&client)) check_line(error->message);
  // It reads the file that --config names.
  if (std::ranges::any_of(words, [](const std::string& word) { return word.contains("--config"); })) return 0;
  const auto server = server::parse_options(words);
  if (const auto* error = std::get_if<server::UsageError>(&server)) check_line(error->message);
  return 0;
}
