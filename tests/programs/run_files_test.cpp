// Which files are read as scenarios: folders that have others' files in them, what is excluded, and standard input.

#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/programs/run.h"
#include "tests/support/process.h"
#include "tests/support/server_process.h"

namespace programs {
namespace {

using support::Exit;
using support::Finished;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

constexpr const char* kPackage = R"({"name": "p", "version": "1.0.0", "dependencies": {}})";

class RunFiles : public Run {
 protected:
  Finished check(std::vector<std::string> words, std::string_view input = {}) const {
    words.insert(words.begin(), {support::program_path("echo_client"), "check"});
    return support::run({.arguments = std::move(words), .working_directory = folder_.path()}, input);
  }
  Finished run_with_input(std::vector<std::string> words, std::string_view input) const {
    return support::run(command(std::move(words)), input);
  }
};

TEST_F(RunFiles, OfOthersInAFolderAreLeftOutWithAWord) {
  write("f/hello.json", kHello);
  write("f/package.json", kPackage);
  write("f/list.json", "[1, 2]");
  write("f/scenario.schema.json", "{}");
  const std::string notes = "f/list.json: note: left out, it is no scenario: it is no object\n"
                            "f/package.json: note: left out, it is no scenario: it has no \"clients\"\n";
  const Finished ran = run({"--embedded", "f"});
  EXPECT_EQ(ran.exit, Exit::code(0));
  EXPECT_THAT(ran.error, AllOf(HasSubstr(notes), HasSubstr("PASS: 1 of 1 scenario passed"), Not(HasSubstr("schema"))));
  const Finished checked = check({"f"});
  EXPECT_EQ(checked.exit, Exit::code(0));
  EXPECT_EQ(checked.error, notes);
  EXPECT_EQ(run({"--embedded", "--quiet", "f"}).error, "");
}

TEST_F(RunFiles, OfOthersThatAreNamedAreErrors) {
  write("package.json", kPackage);
  EXPECT_EQ(run({"--embedded", "package.json"}).exit, Exit::code(2));
  EXPECT_EQ(check({"package.json"}).exit, Exit::code(2));
}

TEST_F(RunFiles, AloneAreNothingToRun) {
  write("f/package.json", kPackage);
  const Finished ran = run({"--embedded", "f"});
  EXPECT_EQ(ran.exit, Exit::code(5));
  EXPECT_THAT(ran.error, HasSubstr("echo_client: there is no scenario in the files *.json\n"));
  EXPECT_EQ(check({"f"}).exit, Exit::code(2));
}

TEST_F(RunFiles, ThatAreBrokenStopAFolder) {
  write("f/hello.json", kHello);
  write("f/broken.json", R"({"clients": [)");
  EXPECT_EQ(run({"--embedded", "f"}).exit, Exit::code(2));
  write("f/broken.json", R"({"cleints": [{"steps": [{"send": "a"}]}]})");
  const Finished ran = run({"--embedded", "f"});
  EXPECT_EQ(ran.exit, Exit::code(2));
  EXPECT_THAT(ran.error, HasSubstr("did you mean \"clients\"?"));
}

TEST_F(RunFiles, ThatAreExcludedAreNotRead) {
  write("f/hello.json", kHello);
  write("f/broken.json", R"({"clients": [)");
  write("f/node_modules/p/also.json", "broken");
  const Finished ran = run({"--embedded", "--exclude", "broken", "--exclude", "node_modules", "f"});
  EXPECT_EQ(ran.exit, Exit::code(0)) << ran.error;
  EXPECT_THAT(ran.error, HasSubstr("PASS: 1 of 1 scenario passed"));
  const Finished checked = check({"--exclude", "broken.json", "--exclude", "f/node_modules/*", "f"});
  EXPECT_EQ(checked.exit, Exit::code(0)) << checked.error;
  EXPECT_EQ(check({"--exclude", "*", "f"}).error,
            "echo_client: none of the scenarios is selected by --only, --exclude and --tag\n");
}

TEST_F(RunFiles, AreSelectedByCheckAsByRun) {
  write("f/hello.json", kHello);
  write("f/wrong.json", R"({"tags": ["slow"], "clients": [{"steps": [{"send": "a"}]}]})");
  EXPECT_THAT(check({"--tag", "slow", "f"}).output, testing::StartsWith("f/wrong.json: wrong, 1 client "));
  EXPECT_THAT(check({"--only", "hello", "f"}).output, testing::EndsWith("1 scenario, 1 client\n"));
}

TEST_F(RunFiles, CanBeStandardInput) {
  const Finished ran = run_with_input({"--embedded", "-"}, kHello);
  EXPECT_EQ(ran.exit, Exit::code(0)) << ran.error;
  EXPECT_THAT(ran.error, HasSubstr("ok   stdin: 1 of 1 client passed"));
  EXPECT_EQ(run_with_input({"--embedded", "--repeat", "3", "-"}, kHello).exit, Exit::code(0));
  EXPECT_EQ(check({"-"}, kHello).output, "<stdin>: stdin, 1 client\n  greeter: 1 client\n1 scenario, 1 client\n");
}

TEST_F(RunFiles, OnStandardInputFailWithTheirPlaceAndACommand) {
  const Finished ran = run_with_input({"--embedded", "--seed", "5", "-"}, kWrong);
  EXPECT_EQ(ran.exit, Exit::code(1));
  EXPECT_THAT(ran.error,
              AllOf(HasSubstr("  --> <stdin>:4:51  /clients/0/steps/1/expect\n"),
                    HasSubstr("\nagain: " + support::program_path("echo_client") + " run --embedded --seed 5 -\n")));
}

TEST_F(RunFiles, OnStandardInputAreReadOnceAndWhole) {
  write("hello.json", kHello);
  const Finished twice = run_with_input({"--embedded", "-", "hello.json", "-"}, kHello);
  EXPECT_EQ(twice.exit, Exit::code(2));
  EXPECT_EQ(twice.error, "echo_client: standard input can be read only once\n");
  EXPECT_THAT(run_with_input({"--embedded", "-"}, "").error, HasSubstr("<stdin>:1:1: error: syntax error"));
  const std::string too_big((16 << 20) + 1, ' ');
  EXPECT_THAT(run_with_input({"--embedded", "-"}, too_big).error, HasSubstr("<stdin>: error: is too big"));
}

// --- Variables that are given

constexpr const char* kCounted = R"({"variables": {"count": 2},
  "clients": [{"count": "${count}", "steps": [{"exchange": {"send": "a", "expect": "GOT:a"}}]}]})";

TEST_F(RunFiles, HaveToUseAVariableThatIsGiven) {
  write("counted.json", kCounted);
  const std::string error =
      "echo_client: --var \"conut\": no scenario that is selected uses it, did you mean \"count\"?\n";
  const Finished ran = run({"--embedded", "--var", "conut=500", "counted.json"});
  EXPECT_EQ(ran.exit, Exit::code(2));
  EXPECT_EQ(ran.error, error);
  const Finished checked = check({"--var", "conut=500", "counted.json"});
  EXPECT_EQ(checked.exit, Exit::code(2));
  EXPECT_EQ(checked.error, error);
  EXPECT_EQ(run({"--list", "--var", "conut=500", "counted.json"}).exit, Exit::code(2));
  EXPECT_EQ(run({"--embedded", "--var", "count=3", "counted.json"}).exit, Exit::code(0));
}

TEST_F(RunFiles, SayWhichVariablesThereAre) {
  write("short.json", R"({"variables": {"n": 1, "m": 2}, "clients": [{"count": "${n}", "steps": [{"log": "${m}"}]}]})");
  EXPECT_THAT(check({"--var", "N=2", "short.json"}).error, HasSubstr("uses it, did you mean \"n\"?\n"));
  EXPECT_THAT(check({"--var", "k=2", "short.json"}).error, HasSubstr("uses it; variables are \"m\", \"n\"\n"));
  write("hello.json", kHello);
  EXPECT_THAT(check({"--var", "k=2", "hello.json"}).error, HasSubstr("uses it\n"));
}

TEST_F(RunFiles, NeedNotAllUseAVariable) {
  write("counted.json", kCounted);
  write("wrong.json", kWrong);
  const Finished ran = run({"--embedded", "--seed", "5", "--var", "count=3", "counted.json", "wrong.json"});
  EXPECT_EQ(ran.exit, Exit::code(1));
  EXPECT_THAT(ran.error,
              HasSubstr("\nagain: " + support::program_path("echo_client") + " run --embedded --seed 5 wrong.json\n"))
      << "the other one's variable would be an error";
}

TEST_F(RunFiles, ThatAreNotSelectedUseNothing) {
  write("counted.json", kCounted);
  write("hello.json", kHello);
  const Finished ran = run({"--embedded", "--only", "hello", "--var", "count=3", "counted.json", "hello.json"});
  EXPECT_EQ(ran.exit, Exit::code(2));
  EXPECT_THAT(ran.error, HasSubstr("--var \"count\": no scenario that is selected uses it\n"));
}

TEST_F(RunFiles, UseAVariableThatAnotherOneIsMadeOf) {
  write("made.json", R"({"variables": {"who": "a", "greeting": "Hello ${who}"},
    "clients": [{"steps": [{"exchange": {"send": "${greeting}", "expect": "GOT:Hello b"}}]}]})");
  EXPECT_EQ(run({"--embedded", "--var", "who=b", "made.json"}).exit, Exit::code(0));
}

// --- Words that are no file

TEST_F(RunFiles, ThatAreNotThereGetWhatWasMeant) {
  write("multi.json", kHello);
  const std::vector<std::pair<std::vector<std::string>, std::string>> cases{
      {{"localhost:6379"}, "did you mean \"localhost 6379\"?"},
      {{"run", "localhost:6379"}, "did you mean \"localhost 6379\"?"},
      {{"chekc", "x.json"}, "there is no file \"chekc\", did you mean the command \"check\"?"},
      {{"mutli.json"}, "did you mean \"multi.json\"?"},
      {{"check", "multi"}, "did you mean \"multi.json\"?"},
  };
  for (const auto& [words, hint] : cases) {
    std::vector<std::string> arguments{support::program_path("echo_client")};
    arguments.insert(arguments.end(), words.begin(), words.end());
    const Finished finished = support::run({.arguments = arguments, .working_directory = folder_.path()});
    EXPECT_EQ(finished.exit, Exit::code(2)) << hint;
    EXPECT_THAT(finished.error, AllOf(testing::StartsWith("echo_client: "), testing::EndsWith(hint + "\n")));
  }
}

}  // namespace
}  // namespace programs
