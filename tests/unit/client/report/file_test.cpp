#include "client/report/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "scheduler/descriptor.h"
#include "tests/support/temporary_directory.h"

namespace client::report {
namespace {

using support::read_file;
using support::TemporaryDirectory;
using testing::AllOf;
using testing::HasSubstr;

namespace fs = std::filesystem;

class ReportFile : public testing::Test {
 protected:
  std::string path(std::string_view name) const { return folder_ / name; }

  std::size_t files() const {
    return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder_.path()), fs::directory_iterator()));
  }

  static unsigned mode_of(const std::string& path) { return static_cast<unsigned>(fs::status(path).permissions()); }

  const TemporaryDirectory folder_;
};

TEST_F(ReportFile, IsWrittenAndNothingElseIsLeft) {
  const std::string text(100'000, 'x');
  EXPECT_TRUE(write(path("report"), text));
  EXPECT_EQ(read_file(path("report")), text);
  EXPECT_EQ(files(), 1U);
}

TEST_F(ReportFile, HasTheModeOfTheUmask) {
  const mode_t before = ::umask(027);
  EXPECT_TRUE(write(path("report"), "x"));
  EXPECT_EQ(::umask(before), 027U) << "which is as it was";
  EXPECT_EQ(mode_of(path("report")), 0640U);
}

TEST_F(ReportFile, KeepsTheModeOfTheOneItReplaces) {
  folder_.write("report", "a longer text that was there");
  fs::permissions(path("report"), fs::perms(0604));
  EXPECT_TRUE(write(path("report"), "new"));
  EXPECT_EQ(read_file(path("report")), "new");
  EXPECT_EQ(mode_of(path("report")), 0604U);
}

TEST_F(ReportFile, FollowsASymbolicLinkAndLeavesIt) {
  folder_.write("folder/target", "old");
  fs::create_symlink("folder/target", path("link"));
  EXPECT_TRUE(check_writable(path("link")));
  EXPECT_TRUE(write(path("link"), "new"));
  EXPECT_TRUE(fs::is_symlink(path("link")));
  EXPECT_EQ(read_file(path("folder/target")), "new");
}

TEST_F(ReportFile, IsRefusedBeforeTheRunWhereItCannotBe) {
  EXPECT_EQ(check_writable(folder_.path()).error(),
            "cannot write the report " + folder_.path().string() + ": open: EISDIR (Is a directory)");
  EXPECT_THAT(check_writable(path("missing/report")).error(), HasSubstr("ENOENT"));
  folder_.write("file", "");
  EXPECT_THAT(check_writable(path("file/report")).error(), HasSubstr("ENOTDIR"));
  EXPECT_TRUE(check_writable(path("report")));
  EXPECT_TRUE(check_writable("report")) << "in the folder where the program runs";
  EXPECT_TRUE(check_writable("-"));
  EXPECT_TRUE(check_writable("/dev/null"));
  EXPECT_EQ(files(), 1U) << "looking changes nothing";
}

TEST_F(ReportFile, IsRefusedWhereTheUserMayNotWrite) {
  constexpr uid_t kNobody = 65534;
  const bool is_root = ::geteuid() == 0;
  if (!is_root) fs::permissions(folder_.path(), fs::perms::owner_read | fs::perms::owner_exec);
  if (is_root) ASSERT_EQ(::seteuid(kNobody), 0);
  const auto checked = check_writable(path("report"));
  const auto written = write(path("report"), "x");
  if (is_root) ASSERT_EQ(::seteuid(0), 0);
  fs::permissions(folder_.path(), fs::perms::owner_all);
  EXPECT_THAT(checked.error(), HasSubstr("EACCES"));
  EXPECT_THAT(written.error(), HasSubstr("EACCES"));
  EXPECT_EQ(files(), 0U);
}

TEST_F(ReportFile, EscapesTheNameInWhatItTells) {
  EXPECT_THAT(check_writable(path("\x1b/report")).error(), AllOf(HasSubstr(R"(\x1b/report)"), Not(HasSubstr("\x1b"))));
}

TEST_F(ReportFile, TellsWhatFailedWhenItIsWritten) {
  EXPECT_THAT(write(path("missing/report"), "x").error(), HasSubstr("open: ENOENT"));
  fs::create_directory(path("folder"));
  EXPECT_THAT(write(path("folder"), "x").error(), HasSubstr("rename: EISDIR"));
  EXPECT_EQ(files(), 1U) << "nothing is left";
}

TEST_F(ReportFile, OfADeviceIsWrittenToAsItIs) {
  EXPECT_TRUE(is_stream("/dev/full"));
  EXPECT_THAT(write("/dev/full", "x").error(), HasSubstr("cannot write the report /dev/full: write: ENOSPC"));
  EXPECT_TRUE(fs::is_character_file("/dev/full"));
}

TEST_F(ReportFile, OfAFifoNeedsAReader) {
  ASSERT_EQ(::mkfifo(path("fifo").c_str(), 0600), 0);
  EXPECT_TRUE(is_stream(path("fifo")));
  EXPECT_THAT(write(path("fifo"), "x").error(), HasSubstr("ENXIO"));
  const sched::Descriptor reader(::open(path("fifo").c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  EXPECT_TRUE(write(path("fifo"), "text"));
  std::array<char, 8> bytes{};
  EXPECT_EQ(::read(reader.get(), bytes.data(), bytes.size()), 4);
}

TEST_F(ReportFile, IsNoStreamWhereAFileIsOrNothing) {
  folder_.write("file", "");
  EXPECT_FALSE(is_stream(path("file")));
  EXPECT_FALSE(is_stream(path("none")));
  EXPECT_TRUE(is_stream("-"));
}

}  // namespace
}  // namespace client::report
