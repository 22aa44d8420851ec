#include "scheduler/file.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <filesystem>
#include <string>

#include <gtest/gtest.h>

#include "scheduler/descriptor.h"
#include "tests/support/temporary_directory.h"

namespace sched {
namespace {

using support::read_file;
using support::TemporaryDirectory;

namespace fs = std::filesystem;

class WrittenFile : public testing::Test {
 protected:
  std::string path(std::string_view name) const { return folder_ / name; }

  std::size_t files() const {
    return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder_.path()), fs::directory_iterator()));
  }

  static unsigned mode_of(const std::string& path) { return static_cast<unsigned>(fs::status(path).permissions()); }

  static int error_of(const Result<void>& result) { return result ? 0 : result.error().error_number; }

  const TemporaryDirectory folder_;
};

TEST_F(WrittenFile, IsWholeAndNothingElseIsLeft) {
  const std::string text(100'000, 'x');
  EXPECT_TRUE(write_file(path("file"), text));
  EXPECT_EQ(read_file(path("file")), text);
  EXPECT_EQ(files(), 1U);
}

TEST_F(WrittenFile, HasTheModeOfTheUmask) {
  const mode_t before = ::umask(027);
  EXPECT_TRUE(write_file(path("file"), "x"));
  EXPECT_EQ(::umask(before), 027U) << "which is as it was";
  EXPECT_EQ(mode_of(path("file")), 0640U);
}

TEST_F(WrittenFile, KeepsTheModeOfTheOneItReplaces) {
  folder_.write("file", "a longer text that was there");
  fs::permissions(path("file"), fs::perms(0604));
  EXPECT_TRUE(write_file(path("file"), "new"));
  EXPECT_EQ(read_file(path("file")), "new");
  EXPECT_EQ(mode_of(path("file")), 0604U);
}

TEST_F(WrittenFile, FollowsASymbolicLinkAndLeavesIt) {
  folder_.write("folder/target", "old");
  fs::create_symlink("folder/target", path("link"));
  EXPECT_TRUE(check_writable(path("link")));
  EXPECT_TRUE(write_file(path("link"), "new"));
  EXPECT_TRUE(fs::is_symlink(path("link")));
  EXPECT_EQ(read_file(path("folder/target")), "new");
}

TEST_F(WrittenFile, IsMadeWhereASymbolicLinkLeadsToNothingYet) {
  fs::create_directory(path("folder"));
  fs::create_symlink("folder/second", path("first"));
  fs::create_symlink(path("target"), path("folder/second"));
  EXPECT_TRUE(check_writable(path("first")));
  EXPECT_TRUE(write_file(path("first"), "new"));
  EXPECT_TRUE(fs::is_symlink(path("first")));
  EXPECT_TRUE(fs::is_symlink(path("folder/second")));
  EXPECT_EQ(read_file(path("target")), "new");
}

TEST_F(WrittenFile, IsRefusedWhereASymbolicLinkLeadsNowhere) {
  fs::create_symlink("missing/target", path("link"));
  EXPECT_EQ(error_of(check_writable(path("link"))), ENOENT);
  EXPECT_EQ(error_of(write_file(path("link"), "x")), ENOENT);
  fs::create_symlink("circle", path("circle"));
  EXPECT_EQ(error_of(check_writable(path("circle"))), ELOOP);
  EXPECT_EQ(error_of(write_file(path("circle"), "x")), ELOOP);
  EXPECT_TRUE(fs::is_symlink(path("link")));
  EXPECT_TRUE(fs::is_symlink(path("circle")));
}

TEST_F(WrittenFile, IsRefusedWhereItCannotBe) {
  fs::create_directory(path("folder"));
  folder_.write("file", "");
  EXPECT_EQ(error_of(check_writable(path("folder"))), EISDIR);
  EXPECT_EQ(error_of(write_file(path("folder"), "x")), EISDIR);
  EXPECT_EQ(error_of(check_writable(path("missing/file"))), ENOENT);
  EXPECT_EQ(error_of(write_file(path("missing/file"), "x")), ENOENT);
  EXPECT_EQ(error_of(check_writable(path("file/file"))), ENOTDIR);
  EXPECT_EQ(error_of(write_file(path("file/file"), "x")), ENOTDIR);
  EXPECT_EQ(files(), 2U) << "nothing is left";
}

TEST_F(WrittenFile, IsLookedForWithoutAChange) {
  folder_.write("file", "old");
  EXPECT_TRUE(check_writable(path("file")));
  EXPECT_TRUE(check_writable(path("new")));
  EXPECT_TRUE(check_writable("new")) << "in the folder where the program runs";
  EXPECT_TRUE(check_writable("/dev/null"));
  EXPECT_EQ(files(), 1U);
  EXPECT_EQ(read_file(path("file")), "old");
}

// One of its own: where this fails, the machine's may be gone.
TEST_F(WrittenFile, ReplacesNoDevice) {
  const dev_t like_full = makedev(1, 7);
  if (::mknod(path("full").c_str(), S_IFCHR | 0600, like_full) != 0) GTEST_SKIP() << "only root may make a device";
  const Descriptor opened(::open(path("full").c_str(), O_WRONLY | O_CLOEXEC));
  if (!opened) GTEST_SKIP() << "devices cannot be used where temporary files are";
  EXPECT_TRUE(is_stream(path("full")));
  EXPECT_EQ(error_of(write_file(path("full"), "x")), ENOSPC);
  EXPECT_TRUE(fs::is_character_file(path("full")));
}

TEST_F(WrittenFile, GoesIntoAFifoThatSomebodyReads) {
  ASSERT_EQ(::mkfifo(path("fifo").c_str(), 0600), 0);
  fs::create_symlink("fifo", path("link"));
  EXPECT_TRUE(is_stream(path("link")));
  EXPECT_EQ(error_of(write_file(path("link"), "x")), ENXIO);
  const Descriptor reader(::open(path("fifo").c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  EXPECT_TRUE(write_file(path("link"), "text"));
  std::array<char, 8> bytes{};
  EXPECT_EQ(::read(reader.get(), bytes.data(), bytes.size()), 4);
  EXPECT_TRUE(fs::is_fifo(path("fifo")));
}

TEST_F(WrittenFile, ReplacesNoSocket) {
  const Descriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_un address{.sun_family = AF_UNIX, .sun_path = {}};
  path("socket").copy(address.sun_path, sizeof address.sun_path - 1);
  ASSERT_EQ(::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  EXPECT_TRUE(is_stream(path("socket")));
  EXPECT_EQ(error_of(write_file(path("socket"), "x")), ENXIO);
  EXPECT_TRUE(fs::is_socket(path("socket")));
}

TEST_F(WrittenFile, IsNoStreamWhereAFileIsOrNothing) {
  folder_.write("file", "");
  EXPECT_FALSE(is_stream(path("file")));
  EXPECT_FALSE(is_stream(path("none")));
  EXPECT_FALSE(is_stream(folder_.path()));
}

TEST_F(WrittenFile, FollowsWhatStandardOutputHasWhereItIsThatOne) {
  const Descriptor before(::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 0));
  const Descriptor output(::open(path("output").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
  ::dup2(output.get(), STDOUT_FILENO);
  const bool is_one = is_stream(path("output"));
  const bool written = write_all(STDOUT_FILENO, "first ") && write_file("/dev/stdout", "second ") &&
                       write_file(path("output"), "third ") && write_all(STDOUT_FILENO, "fourth");
  ::dup2(before.get(), STDOUT_FILENO);
  EXPECT_TRUE(is_one);
  EXPECT_TRUE(written);
  EXPECT_EQ(read_file(path("output")), "first second third fourth");
}

}  // namespace
}  // namespace sched
