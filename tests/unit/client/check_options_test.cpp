#include <string>
#include <variant>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "client/options.h"
#include "client/scenario/schema.h"

namespace client {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;

using Arguments = std::vector<std::string>;

CheckOptions check(Arguments arguments) {
  arguments.insert(arguments.begin(), "check");
  return std::get<CheckOptions>(parse_command_line(std::move(arguments)));
}

std::string error_of(Arguments arguments) {
  return std::get<UsageError>(parse_command_line(std::move(arguments))).message;
}

std::string printout_of(Arguments arguments) {
  return std::get<Printout>(parse_command_line(std::move(arguments))).text;
}

TEST(CheckOptions, HaveDefaults) {
  const CheckOptions options = check({"a.json", "tcp://b", "c"});
  EXPECT_THAT(options.paths, ElementsAre("a.json", "tcp://b", "c"));
  EXPECT_EQ(options.target, std::nullopt);
  EXPECT_THAT(options.variables, IsEmpty());
  EXPECT_EQ(options.seed, 1U);
}

TEST(CheckOptions, TakeWhatChangesTheMeaningOfAFile) {
  const CheckOptions options =
      check({"--var", "a=1", "x", "--var", "b=x=y", "--target", "tcp://a:1", "--seed", "18446744073709551615"});
  EXPECT_THAT(options.paths, ElementsAre("x"));
  EXPECT_THAT(options.variables, ElementsAre(Pair("a", "1"), Pair("b", "x=y")));
  EXPECT_EQ(to_string(*options.target), "tcp://a:1");
  EXPECT_EQ(options.seed, 18446744073709551615U);
}

TEST(CheckOptions, SayWhatIsWrong) {
  EXPECT_THAT(error_of({"check"}), HasSubstr("a file or folder to check is missing; see 'echo_client check --help'"));
  EXPECT_THAT(error_of({"check", "a", "--var", "b"}), HasSubstr("--var \"b\": write NAME=VALUE"));
  EXPECT_THAT(error_of({"check", "a", "--seed", "-1"}), HasSubstr("see 'echo_client check --help'"));
  EXPECT_THAT(error_of({"check", "a", "--embedded"}), HasSubstr("--embedded"));
}

TEST(HelpCommand, SaysWhatTheOptionSaysAndListsItsTopics) {
  EXPECT_THAT(printout_of({"help"}), testing::StartsWith(printout_of({"--help"})));
  for (const Arguments& words : std::vector<Arguments>{{"help"}, {"help", "--help"}}) {
    EXPECT_THAT(printout_of(words), AllOf(HasSubstr("\n  predicates  "), HasSubstr("\n  exit-codes  ")));
  }
}

TEST(HelpCommand, TellsOfATopic) {
  EXPECT_THAT(printout_of({"help", "steps"}), HasSubstr("\n  expect_close  "));
  EXPECT_EQ(printout_of({"help", "exit", "codes"}), printout_of({"help", "exit-codes"}));
}

TEST(HelpCommand, TellsOfACommand) { EXPECT_EQ(printout_of({"help", "run"}), printout_of({"run", "--help"})); }

TEST(SchemaCommand, PrintsTheSchema) {
  EXPECT_EQ(printout_of({"schema"}), scenario::schema());
  EXPECT_THAT(error_of({"schema", "x"}), HasSubstr("see 'echo_client schema --help'"));
}

TEST(HelpCommand, KnowsItsTopicsOnly) {
  EXPECT_EQ(error_of({"help", "nobody\n"}), "there is no topic \"nobody\\n\"; see 'echo_client help --help'");
  EXPECT_THAT(error_of({"help", "step"}), HasSubstr("there is no topic \"step\", did you mean \"steps\"?"));
  EXPECT_THAT(error_of({"help", "expect"}), HasSubstr("there is no topic \"expect\"; it is in \"steps\""));
}

}  // namespace
}  // namespace client
