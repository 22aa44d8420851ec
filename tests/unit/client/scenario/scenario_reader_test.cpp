#include "client/scenario/scenario_reader.h"

#include <chrono>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/client/scenario/parsing.h"

namespace client::scenario {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::IsEmpty;

TEST(Scenario, HasDefaults) {
  const auto scenario = parsed(R"({"clients": [{"steps": [{"close": {}}]}]})");
  ASSERT_TRUE(scenario);
  EXPECT_EQ(scenario->name, "x");
  EXPECT_EQ(scenario->description, "");
  EXPECT_THAT(scenario->tags, IsEmpty());
  EXPECT_EQ(scenario->seed, std::nullopt);
  EXPECT_EQ(scenario->clients(), 1U);
  EXPECT_EQ(scenario->source.path(), "x.json");
  const Group& group = scenario->groups.front();
  EXPECT_EQ(group.name, "group0");
  EXPECT_EQ(group.count, 1U);
  EXPECT_EQ(group.iterations, 1U);
  EXPECT_EQ(group.target.url.constant(), "tcp://localhost:25000");
  EXPECT_EQ(group.target.place, group.place);
  EXPECT_EQ(group.connection, ConnectionMode::per_client);
  EXPECT_EQ(group.framing.kind, Framing::Kind::line);
  EXPECT_EQ(group.framing.eol, Eol::lf);
  EXPECT_EQ(group.start_after, seconds(0));
  EXPECT_EQ(group.connect_timeout, seconds(10));
  EXPECT_EQ(group.step_timeout, seconds(5));
  EXPECT_EQ(group.client_timeout, minutes(1));
  EXPECT_EQ(group.max_buffer, 1048576U);
  EXPECT_FALSE(group.allow_extra);
  EXPECT_EQ(group.place, (Place{1, 14, 26, "/clients/0"}));
}

TEST(Scenario, ReadsTheKeysOfTheFile) {
  const auto scenario =
      parsed(with_file(R"("$schema": 5, "name": "n", "description": "d", "tags": ["a", "b"], "seed": 17,
      "x-anything": [{}])"));
  ASSERT_TRUE(scenario);
  EXPECT_EQ(scenario->name, "n");
  EXPECT_EQ(scenario->description, "d");
  EXPECT_THAT(scenario->tags, ElementsAre("a", "b"));
  EXPECT_EQ(scenario->seed, 17U);
}

TEST(Scenario, ReadsTheKeysOfAGroup) {
  const Group group = group_of(with_group(R"("name": "g", "count": 7, "target": "unix:/run/echo", "framing": "raw",
      "eol": "crlf", "allow_extra": true, "start_after": "2s", "iterations": 9, "connection": "per_iteration")"));
  EXPECT_EQ(group.name, "g");
  EXPECT_EQ(group.count, 7U);
  EXPECT_EQ(group.target.url.constant(), "unix:/run/echo");
  EXPECT_EQ(group.target.place, (Place{1, 50, 16, "/clients/0/target"}));
  EXPECT_EQ(group.framing.kind, Framing::Kind::raw);
  EXPECT_EQ(group.framing.eol, Eol::crlf);
  EXPECT_TRUE(group.allow_extra);
  EXPECT_EQ(group.start_after, seconds(2));
  EXPECT_EQ(group.iterations, 9U);
  EXPECT_EQ(group.connection, ConnectionMode::per_iteration);
}

TEST(Scenario, GivesItsDefaultsToGroupsAndSteps) {
  const std::string keys = R"("framing": "line", "eol": "crlf", "target": {"url": "tcp://h:1", "source": "127.0.0.2"},
      "defaults": {"connect_timeout": "1s", "timeout": "2s", "client_timeout": "3s", "max_buffer": "64KiB",
                   "allow_extra": true})";
  const auto scenario = parsed("{" + keys + R"(, "clients": [{"steps": [{"send": "a"}, {"expect": "b"}, {"close": {}},
      {"connect": {}}, {"barrier": {"parties": 1}}]}, {"name": "own", "eol": "none", "target": "tcp://i:2", "allow_extra": false,
      "steps": [{"send": "a"}]}]})");
  ASSERT_TRUE(scenario) << render(scenario.error().front());
  const Group& group = scenario->groups[0];
  EXPECT_EQ(group.target.url.constant(), "tcp://h:1");
  EXPECT_EQ(group.target.source, "127.0.0.2");
  EXPECT_EQ(group.max_buffer, 65536U);
  EXPECT_TRUE(group.allow_extra);
  EXPECT_EQ(std::get<Send>(group.steps[0].action).framing.end(), "\r\n");
  EXPECT_EQ(std::get<Expect>(group.steps[1].action).framing.end(), "\r\n");
  EXPECT_EQ(std::get<Expect>(group.steps[1].action).timeout, seconds(2));
  EXPECT_EQ(std::get<Connect>(group.steps[3].action).timeout, seconds(1));
  EXPECT_EQ(std::get<Barrier>(group.steps[4].action).timeout, seconds(3));
  const Group& own = scenario->groups[1];
  EXPECT_EQ(own.target.url.constant(), "tcp://i:2");
  EXPECT_EQ(own.target.source, std::nullopt);
  EXPECT_FALSE(own.allow_extra);
  EXPECT_EQ(std::get<Send>(own.steps[0].action).framing.end(), "");
}

TEST(Scenario, DoesNotCareForTheOrderOfKeys) {
  const auto scenario = parsed(R"({"clients": [{"steps": [{"send": "${who}"}, {"expect": "a"}], "eol": "none",
      "count": "${n}", "variables": {"who": "me"}}], "defaults": {"timeout": "7s"}, "variables": {"n": 3}})");
  ASSERT_TRUE(scenario) << render(scenario.error().front());
  const Group& group = scenario->groups.front();
  EXPECT_EQ(group.count, 3U);
  EXPECT_EQ(std::get<Send>(group.steps[0].action).text.constant(), "me");
  EXPECT_EQ(std::get<Send>(group.steps[0].action).framing.end(), "");
  EXPECT_EQ(std::get<Expect>(group.steps[1].action).timeout, seconds(7));
}

TEST(Scenario, NeedsGroupsAndSteps) {
  EXPECT_THAT(errors_of("{}"), ElementsAre(R"(1:1-2  a scenario needs the key "clients")"));
  EXPECT_THAT(errors_of("[]"), ElementsAre("1:1-2  a scenario must be an object, not an empty list"));
  EXPECT_THAT(
      errors_of(R"({"clients": []})"),
      ElementsAre(R"(1:13-2 /clients "clients" must be a list of at least one group of clients, not an empty list)"));
  EXPECT_THAT(errors_of(R"({"clients": {}})"),
              ElementsAre(R"(1:13-2 /clients "clients" must be a list, not an object)"));
  EXPECT_THAT(errors_of(R"({"clients": [{}, 5]})"),
              ElementsAre(R"(1:14-2 /clients/0 an element of "clients" needs the key "steps")",
                          R"(1:18-1 /clients/1 an element of "clients" must be an object, not 5)"));
}

TEST(Scenario, TellsAllThatIsWrong) {
  const auto scenario = parsed(R"({
  "tagets": 1,
  "defaults": { "timeout": 5, "max_buffer": "64KB!" },
  "clients": [
    { "name": "a", "count": 0, "stps": [],
      "steps": [
        { "exepct": "GOT:Hello" },
        { "expect": { "matches": "(" } }
      ] }
  ]
})");
  ASSERT_FALSE(scenario);
  std::string text;
  for (const Diagnostic& diagnostic : scenario.error()) text += render(diagnostic);
  EXPECT_EQ(text, R"(x.json:2:3: error: unknown key "tagets", did you mean "tags"?
 2 |   "tagets": 1,
   |   ^^^^^^^^
x.json:3:28: error: "timeout" must be a duration with its unit, as in "250ms", not 5  (/defaults/timeout)
 3 |   "defaults": { "timeout": 5, "max_buffer": "64KB!" },
   |                            ^
x.json:3:45: error: bad size "64KB!": a size is a number of bytes, or a number and a unit (B, KiB, MiB, GiB, kB, MB or GB), as in 64KiB  (/defaults/max_buffer)
 3 |   "defaults": { "timeout": 5, "max_buffer": "64KB!" },
   |                                             ^^^^^^^
x.json:5:29: error: "count" must be a whole number from 1 to 1000000000, not 0  (/clients/0/count)
 5 |     { "name": "a", "count": 0, "stps": [],
   |                             ^
x.json:5:32: error: unknown key "stps", did you mean "steps"?  (/clients/0)
 5 |     { "name": "a", "count": 0, "stps": [],
   |                                ^^^^^^
x.json:7:11: error: unknown key "exepct", did you mean "expect"?  (/clients/0/steps/0)
 7 |         { "exepct": "GOT:Hello" },
   |           ^^^^^^^^
x.json:8:34: error: bad regular expression: missing ): (  (/clients/0/steps/1/expect/matches)
 8 |         { "expect": { "matches": "(" } }
   |                                  ^^^
)");
}

TEST(Variables, MayBeStringsNumbersAndBooleans) {
  const Group group = group_of(R"({"variables": {"s": "text", "i": 1.50, "b": false},
      "clients": [{"steps": [{"send": "${s} ${i} ${b}"}]}]})");
  EXPECT_EQ(std::get<Send>(group.steps.front().action).text.constant(), "text 1.50 false");
}

TEST(Variables, OfTheCommandLineWin) {
  const std::string text = R"({"variables": {"a": "file", "b": "file", "c": "file"}, "clients": [
      {"variables": {"a": "group", "b": "group"}, "steps": [{"send": "${a} ${b} ${c}"}]},
      {"name": "other", "steps": [{"send": "${a} ${b} ${c}"}]}]})";
  const auto scenario = parsed(text, {.variables = {{"a", "${b}"}}, .target = {}, .seed = 0, .environment = {}});
  ASSERT_TRUE(scenario);
  EXPECT_EQ(std::get<Send>(scenario->groups[0].steps[0].action).text.constant(), "${b} group file");
  EXPECT_EQ(std::get<Send>(scenario->groups[1].steps[0].action).text.constant(), "${b} file file");
}

TEST(Variables, HaveTheSeedOfTheFileElseOfTheRun) {
  const LoadOptions options{.variables = {}, .target = {}, .seed = 9, .environment = {}};
  EXPECT_EQ(step_of<Send>(R"({"send": "${seed}"})", options).text.constant(), "9");
  const Group group = group_of(R"({"clients": [{"steps": [{"send": "${seed}"}]}], "seed": 4})", options);
  EXPECT_EQ(std::get<Send>(group.steps.front().action).text.constant(), "4");
}

TEST(Variables, ComeFromTheEnvironment) {
  const auto environment = [](const std::string& name) { return std::optional(name + " is set"); };
  const LoadOptions options{.variables = {}, .target = {}, .seed = 0, .environment = environment};
  EXPECT_EQ(step_of<Send>(R"({"send": "${env:HOME}"})", options).text.constant(), "HOME is set");
  EXPECT_THAT(errors_of(with_steps(R"({"send": "${env:HOME}"})")),
              ElementsAre(R"(1:35-11 /clients/0/steps/0/send the environment variable "HOME" is not set)"));
}

TEST(Variables, AreMarkedInsideTheirStringWhereItHasNoEscapes) {
  EXPECT_THAT(
      errors_of(with_steps(R"({"send": "ü ${a} x ${b}"}, {"send": "\t${c}"})")),
      ElementsAre(
          R"(1:37-4 /clients/0/steps/0/send unknown variable "a"; variables are defined before they are used, in "variables" or with --var)",
          R"(1:44-4 /clients/0/steps/0/send unknown variable "b"; variables are defined before they are used, in "variables" or with --var)",
          R"(1:61-8 /clients/0/steps/1/send unknown variable "c"; variables are defined before they are used, in "variables" or with --var)"));
}

TEST(Variables, HaveGoodNamesAndSimpleValues) {
  EXPECT_THAT(
      errors_of(with_file(R"("variables": {"a-b": 1, "seed": 2, "c": null, "d": [], "x-e": {}})")),
      ElementsAre(
          R"(1:16-5 /variables "a-b" cannot be a variable's name; names are letters, digits and _, and none that is built in)",
          R"(1:26-6 /variables "seed" cannot be a variable's name; names are letters, digits and _, and none that is built in)",
          R"(1:42-4 /variables/c "c" must be a string, a number, true or false, not null)",
          R"(1:53-2 /variables/d "d" must be a string, a number, true or false, not an empty list)"));
}

TEST(Variables, AreLimitedInNumber) {
  std::string variables;
  for (int i = 0; i < 1001; ++i) variables += (i == 0 ? R"("v)" : R"(, "v)") + std::to_string(i) + R"(": 1)";
  EXPECT_THAT(errors_of(with_file(R"("variables": {)" + variables + "}")),
              ElementsAre(testing::EndsWith("there can be 1000 variables at most")));
}

TEST(TargetKey, IsAUrlOrAnObject) {
  EXPECT_EQ(group_of(with_group(R"("target": {"url": "tcp://[::1]:80", "source": "::1"})")).target.source, "::1");
  EXPECT_THAT(
      errors_of(with_group(R"("target": "tcp://localhost")")),
      ElementsAre(
          R"(1:25-17 /clients/0/target bad target "tcp://localhost": the port is missing; write tcp://HOST:PORT)"));
  EXPECT_THAT(
      errors_of(with_group(R"("target": {"source": "here"})")),
      ElementsAre(
          R"(1:25-18 /clients/0/target "target" needs the key "url")",
          R"(1:36-6 /clients/0/target/source bad source "here": it is an IPv4 or IPv6 address of this machine, as in "127.0.0.2")"));
  EXPECT_THAT(errors_of(with_group(R"("target": 5)")),
              ElementsAre(R"(1:25-1 /clients/0/target "target" must be a URL or an object with "url", not 5)"));
}

TEST(TargetKey, IsWhatAClientCanConnectTo) {
  EXPECT_THAT(
      errors_of(with_group(R"("target": "tcp://*:1")")),
      ElementsAre(
          R"(1:25-11 /clients/0/target bad target "tcp://*:1": * is every interface, which only a server listens on; name one host)"));
  EXPECT_THAT(
      errors_of(with_group(R"("target": "tcp://localhost:0")")),
      ElementsAre(
          R"(1:25-19 /clients/0/target bad target "tcp://localhost:0": port 0 is any free port, which only a server listens on; name the port)"));
}

TEST(TargetKey, IsCheckedWhenItsVariablesAreKnown) {
  EXPECT_THAT(
      errors_of(R"({"variables": {"p": "x"}, "target": "tcp://h:${p}",
"clients": [{"steps": [{"close": {}}]}]})"),
      ElementsAre(R"(1:37-14 /target bad target "tcp://h:x": 'x' cannot follow the port; write tcp://HOST:PORT)"));
  const Group group = group_of(with_group(R"("target": "unix:/run/${client.index}")"));
  EXPECT_FALSE(group.target.url.is_constant());
}

TEST(TargetKey, IsReplacedByTheCommandLine) {
  const LoadOptions options{.variables = {}, .target = "unix:/run/x", .seed = 0, .environment = {}};
  const Group group = group_of(with_group(R"("target": {"url": "tcp://h:1", "source": "127.0.0.1"})"), options);
  EXPECT_EQ(group.target.url.constant(), "unix:/run/x");
  EXPECT_EQ(group.target.source, std::nullopt);
}

TEST(Groups, HaveNamesOfTheirOwn) {
  EXPECT_THAT(
      errors_of(
          R"({"clients": [{"name": "a", "steps": [{"close": {}}]},
{"name": "a", "steps": [{"close": {}}]}]})"),
      ElementsAre(R"(2:10-3 /clients/1/name the group in line 1 is called "a", too; give each a name of its own)"));
  EXPECT_THAT(errors_of(with_group(R"("name": ")" + std::string(201, 'n') + R"(")")),
              ElementsAre("1:23-203 /clients/0/name a name has 200 bytes at most"));
}

TEST(Groups, ConnectByHandIfTheySaySo) {
  EXPECT_THAT(
      errors_of(with_group(R"("connection": "manual")")),
      ElementsAre(
          R"(1:29-8 /clients/0/connection with "connection": "manual" nothing connects but a connect step; add { "connect": {} })"));
  EXPECT_EQ(group_of(R"({"clients": [{"connection": "manual", "steps": [
      {"repeat": {"times": 2, "steps": [{"connect": {}}, {"close": {}}]}}]}]})")
                .connection,
            ConnectionMode::manual);
}

TEST(Groups, AreNotConnectedTwice) {
  const auto with_manual = [](const std::string& steps) {
    return R"({"clients": [{"connection": "manual", "steps": [)" + steps + "]}]}";
  };
  EXPECT_THAT(
      errors_of(with_steps(R"({"log": "a"}, {"connect": {}})")),
      ElementsAre(
          R"(1:51-2 /clients/0/steps/1/connect the client is connected here already; leave this out, )" R"(or give the group "connection": "manual")"));
  EXPECT_THAT(
      errors_of(with_manual(R"({"connect": {}}, {"expect_close": {}}, {"connect": {}})")),
      ElementsAre(testing::HasSubstr("/clients/0/steps/2/connect the client is connected here already; close")));
  for (const char* alone : {"setup", "teardown"}) {
    EXPECT_THAT(errors_of(with_file(std::string("\"") + alone + R"(": [{"connect": {}}])")),
                ElementsAre(testing::HasSubstr("leave this out: it connects by itself, before its first step")));
  }
  for (const char* good : {R"({"close": {}}, {"connect": {}})",
                           R"({"reset": {}}, {"connect": {"expect_error": "refused"}}, {"connect": {}})",
                           R"({"repeat": {"times": 2, "steps": [{"close": {}}]}}, {"connect": {}})",
                           R"({"skip": "a"}, {"connect": {}})"}) {
    EXPECT_THAT(errors_of(with_steps(good)), IsEmpty()) << good;
  }
  EXPECT_THAT(errors_of(with_manual(R"({"connect": {"expect_error": "refused"}}, {"connect": {}})")), IsEmpty());
}

TEST(RegularExpressions, AreLimitedInNumber) {
  std::string steps;
  for (int i = 0; i < 2002; ++i) {
    steps += (i == 0 ? "" : ",") + std::string(R"({"expect": {"matches": "a)") + std::to_string(i % 1001) + R"("}})";
  }
  EXPECT_THAT(errors_of(with_steps(steps)),
              testing::Each(testing::EndsWith("a file has 1000 different regular expressions at most")));
  EXPECT_EQ(errors_of(with_steps(steps)).size(), 2U);
}

TEST(ScenarioReader, HasNoDefaultTimeInWhichNothingCanHappen) {
  for (const char* key : {"connect_timeout", "timeout", "client_timeout"}) {
    EXPECT_THAT(
        errors_of(R"({"defaults": {")" + std::string(key) + R"(": "0s"}, "clients": [{"steps": [{"send": "a"}]}]})"),
        ElementsAre(testing::HasSubstr("must be longer than 0s")))
        << key;
  }
}

}  // namespace
}  // namespace client::scenario
