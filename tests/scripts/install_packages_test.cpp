// scripts/install-packages, with a dpkg-query and an apt-get that only pretend.

#include <filesystem>
#include <string>
#include <string_view>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/process.h"
#include "tests/support/temporary_directory.h"

namespace {

using support::Exit;
using support::Finished;
using support::TemporaryDirectory;
using testing::HasSubstr;
using testing::StartsWith;

const std::string kScript = GOTBACK_SOURCE_DIR "/scripts/install-packages";

class InstallPackages : public testing::Test {
 protected:
  /// A program of this name, found before the real one.
  void pretend(std::string_view name, const std::string& script) {
    const std::filesystem::path program = fakes_.write(name, "#!/bin/sh\n" + script);
    std::filesystem::permissions(program, std::filesystem::perms::owner_all);
  }

  /// dpkg-query knows all packages as installed but those of this pattern, about which it fails.
  void pretend_all_are_installed_but(const std::string& pattern) {
    pretend("dpkg-query", "shift 2; status=0\n"
                          "for package; do case $package in\n"
                          "  " + pattern + ") echo \"no packages found matching $package\" >&2; status=1;;\n"
                          "  *) echo \"$package installed\";;\n"
                          "esac; done; exit $status\n");
  }

  Finished run_script(const std::string& path) const {
    return support::run({.arguments = {"/bin/bash", kScript}, .environment = {{"PATH", path}}});
  }
  Finished run_script() const { return run_script(fakes_.path().string() + ":/usr/bin:/bin"); }

  std::filesystem::path apt_log() const { return fakes_ / "apt.log"; }

  void SetUp() override {
    pretend("apt-get", "echo \"$@\" >> " + apt_log().string());
    pretend("sudo", "exec \"$@\"\n");
  }

 private:
  TemporaryDirectory fakes_;
};

TEST_F(InstallPackages, DoesNothingWhenAllAreThere) {
  pretend_all_are_installed_but("none");
  const Finished finished = run_script();
  EXPECT_EQ(finished.exit, Exit::code(0));
  EXPECT_EQ(finished.output + finished.error, "");
  EXPECT_FALSE(std::filesystem::exists(apt_log()));
}

TEST_F(InstallPackages, InstallsOnlyWhatIsMissing) {
  pretend_all_are_installed_but("ninja-build|libfmt-dev");
  const Finished finished = run_script();
  EXPECT_EQ(finished.exit, Exit::code(0)) << finished.error;
  EXPECT_THAT(finished.error, HasSubstr("installing ninja-build libfmt-dev\n"));
  const std::string calls = support::read_file(apt_log());
  EXPECT_THAT(calls, StartsWith("--quiet --yes update\n"));
  EXPECT_THAT(calls, HasSubstr("install --no-install-recommends --no-remove ninja-build libfmt-dev\n"));
}

TEST_F(InstallPackages, InstallsAPackageThatWasRemovedButNotPurged) {
  pretend("dpkg-query", "shift 2; for package; do case $package in\n"
                        "  cmake) echo 'cmake config-files';; *) echo \"$package installed\";; esac; done\n");
  EXPECT_EQ(run_script().exit, Exit::code(0));
  EXPECT_THAT(support::read_file(apt_log()), HasSubstr("--no-remove cmake\n"));
}

TEST_F(InstallPackages, SaysWhatCouldNotBeInstalled) {
  pretend_all_are_installed_but("cmake");
  pretend("apt-get", "[ \"$3\" = update ]\n");
  const Finished finished = run_script();
  EXPECT_EQ(finished.exit, Exit::code(1));
  EXPECT_THAT(finished.error, HasSubstr("could not install: cmake"));
}

TEST_F(InstallPackages, ListsWhatIsNeededWhereThereIsNoDpkg) {
  const TemporaryDirectory nothing;
  const Finished finished = run_script(nothing.path());
  EXPECT_EQ(finished.exit, Exit::code(1));
  EXPECT_THAT(finished.error, HasSubstr("not a Debian system"));
  EXPECT_THAT(finished.error, HasSubstr("\n  clang-19\n"));
}

TEST_F(InstallPackages, CallsBoostsUrlWhatTheReleaseCallsIt) {
  const TemporaryDirectory releases;
  const auto list_on = [&](const std::string& os_release) {
    const std::string path = releases.write("os-release", os_release);
    return support::run({.arguments = {kScript, "--list"}, .environment = {{"GOTBACK_OS_RELEASE", path}}}).output;
  };
  EXPECT_THAT(list_on("ID=debian\nVERSION_ID=\"12\"\n"), HasSubstr("\nlibboost-url1.81-dev\n"));
  EXPECT_THAT(list_on("ID=debian\nVERSION_ID=\"13\"\n"), HasSubstr("\nlibboost-url-dev\n"));
  EXPECT_THAT(list_on("ID=debian\n"), HasSubstr("\nlibboost-url-dev\n"));
}

TEST_F(InstallPackages, RefusesWhatItDoesNotKnow) {
  EXPECT_EQ(support::run({.arguments = {kScript, "--lst"}}).exit, Exit::code(2));
}

}  // namespace
