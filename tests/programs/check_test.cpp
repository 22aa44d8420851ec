// echo_client check, the built program.

#include <string>
#include <string_view>
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

class Check : public testing::Test {
 protected:
  Finished call(std::vector<std::string> words) const {
    words.insert(words.begin(), support::program_path("echo_client"));
    return support::run({.arguments = std::move(words), .working_directory = folder_.path()});
  }
  Finished check(std::vector<std::string> words) const {
    words.insert(words.begin(), "check");
    return call(std::move(words));
  }

  const support::TemporaryDirectory folder_;
};

constexpr std::string_view kTwoGroups = R"({
  "name": "two groups",
  "setup": [ { "log": "here" } ],
  "clients": [
    { "name": "many", "count": 1000000, "steps": [ { "send": "${who}" } ] },
    { "steps": [ { "close": {} } ] }
  ],
  "teardown": [ { "log": "gone" } ]
}
)";

TEST_F(Check, ListsWhatWouldRun) {
  folder_.write("a/two.json", kTwoGroups);
  folder_.write("a/scenario.schema.json", "no scenario");
  folder_.write("b.json", R"({"clients": [{"steps": [{"send": "a"}, {"expect": "b"}]}]})");
  const Finished finished = check({"--var", "who=World", "a", "b.json"});
  EXPECT_EQ(finished.exit, Exit::code(0));
  EXPECT_EQ(finished.error, "");
  EXPECT_EQ(finished.output, "a/two.json: two groups, 1000001 clients (nothing is asserted but that it connects)\n"
                             "  setup\n"
                             "  many: 1000000 clients\n"
                             "  group1: 1 client\n"
                             "  teardown\n"
                             "b.json: b, 1 client\n"
                             "  group0: 1 client\n"
                             "2 scenarios, 1000002 clients\n");
}

TEST_F(Check, TellsOfErrorsWhatRunTells) {
  folder_.write("a.json", kTwoGroups);
  folder_.write("b.json", R"({"clients": [{"steps": [{"sned": "a"}, {"expect": {}}]}]})");
  const Finished checked = check({"a.json", "b.json"});
  const Finished ran = call({"run", "a.json", "b.json"});
  EXPECT_EQ(checked.exit, Exit::code(2));
  EXPECT_EQ(checked.output, "");
  EXPECT_THAT(checked.error, testing::EndsWith("echo_client: 3 errors in the scenarios\n"));
  EXPECT_EQ(checked.error.substr(0, checked.error.size() - 1) + ": nothing was run\n", ran.error);
}

TEST_F(Check, TakesATargetAsRunDoes) {
  folder_.write("a.json", R"({"clients": [{"steps": [{"close": {}}]}]})");
  EXPECT_EQ(check({"--target", "tcp://localhost:1", "a.json"}).exit, Exit::code(0));
  EXPECT_EQ(check({"--target", "nowhere", "a.json"}).exit, Exit::code(2));
}

TEST_F(Check, UsesTheSeedThatIsGiven) {
  folder_.write("a.json", R"({"clients": [{"count": "${seed}", "steps": [{"close": {}}]}]})");
  EXPECT_THAT(check({"a.json"}).output, HasSubstr("a.json: a, 1 client "));
  EXPECT_THAT(check({"--seed", "7", "a.json"}).output, HasSubstr("a.json: a, 7 clients "));
}

TEST_F(Check, HasTheSchemaForEditorsBesideIt) {
  const Finished finished = call({"schema"});
  EXPECT_EQ(finished.exit, Exit::code(0));
  EXPECT_EQ(finished.error, "");
  EXPECT_EQ(finished.output, support::read_file(GOTBACK_SOURCE_DIR "/scenarios/scenario.schema.json"));
}

}  // namespace
}  // namespace programs
