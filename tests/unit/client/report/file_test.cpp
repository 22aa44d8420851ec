#include "client/report/file.h"

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

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

  const TemporaryDirectory folder_;
};

TEST_F(ReportFile, IsWrittenAndNothingElseIsLeft) {
  EXPECT_TRUE(write(path("report"), "text"));
  EXPECT_EQ(read_file(path("report")), "text");
  EXPECT_EQ(files(), 1U);
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
  EXPECT_THAT(write(path("folder"), "x").error(), HasSubstr("open: EISDIR"));
  EXPECT_EQ(files(), 1U) << "nothing is left";
}

TEST_F(ReportFile, OfAFifoNeedsAReader) {
  ASSERT_EQ(::mkfifo(path("fifo").c_str(), 0600), 0);
  EXPECT_TRUE(is_stream(path("fifo")));
  EXPECT_TRUE(is_stream("-"));
  EXPECT_FALSE(is_stream(path("report")));
  EXPECT_THAT(write(path("fifo"), "x").error(), HasSubstr("/fifo: open: ENXIO"));
}

}  // namespace
}  // namespace client::report
