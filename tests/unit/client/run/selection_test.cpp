#include "client/run/selection.h"

#include <string>

#include <gtest/gtest.h>

namespace client::run {
namespace {

bool excludes(const std::string& glob, const std::string& path, const std::string& below) {
  return is_excluded({.exclude = {"nothing", glob}}, path, below);
}

TEST(Excluded, AreFilesAndFoldersOfTheName) {
  for (const char* glob : {"package.json", "package", "pack*", "*.json"}) {
    EXPECT_TRUE(excludes(glob, "tests/web/package.json", "web/package.json")) << glob;
  }
  EXPECT_TRUE(excludes("node_modules", "tests/node_modules", "node_modules"));
  EXPECT_FALSE(excludes("package", "tests/packages.json", "packages.json"));
}

TEST(Excluded, AreNotThoseInAFolderOfTheName) {
  EXPECT_FALSE(excludes("*slow*", "slow-project/a.json", "a.json"));
  EXPECT_FALSE(excludes("*slow*", "tests/slow/a.json", "slow/a.json")) << "the folder itself is";
}

TEST(Excluded, AreThoseAtThePath) {
  for (const char* glob : {"tests/web/a.json", "web/a.json", "web/*", "*/web/*"}) {
    EXPECT_TRUE(excludes(glob, "tests/web/a.json", "web/a.json")) << glob;
  }
  EXPECT_FALSE(excludes("tests/a.json", "tests/web/a.json", "web/a.json"));
}

TEST(Selected, AreThoseOfTheNameAndOneOfTheTags) {
  scenario::Scenario scenario;
  scenario.name = "echo";
  scenario.tags = {"slow", "tcp"};
  EXPECT_TRUE(selects({}, scenario));
  EXPECT_TRUE(selects({.only = "e*", .exclude = {"b*"}, .tags = {"x", "tcp"}}, scenario));
  EXPECT_FALSE(selects({.only = "b*"}, scenario));
  EXPECT_FALSE(selects({.exclude = {"e*"}}, scenario));
  EXPECT_FALSE(selects({.tags = {"tc"}}, scenario));
}

}  // namespace
}  // namespace client::run
