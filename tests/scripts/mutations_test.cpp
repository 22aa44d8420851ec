// scripts/mutations, in a repository of two files with a cmake that only pretends.

#include <filesystem>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/process.h"
#include "tests/support/temporary_directory.h"

namespace {

using support::Exit;
using support::Finished;
using support::TemporaryDirectory;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

/// The test program is a script: it fails when the file `seen` is not as it was, and does not look at `unseen`.
constexpr const char* kBuild = R"-(#!/bin/sh
[ "$1" = --build ] || exit 0
grep -q syntax seen && { echo 'seen: a syntax error'; exit 1; }
mkdir -p build/mutations/tests
cat > build/mutations/tests/some_test <<'END'
#!/bin/sh
echo '[==========] Running 1 test from 1 test suite.'
echo '[ RUN      ] Some.Test'
[ "$(cat seen)" = right ] || {
  echo '[  FAILED  ] Some.Test (0 ms)';
  exit 1;
}
END
chmod +x build/mutations/tests/some_test
)-";

void make_program(const std::filesystem::path& path) {
  std::filesystem::permissions(path, std::filesystem::perms::owner_all);
}

class Mutations : public testing::Test {
 protected:
  void SetUp() override {
    make_program(tree_.write("scripts/mutations", support::read_file(GOTBACK_SOURCE_DIR "/scripts/mutations")));
    make_program(fakes_.write("cmake", kBuild));
    tree_.write(".gitignore", "/build/\n");
    tree_.write("seen", "right\n");
    tree_.write("unseen", "right\n");
    ASSERT_EQ(support::run({.arguments = {"git", "init", "--quiet", tree_.path()}}).exit, Exit::code(0));
  }

  /// A patch that makes `to` of `from` in one of the two files.
  void write_mutation(const std::string& name, const std::string& file, const std::string& from, const std::string& to,
                      const std::string& lives = "") const {
    tree_.write("tests/mutations/" + name + ".patch", "What: Something is wrong.\nTests: some_test *\n" + lives +
                                                          "\n--- a/" + file + "\n+++ b/" + file + "\n@@ -1 +1 @@\n-" +
                                                          from + "\n+" + to + "\n");
  }

  Finished run(const std::string& part = "") const {
    support::Command command{.arguments = {tree_ / "scripts/mutations"}};
    if (!part.empty()) command.arguments.push_back(part);
    command.environment = {{"PATH", fakes_.path().string() + ":/usr/bin:/bin"}};
    return support::run(std::move(command));
  }

  TemporaryDirectory tree_;

 private:
  TemporaryDirectory fakes_;
};

TEST_F(Mutations, AreKilledWhereATestNotices) {
  write_mutation("a/one", "seen", "right", "wrong");
  write_mutation("a/two", "seen", "right", "left");
  const Finished finished = run();
  EXPECT_EQ(finished.exit, Exit::code(0)) << finished.error;
  EXPECT_THAT(finished.output, AllOf(HasSubstr("killed  a/one ("), HasSubstr("killed  a/two ("),
                                     HasSubstr(": Some.Test\n"), HasSubstr("2 killed, 0 lived, 0 stale")));
  EXPECT_EQ(support::read_file(tree_ / "seen"), "right\n") << "the working tree is left alone";
  EXPECT_EQ(support::read_file(tree_ / "build/mutations/tree/seen"), "right\n");
}

TEST_F(Mutations, LiveWhereNoTestNotices) {
  write_mutation("a/one", "unseen", "right", "wrong");
  const Finished finished = run();
  EXPECT_EQ(finished.exit, Exit::code(1));
  EXPECT_THAT(finished.output,
              AllOf(HasSubstr("lived   a/one ("), HasSubstr("a/one lived: write the test that notices it")));
}

TEST_F(Mutations, MayLiveForAReasonAndNoLongerThanTheyDo) {
  write_mutation("a/one", "unseen", "right", "wrong", "Lives: Nobody looks at it.\n");
  const Finished lived = run();
  EXPECT_EQ(lived.exit, Exit::code(0));
  EXPECT_THAT(lived.output, HasSubstr("a/one is known to live: Nobody looks at it."));
  write_mutation("a/one", "seen", "right", "wrong", "Lives: Nobody looks at it.\n");
  const Finished killed = run();
  EXPECT_EQ(killed.exit, Exit::code(1));
  EXPECT_THAT(killed.output, HasSubstr("does not live any more"));
}

TEST_F(Mutations, AreStaleWhereTheyDoNotApplyOrCompile) {
  write_mutation("a/gone", "seen", "what was there before", "wrong");
  write_mutation("a/nonsense", "seen", "right", "syntax");
  const Finished finished = run();
  EXPECT_EQ(finished.exit, Exit::code(1));
  EXPECT_THAT(finished.output, AllOf(HasSubstr("stale   a/gone ("), HasSubstr("stale   a/nonsense ("),
                                     HasSubstr("seen: a syntax error")));
}

TEST_F(Mutations, AreTriedWhereTheTestsPassWithoutOne) {
  tree_.write("seen", "wrong\n");
  write_mutation("a/one", "unseen", "right", "wrong");
  const Finished finished = run();
  EXPECT_EQ(finished.exit, Exit::code(1));
  EXPECT_THAT(finished.error, HasSubstr("some_test fails without a mutation: Some.Test"));
}

TEST_F(Mutations, AreChosenByNameAndFolder) {
  write_mutation("a/one", "seen", "right", "wrong");
  write_mutation("b/two", "unseen", "right", "wrong");
  EXPECT_THAT(run("a").output, AllOf(HasSubstr("a/one"), Not(HasSubstr("b/two"))));
  EXPECT_EQ(run("tests/mutations/a/one.patch").exit, Exit::code(0));
  EXPECT_THAT(run("--list").output, HasSubstr("b/two: Something is wrong.\n"));
  const Finished unknown = run("c");
  EXPECT_EQ(unknown.exit, Exit::code(1));
  EXPECT_THAT(unknown.error, HasSubstr("there is no c in tests/mutations"));
}

}  // namespace
