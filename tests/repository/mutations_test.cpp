// The bugs of tests/mutations/ still apply to the tree, and say what scripts/mutations has to know.

#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <re2/re2.h>

#include "tests/repository/source_file.h"
#include "tests/support/process.h"
#include "tests/support/temporary_directory.h"

namespace repository {
namespace {

namespace fs = std::filesystem;

using testing::Contains;

const fs::path kRoot = GOTBACK_SOURCE_DIR;

/// Paths from the repository's root.
std::vector<std::string> mutations() {
  std::vector<std::string> paths;
  for (const auto& entry : fs::recursive_directory_iterator(kRoot / "tests/mutations")) {
    if (entry.is_regular_file()) paths.push_back(fs::relative(entry.path(), kRoot));
  }
  return paths;
}

/// The names of all test programs that CMake builds.
std::set<std::string> test_programs() {
  static const RE2 program(R"(gotback_test\((\w+))");
  std::set<std::string> names;
  for (const SourceFile& file : load_tree(kRoot)) {
    if (!file.path.ends_with("CMakeLists.txt")) continue;
    re2::StringPiece rest(file.text);
    for (std::string name; RE2::FindAndConsume(&rest, program, &name);) names.insert(name);
  }
  return names;
}

TEST(Mutations, AreThere) {
  // A test of every patch is none when there is no patch.
  EXPECT_GE(mutations().size(), 60U);
}

TEST(Mutations, ApplyToTheTree) {
  for (const std::string& path : mutations()) {
    // With a line of context, as scripts/mutations does it, so that what is near may change.
    support::Command command{.arguments = {"git", "apply", "--check", "-C1", path}};
    command.working_directory = kRoot;
    // A tree below that of another repository is not part of it.
    command.environment = {{"GIT_CEILING_DIRECTORIES", kRoot.parent_path()}};
    const support::Finished finished = support::run(std::move(command));
    EXPECT_EQ(finished.exit, support::Exit::code(0)) << path << " is to be mended or taken away\n" << finished.error;
  }
}

TEST(Mutations, SayWhatAUserWouldSeeAndWhichTestsAreToNotice) {
  const std::set<std::string> programs = test_programs();
  for (const std::string& path : mutations()) {
    const std::string text = support::read_file(kRoot / path);
    EXPECT_TRUE(RE2::FullMatch(path, R"([\w/]+\.patch)")) << path;
    EXPECT_TRUE(
        RE2::PartialMatch(text, R"(\AWhat: [A-Z-/a-z].*\.\n(?:Tests: \w+ \S+\n)+(?:Lives: [A-Z].*\.\n)?\n--- a/)"))
        << path << " needs a head: What: SENTENCE, Tests: PROGRAM FILTER, and Lives: REASON where none notices";
    re2::StringPiece rest(text);
    for (std::string program; RE2::FindAndConsume(&rest, R"(\nTests: (\w+))", &program);) {
      EXPECT_THAT(programs, Contains(program)) << path;
    }
  }
}

TEST(Mutations, AreInTheFolderOfWhatTheyBreak) {
  for (const std::string& path : mutations()) {
    const std::string text = support::read_file(kRoot / path);
    std::string broken;
    ASSERT_TRUE(RE2::PartialMatch(text, R"(\n\+\+\+ b/(\S+)/[^/\n]+\n)", &broken)) << path;
    const std::string folder = path.substr(std::string("tests/mutations/").size());
    EXPECT_TRUE(folder.starts_with(broken.substr(0, broken.find('/')) + "/"))
        << path << " breaks something in " << broken;
  }
}

}  // namespace
}  // namespace repository
