#pragma once

#include <iterator>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/process.h"
#include "tests/support/server_process.h"
#include "tests/support/temporary_directory.h"

// What the tests of echo_client run have in common.

namespace programs {

/// A scenario: one client that says Hello and expects the answer.
inline constexpr std::string_view kHello = R"({
  "clients": [
    { "name": "greeter",
      "steps": [ { "send": "Hello" }, { "expect": "GOT:Hello" } ] }
  ]
}
)";

/// The same, with an answer that echo_server does not give.
inline constexpr std::string_view kWrong = R"({
  "clients": [
    { "name": "greeter",
      "steps": [ { "send": "Hello" }, { "expect": "GOT:HellO" } ] }
  ]
}
)";

/// echo_client run in a folder of its own, in which a test writes scenarios. So their paths in what is told are short
/// and the same everywhere.
class Run : public testing::Test {
 protected:
  void write(std::string_view name, std::string_view content) const { folder_.write(name, content); }

  /// echo_client run with these words, behind those of a program that starts it.
  support::Command through(std::vector<std::string> starter, std::vector<std::string> words) const {
    words.insert(words.begin(), {support::program_path("echo_client"), "run"});
    words.insert(words.begin(), std::make_move_iterator(starter.begin()), std::make_move_iterator(starter.end()));
    return {.arguments = std::move(words), .working_directory = folder_.path()};
  }
  support::Command command(std::vector<std::string> words) const { return through({}, std::move(words)); }

  support::Finished run(std::vector<std::string> words) const { return support::run(command(std::move(words))); }

  const support::TemporaryDirectory folder_;
};

/// Once for each backend.
class RunOnBackend : public Run, public testing::WithParamInterface<const char*> {
 protected:
  /// The words with the backend of this test.
  static std::vector<std::string> on_backend(std::vector<std::string> words) {
    words.insert(words.begin(), {"--backend", GetParam()});
    return words;
  }
};

}  // namespace programs
