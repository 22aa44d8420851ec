#include "client/run/replay.h"

#include <string>

#include <gtest/gtest.h>

#include "client/scenario/load.h"

namespace client::run {
namespace {

std::string command(const RunOptions& options, const std::string& path = "a.json",
                    std::optional<std::uint64_t> rechunk = std::nullopt) {
  std::string log;
  for (const auto& [name, value] : options.variables) log += "${" + name + "}";
  const auto scenario = scenario::parse(path, R"({"clients": [{"steps": [{"close": {}}, {"log": ")" + log + R"("}]}]})",
                                        {.variables = options.variables});
  return replay_command(options, scenario.value(), 42, rechunk);
}

TEST(ReplayCommand, HasTheSeedAndTheFile) { EXPECT_EQ(command({}), "echo_client run --seed 42 a.json"); }

TEST(ReplayCommand, StartsTheProgramAsItWasStarted) {
  RunOptions options;
  options.program = "../my build/echo_client";
  EXPECT_EQ(command(options), "'../my build/echo_client' run --seed 42 a.json");
}

TEST(ReplayCommand, HasWhatMakesADifference) {
  RunOptions options;
  options.simulate = true;
  options.variables = {{"n", "5"}};
  options.server_options = {"--prefix", "x y"};
  options.selection.only = "b*";
  options.repeat = 7;
  EXPECT_EQ(command(options, "a.json", 3),
            R"(echo_client run --simulate --server-options '--prefix "x y"' --var n=5 --seed 42 --rechunk 3 a.json)");
  RunOptions other;
  other.target = transport::parse_url("tcp://127.0.0.1:7").value();
  other.backend = sched::BackendKind::epoll;
  other.threads = 3;
  EXPECT_EQ(command(other), "echo_client run --target tcp://127.0.0.1:7 --seed 42 --backend epoll --threads 3 a.json");
}

TEST(ReplayCommand, HasTheVariablesThatTheScenarioUses) {
  RunOptions options;
  options.variables = {{"mine", "1"}, {"of another file", "2"}};
  const auto scenario =
      scenario::parse("a.json", R"({"clients": [{"steps": [{"send": "${mine}"}]}]})", {.variables = options.variables});
  EXPECT_EQ(replay_command(options, scenario.value(), 42, std::nullopt),
            "echo_client run --var mine=1 --seed 42 a.json");
}

TEST(ReplayCommand, ReadsStandardInputAgain) {
  EXPECT_EQ(command({}, std::string(scenario::kStandardInput)), "echo_client run --seed 42 -");
}

TEST(ReplayCommand, IsTakenByAShellAsItIs) {
  RunOptions options;
  options.variables = {{"x", "it's $HOME; \"`rm`\"\n"}};
  EXPECT_EQ(command(options, "my file.json"),
            R"(echo_client run --var $'x=it\'s $HOME; "`rm`"\n' --seed 42 'my file.json')");
}

TEST(ReplayCommand, KeepsTheWordsOfACommandApart) {
  RunOptions options;
  options.spawn = {"server", "say \"hi\" now", "it's", "a\"b'c", ""};
  EXPECT_EQ(command(options),
            R"(echo_client run --spawn 'server '\''say "hi" now'\'' "it'\''s" `a"b'\''c` ""' --seed 42 a.json)");
}

}  // namespace
}  // namespace client::run
