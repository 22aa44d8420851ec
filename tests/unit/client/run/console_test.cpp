#include "client/run/console.h"

#include <array>
#include <cstdio>
#include <memory>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace client::run {
namespace {

using std::chrono::milliseconds;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using Detail = Console::Detail;

/// A file that is read back; no terminal.
class Output {
 public:
  std::FILE* file() const { return file_.get(); }

  std::string text() const {
    EXPECT_EQ(std::fseek(file(), 0, SEEK_SET), 0);
    std::string text;
    std::array<char, 1000> bytes{};
    while (const std::size_t count = std::fread(bytes.data(), 1, bytes.size(), file()))
      text.append(bytes.data(), count);
    return text;
  }

 private:
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  std::unique_ptr<std::FILE, Close> file_{std::tmpfile()};
};

scenario::Scenario scenario_named(std::string name) {
  scenario::Scenario scenario;
  scenario.name = std::move(name);
  scenario.source = scenario::SourceFile("x.json", "{}\n");
  scenario.groups.emplace_back().steps = {
      {.action = scenario::ExpectSilence{}, .keyword = "expect_silence", .place = {}}};
  return scenario;
}

ScenarioResult passing() {
  ScenarioResult result;
  result.planned = 150;
  result.passed = 150;
  result.frames = 1200;
  result.bytes_sent = 2048;
  result.bytes_received = 4096;
  result.elapsed = milliseconds(1500);
  return result;
}

ScenarioResult failing() {
  ScenarioResult result = passing();
  result.passed = 100;
  result.failed = 30;
  result.interrupted = 20;
  result.failures.add({.title = "expect failed: closed",
                       .place = {.line = 1, .column = 1, .length = 1, .pointer = ""},
                       .notes = {},
                       .group = "g",
                       .client = 0,
                       .endpoint = ""});
  return result;
}

TEST(Console, TellsALineForAScenarioThatPassed) {
  const Output output;
  Console console(Detail::normal, output.file());
  console.show(scenario_named("multi"), passing());
  EXPECT_EQ(output.text(),
            "ok   multi: 150 of 150 clients passed, 1200 replies matched, 2 KiB sent, 4 KiB received, 1.5s\n");
}

TEST(Console, TellsTheFailuresAndHowManyThereWere) {
  const Output output;
  Console console(Detail::normal, output.file());
  console.show(scenario_named("multi"), failing());
  EXPECT_THAT(output.text(),
              AllOf(testing::StartsWith("error: expect failed: closed"),
                    HasSubstr("FAIL multi: 30 of 150 clients failed, 20 cut short, 100 passed, 1200 replies")));
}

TEST(Console, TellsOnlyWhatWentWrongWhenItIsQuiet) {
  const Output output;
  Console console(Detail::quiet, output.file());
  console.show(scenario_named("multi"), passing());
  console.show_verdict(true, 1, "");
  EXPECT_EQ(output.text(), "");
  console.show(scenario_named("multi"), failing());
  console.show_verdict(false, 1, "");
  EXPECT_THAT(output.text(), AllOf(HasSubstr("error: expect failed"), HasSubstr("FAIL multi: "), HasSubstr("FAIL: ")));
}

TEST(Console, SumsUpAllScenarios) {
  const Output output;
  Console console(Detail::normal, output.file());
  console.show(scenario_named("a"), passing());
  console.show(scenario_named("b"), failing());
  console.show_verdict(false, 3, "interrupted by SIGINT");
  EXPECT_THAT(output.text(),
              testing::EndsWith(
                  "FAIL: 1 of 3 scenarios passed, 300 clients, 2400 replies matched, 3s (interrupted by SIGINT)\n"));
}

TEST(Console, CountsOneOfAKindInTheSingular) {
  const Output output;
  Console console(Detail::normal, output.file());
  ScenarioResult one;
  one.planned = 1;
  one.passed = 1;
  one.frames = 1;
  console.show(scenario_named("a"), one);
  console.show_verdict(true, 1, "");
  EXPECT_THAT(output.text(), AllOf(HasSubstr("1 of 1 client passed, 1 reply matched"),
                                   HasSubstr("PASS: 1 of 1 scenario passed, 1 client, 1 reply matched")));
}

TEST(Console, EscapesNames) {
  const Output output;
  Console console(Detail::normal, output.file());
  console.show(scenario_named("\x1b[2J\n"), passing());
  EXPECT_THAT(output.text(), HasSubstr("ok   \\x1b[2J\\n: "));
}

TEST(Console, SaysMoreWhenAskedTo) {
  for (const auto& [detail, expected] :
       {std::pair{Detail::quiet, ""}, std::pair{Detail::normal, ""}, std::pair{Detail::verbose, "more\n"},
        std::pair{Detail::very_verbose, "more\nstill more\n"}}) {
    const Output output;
    Console console(detail, output.file());
    console.say_from(Detail::verbose, "more");
    console.say_from(Detail::very_verbose, "still more");
    EXPECT_EQ(output.text(), expected);
  }
}

TEST(Console, ShowsProgressAsLinesWhereThereIsNoTerminal) {
  const Output output;
  Console console(Detail::normal, output.file());
  const Watcher watcher = console.watch("multi");
  EXPECT_EQ(watcher.every, std::chrono::seconds(10));
  watcher.show(
      {.planned = 100, .passed = 40, .failed = 2, .connected = 90, .frames = 1234, .elapsed = milliseconds(10'000)});
  EXPECT_EQ(output.text(), "multi: 42 of 100 clients ended, 2 failed, 90 connected, 1234 replies, 10s\n");
}

TEST(Console, CountsOneAsOne) {
  const Output output;
  Console(Detail::normal, output.file()).watch("hello").show({.planned = 1, .connected = 1, .frames = 1});
  EXPECT_EQ(output.text(), "hello: 0 of 1 client ended, 1 connected, 1 reply, 0s\n");
  EXPECT_EQ(counted(2, "client", "clients"), "2 clients");
}

TEST(Console, ShowsNoProgressWhenItIsQuiet) {
  const Output output;
  EXPECT_FALSE(Console(Detail::quiet, output.file()).watch("multi").show);
}

}  // namespace
}  // namespace client::run
