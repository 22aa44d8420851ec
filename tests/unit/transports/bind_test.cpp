#include "transports/bind.h"

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/temporary_directory.h"

namespace transport {
namespace {

using testing::HasSubstr;
using testing::SizeIs;

std::expected<std::vector<BoundSocket>, std::string> bound(std::string_view url, unsigned sharers = 1) {
  return bind({*parse_url(url)}, {}, sharers);
}

TEST(Bind, UsesOnePortForAllAddressesOfAHost) {
  const auto sockets = bound("tcp://localhost:0");
  ASSERT_TRUE(sockets) << sockets.error();
  std::set<std::string> hosts;
  for (const BoundSocket& one : *sockets) {
    hosts.insert(one.url.host);
    EXPECT_EQ(one.url.port, sockets->front().url.port);
  }
  EXPECT_EQ(hosts.size(), sockets->size());
  EXPECT_NE(sockets->front().url.port, 0);
}

TEST(Bind, MakesASocketForEachSharer) {
  const auto sockets = bound("tcp://127.0.0.1:0", 3);
  ASSERT_TRUE(sockets) << sockets.error();
  EXPECT_THAT(sockets->front().sockets, SizeIs(3));
  const auto again = bound(to_string(sockets->front().url), 3);
  ASSERT_FALSE(again) << "nobody else shares the port";
  EXPECT_THAT(again.error(), HasSubstr("EADDRINUSE"));
}

TEST(Bind, GivesTheFileOfASocketToItsOwnerAndRemovesItAtTheEnd) {
  const support::TemporaryDirectory directory;
  const std::string path = directory / "socket";
  {
    const auto sockets = bound("unix:" + path);
    ASSERT_TRUE(sockets) << sockets.error();
    struct stat status{};
    ASSERT_EQ(::lstat(path.c_str(), &status), 0);
    EXPECT_TRUE(S_ISSOCK(status.st_mode));
    EXPECT_EQ(status.st_mode & 0777, 0600U);
  }
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST(Bind, LeavesASocketAloneThatSomebodyListensAt) {
  const support::TemporaryDirectory directory;
  const std::string url = "unix:" + (directory / "socket").string();
  const auto first = bound(url);
  ASSERT_TRUE(first) << first.error();
  const auto second = bound(url);
  ASSERT_FALSE(second);
  EXPECT_THAT(second.error(), HasSubstr("EADDRINUSE"));
  EXPECT_TRUE(std::filesystem::exists(directory / "socket"));
}

TEST(Bind, ReplacesASocketThatNobodyListensAtAnyMore) {
  const support::TemporaryDirectory directory;
  const std::filesystem::path path = directory / "socket";
  {
    auto first = bound("unix:" + path.string());
    ASSERT_TRUE(first) << first.error();
    // As a server leaves it that was killed: the name that is removed is another one.
    std::filesystem::rename(path, directory / "kept");
  }
  std::filesystem::rename(directory / "kept", path);
  const auto second = bound("unix:" + path.string());
  EXPECT_TRUE(second) << second.error();
}

TEST(Bind, LeavesAloneWhatIsNoSocket) {
  const support::TemporaryDirectory directory;
  const std::filesystem::path path = directory.write("file", "kept");
  const auto sockets = bound("unix:" + path.string());
  ASSERT_FALSE(sockets);
  EXPECT_THAT(sockets.error(), HasSubstr("EEXIST"));
  EXPECT_EQ(support::read_file(path), "kept");
}

TEST(Bind, LeavesNothingBehindWhereOneOfSeveralFails) {
  const support::TemporaryDirectory directory;
  const std::string path = directory / "socket";
  const auto sockets = bind({*parse_url("unix:" + path), *parse_url("unix:/nowhere/socket")}, {}, 1);
  ASSERT_FALSE(sockets);
  EXPECT_THAT(sockets.error(), HasSubstr("cannot listen on unix:/nowhere/socket: "));
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST(SocketFile, IsLeftAloneOnceAnotherHasItsPlace) {
  const support::TemporaryDirectory directory;
  const std::filesystem::path path = directory.write("file", "first");
  const std::filesystem::path other = directory.write("other", "second");
  {
    const SocketFile file(path);
    std::filesystem::rename(other, path);
  }
  EXPECT_EQ(support::read_file(path), "second");
}

}  // namespace
}  // namespace transport
