// Whatever is wrong with a file: exit code 2, and all of it on standard error with its place.

#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/process.h"
#include "tests/support/server_process.h"
#include "tests/support/temporary_directory.h"

namespace programs {
namespace {

using support::Exit;
using support::Finished;
using testing::HasSubstr;

class CheckErrors : public testing::Test {
 protected:
  Finished check(const std::string& path) const {
    return support::run(
        {.arguments = {support::program_path("echo_client"), "check", path}, .working_directory = folder_.path()});
  }

  /// What check says of "x.json" with this text.
  std::string errors_of(const std::string& text) const {
    folder_.write("x.json", text);
    const Finished finished = check("x.json");
    EXPECT_EQ(finished.exit, Exit::code(2)) << text.substr(0, 100);
    EXPECT_EQ(finished.output, "");
    return finished.error;
  }

  const support::TemporaryDirectory folder_;
};

/// A file with these steps, which begin in line 1, column 25.
std::string with_steps(const std::string& steps) { return R"({"clients": [{"steps": [)" + steps + "]}]}"; }

TEST_F(CheckErrors, HaveTheirPlaces) {
  const std::vector<std::pair<std::string, std::string>> cases{
      {"{\"clients\": [\n  {]\n}",
       "x.json:2:4: error: syntax error: unexpected ']'; expected string literal  (/clients/0)\n"},
      {with_steps(R"({"exepct": "a"})"), R"(x.json:1:26: error: unknown key "exepct", did you mean "expect"?)"},
      {with_steps(R"({"send": 5})"), R"(x.json:1:34: error: "send" must be a string, or an object)"},
      {R"({"seed": -1, "clients": [{"steps": [{"close": {}}]}]})",
       "x.json:1:10: error: \"seed\" must be a whole number"},
      {R"({"clients": [{"count": 0, "steps": [{"close": {}}]}]})",
       "x.json:1:24: error: \"count\" must be a whole number from 1 to 1000000000, not 0  (/clients/0/count)\n"},
      {with_steps(R"({"send": "a", "send": "b"})"), "x.json:1:39: error: the key \"send\" is there twice; remove one"},
      {with_steps(R"({"send": "a", "expect": "b"})"),
       "x.json:1:39: error: a step has one key, and this one has \"send\""},
      {with_steps(R"({"sleep": "5"})"), "x.json:1:35: error: bad duration \"5\": a duration is a number and a unit"},
      {with_steps(R"({"expect": {"matches": "(a"}})"), "x.json:1:48: error: bad regular expression: missing )"},
      {with_steps(R"({"expect": {"bytes": "4"}})"), "x.json:1:46: error: bad hex: a byte is two of the digits"},
      {with_steps(R"({"send": {"base64": "R0"}})"), "x.json:1:45: error: bad base64: "},
      {with_steps(R"({"send": "a ${nobody}"})"), "x.json:1:37: error: unknown variable \"nobody\""},
      {with_steps("{\"send\": \"a\xff\"}"), "x.json:1:36: error: this byte is not UTF-8; save the file as UTF-8"},
      {std::string(1'000'000, '['), "x.json:1:65: error: nested too deeply; 64 levels are the most"},
      {with_steps(R"({"send": ")" + std::string((16 << 20) + 1, 'a') + "\"}"),
       "x.json: error: is too big; a scenario has 16 MiB at most"},
      {"", "x.json:1:1: error: syntax error: unexpected end of input"},
      {"[]", "x.json:1:1: error: a scenario must be an object, not an empty list"},
      {"\xef\xbb\xbf{}", "x.json:1:1: error: a scenario needs the key \"clients\""},
  };
  for (const auto& [text, error] : cases) EXPECT_THAT(errors_of(text), HasSubstr(error)) << text.substr(0, 100);
}

TEST_F(CheckErrors, AreAllToldAtOnce) {
  const std::string errors = errors_of(R"({
  "sed": 5,
  "clients": [
    { "count": 0, "steps": [ { "sned": "a" }, { "sleep": "5" }, { "send": "${nobody}" }, {} ] },
    { "steps": [] }
  ]
})");
  for (const char* place : {":2:3: ", ":4:16: ", ":4:32: ", ":4:58: ", ":4:76: ", ":4:90: ", ":5:16: "}) {
    EXPECT_THAT(errors, HasSubstr(std::string("x.json") + place + "error: "));
  }
  EXPECT_THAT(errors, testing::EndsWith("\necho_client: 7 errors in the scenarios\n"));
}

TEST_F(CheckErrors, AreToldOfFilesThatCannotBeRead) {
  folder_.write("empty/scenario.schema.json", "{}");
  const std::vector<std::pair<std::string, std::string>> cases{
      {"nothing.json", "echo_client: there is no file or folder \"nothing.json\"\n"},
      {"/dev/null", "/dev/null: error: is not a file\n"},
      {"/proc/self/mem", "/proc/self/mem: error: cannot be read: read: EIO (Input/output error)\n"},
      {"empty", "echo_client: there is no scenario: no file *.json is there\n"},
  };
  for (const auto& [path, error] : cases) {
    const Finished finished = check(path);
    EXPECT_EQ(finished.exit, Exit::code(2)) << path;
    EXPECT_EQ(finished.output, "");
    EXPECT_THAT(finished.error, testing::StartsWith(error));
  }
}

}  // namespace
}  // namespace programs
