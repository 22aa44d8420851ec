// The repository checks itself: the rules of rules.cpp over every file of the source tree.

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <re2/re2.h>

#include "tests/repository/rule.h"
#include "tests/repository/rules.h"
#include "tests/repository/source_file.h"
#include "tests/support/process.h"
#include "tests/support/temporary_directory.h"

namespace repository {
namespace {

using testing::IsEmpty;

const std::filesystem::path kRoot = GOTBACK_SOURCE_DIR;

const std::vector<SourceFile>& files() {
  static const std::vector<SourceFile> all = load_tree(kRoot);
  return all;
}

/// What a rule finds in all files.
template <typename Check>
std::vector<Violation> all_violations(Check check) {
  std::vector<Violation> all;
  for (const SourceFile& file : files()) std::ranges::copy(check(file), std::back_inserter(all));
  return all;
}

TEST(Repository, IsSeenWhole) {
  for (const char* path : {"scheduler/task.h", "tests/repository/repository_test.cpp", "Makefile", "scripts/demo",
                           ".ci/run", "README.md", "docs/decisions/README.md", "CMakeLists.txt"}) {
    EXPECT_NE(std::ranges::find(files(), path, &SourceFile::path), files().end()) << path;
  }
}

TEST(Repository, LeavesOutWhatIsBuilt) {
  const support::TemporaryDirectory tree;
  tree.write("kept/a.cpp", "");
  tree.write(".ci/run", "");
  tree.write("kept/image.png", "");
  tree.write("build/a.cpp", "");
  tree.write("other-build/CMakeCache.txt", "");
  tree.write("other-build/a.cpp", "");
  tree.write(".git/a.cpp", "");
  std::vector<std::string> paths;
  for (const SourceFile& file : load_tree(tree.path())) paths.push_back(file.path);
  EXPECT_THAT(paths, testing::ElementsAre(".ci/run", "kept/a.cpp"));
}

TEST(Repository, IncludesPointDownwards) { EXPECT_THAT(all_violations(check_include_directions), IsEmpty()); }

TEST(Repository, LibrariesStayBehindTheirWalls) { EXPECT_THAT(all_violations(check_library_walls), IsEmpty()); }

TEST(Repository, HeadersAreIncludedOnce) { EXPECT_THAT(all_violations(check_pragma_once), IsEmpty()); }

TEST(Repository, FilesAreShort) { EXPECT_THAT(all_violations(check_length), IsEmpty()); }

TEST(Repository, LinksInDocumentsResolve) {
  const auto exists = [](const std::string& path) { return std::filesystem::exists(kRoot / path); };
  EXPECT_THAT(all_violations([&](const SourceFile& file) { return check_links(file, exists); }), IsEmpty());
}

TEST(Repository, NothingThatIsBannedIsThere) {
  for (const BannedText& rule : banned_texts()) {
    EXPECT_THAT(all_violations([&](const SourceFile& file) { return violations(rule, file); }), IsEmpty());
  }
}

TEST(Repository, SourcesAreFormatted) {
  support::Command command{.arguments = {"clang-format-19", "--dry-run", "-Werror"}};
  command.working_directory = kRoot;
  for (const SourceFile& file : files()) {
    if (file.is_cpp()) command.arguments.push_back(file.path);
  }
  const support::Finished finished = support::run(std::move(command));
  EXPECT_EQ(finished.exit, support::Exit::code(0)) << "run `make format`\n" << finished.error;
}

TEST(Repository, ThePackagesThatCMakeAsksForAreInstalled) {
  static const RE2 requirement(R"re(gotback_require\("[^"]*" (\S+))re");
  // The names are those of the newest release.
  const std::string list = support::run({.arguments = {kRoot / "scripts/install-packages", "--list"},
                                         .environment = {{"GOTBACK_OS_RELEASE", "/dev/null"}}})
                               .output;
  size_t asked_for = 0;
  for (const SourceFile& file : files()) {
    re2::StringPiece rest(file.text);
    for (std::string package; RE2::FindAndConsume(&rest, requirement, &package); ++asked_for) {
      EXPECT_THAT("\n" + list, testing::HasSubstr("\n" + package + "\n")) << file.path;
    }
  }
  EXPECT_GT(asked_for, 5);
}

}  // namespace
}  // namespace repository
