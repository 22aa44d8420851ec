#include "client/run/missing.h"

#include <string>

#include <gtest/gtest.h>

#include "tests/support/temporary_directory.h"

namespace client::run {
namespace {

TEST(Missing, IsAnAddressThatConnectTakesAsTwoWords) {
  EXPECT_EQ(what_was_meant("localhost:6379"), ", did you mean \"localhost 6379\"?");
  EXPECT_EQ(what_was_meant("[::1]:80"), ", did you mean \"::1 80\"?");
  EXPECT_EQ(what_was_meant("localhost:"), "");
  EXPECT_EQ(what_was_meant(":80"), "");
}

TEST(Missing, MayBeAHostWithoutAPort) {
  for (const char* host : {"localhost", "example.com"}) {
    EXPECT_EQ(what_was_meant(host), "; what is connected to is HOST PORT, where PORT is a number, or a URL");
  }
  EXPECT_EQ(what_was_meant("nobody.json"), "");
}

TEST(Missing, IsAFileOrFolderBesideIt) {
  const support::TemporaryDirectory folder;
  folder.write("multi.json", "");
  folder.write("conformance/a.json", "");
  const auto meant = [&](const char* name) { return what_was_meant(folder / name); };
  const auto said = [&](const char* name) { return ", did you mean \"" + (folder / name).string() + "\"?"; };
  EXPECT_EQ(meant("mutli.json"), said("multi.json"));
  EXPECT_EQ(meant("multi"), said("multi.json"));
  EXPECT_EQ(meant("confromance"), said("conformance"));
  EXPECT_EQ(meant("else.json"), "");
  EXPECT_EQ(meant("nowhere/multi.json"), "");
}

}  // namespace
}  // namespace client::run
