// The files of echo_server's Unix sockets: what is replaced, what is left alone, and what is left behind.

#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <filesystem>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "scheduler/descriptor.h"
#include "tests/programs/echo_server.h"
#include "tests/support/socket.h"
#include "tests/support/socket_address.h"
#include "tests/support/temporary_directory.h"

namespace programs {
namespace {

using support::Exit;
using support::Finished;
using support::ServerProcess;
using support::Socket;
using support::Stream;
using support::TemporaryDirectory;

class ServerUnix : public EchoServer {
 protected:
  /// Starts a server that must not start, because of what is at `path_`.
  void expect_refusal(const std::string& reason) const {
    const Finished finished = support::run(command({url_}));
    EXPECT_EQ(finished.exit, Exit::code(3));
    EXPECT_EQ(finished.output, "");
    EXPECT_EQ(finished.error, "echo_server: cannot listen on " + url_ + ": " + reason + "\n");
  }

  /// A socket at `path_` that is none of echo_server's.
  sched::Descriptor bind_socket() const {
    const support::SocketAddress address = support::SocketAddress::of_url(url_);
    sched::Descriptor fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    EXPECT_EQ(::bind(fd.get(), address.get(), address.size()), 0);
    return fd;
  }

  static std::string ask(const std::string& url) {
    Socket socket = Socket::connect(url);
    socket.send_all("Hello");
    return socket.receive_exactly(9);
  }

  TemporaryDirectory directory_;
  std::filesystem::path path_ = directory_ / "socket";
  std::string url_ = "unix:" + path_.string();
};

INSTANTIATE_TEST_SUITE_P(, ServerUnix, testing::Values("epoll", "io_uring"),
                         [](const auto& backend) { return std::string(backend.param); });

TEST_P(ServerUnix, MakesASocketForItsOwnerAloneAndRemovesIt) {
  ServerProcess server = serve({url_});
  struct stat status{};
  ASSERT_EQ(::stat(path_.c_str(), &status), 0);
  EXPECT_TRUE(S_ISSOCK(status.st_mode));
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
  EXPECT_EQ(ask(url_), "GOT:Hello");
  EXPECT_EQ(server.stop(), Exit::code(0));
  EXPECT_FALSE(std::filesystem::exists(path_));
}

TEST_P(ServerUnix, RemovesItAtASecondSignalToo) {
  ServerProcess server = serve({url_});
  const Socket client = Socket::connect(url_);
  server.process().wait_for_line(Stream::error, [](auto line) { return line.starts_with("Connection from"); });
  server.process().signal(SIGTERM);
  server.process().wait_for_line(Stream::error, [](auto line) { return line.starts_with("draining"); });
  server.process().signal(SIGTERM);
  EXPECT_EQ(server.process().wait(), Exit::code(143));
  EXPECT_FALSE(std::filesystem::exists(path_));
}

TEST_P(ServerUnix, ReplacesASocketThatNobodyListensAt) {
  bind_socket().close();
  ASSERT_TRUE(std::filesystem::exists(path_));
  ServerProcess server = serve({url_});
  EXPECT_EQ(ask(url_), "GOT:Hello");
}

TEST_P(ServerUnix, LeavesASocketAloneThatAServerListensAt) {
  ServerProcess first = serve({url_});
  expect_refusal("bind: EADDRINUSE (Address already in use)");
  EXPECT_EQ(ask(url_), "GOT:Hello");
}

TEST_P(ServerUnix, LeavesASocketAloneWhoseQueueIsFull) {
  const sched::Descriptor busy = bind_socket();
  ASSERT_EQ(::listen(busy.get(), 0), 0);
  const Socket client = Socket::connect(url_);
  expect_refusal("bind: EADDRINUSE (Address already in use)");
}

TEST_P(ServerUnix, LeavesAloneWhatIsNoSocket) {
  directory_.write("socket", "precious");
  expect_refusal("bind: EEXIST (File exists)");
  EXPECT_EQ(support::read_file(path_), "precious");

  std::filesystem::remove(path_);
  std::filesystem::create_directory(path_);
  expect_refusal("bind: EEXIST (File exists)");

  std::filesystem::remove(path_);
  std::filesystem::create_symlink(directory_ / "nowhere", path_);
  expect_refusal("bind: EEXIST (File exists)");
  EXPECT_TRUE(std::filesystem::is_symlink(path_));
}

TEST_P(ServerUnix, LeavesAloneWhatTookThePlaceOfItsSocket) {
  ServerProcess server = serve({url_});
  std::filesystem::remove(path_);
  directory_.write("socket", "precious");
  EXPECT_EQ(server.stop(), Exit::code(0));
  EXPECT_EQ(support::read_file(path_), "precious");
}

TEST_P(ServerUnix, SaysWhyThereCanBeNoSocket) {
  url_ = "unix:" + (directory_ / "missing/socket").string();
  expect_refusal("bind: ENOENT (No such file or directory)");
}

TEST_P(ServerUnix, TakesAPathAsLongAsThereCanBe) {
  const std::string folder = directory_.path().string() + "/";
  url_ = "unix:" + folder + std::string(107 - folder.size(), 'x');
  ServerProcess server = serve({url_});
  EXPECT_EQ(server.url(), url_);
  EXPECT_EQ(ask(url_), "GOT:Hello");
}

TEST_P(ServerUnix, NeedsNoFileForAnAbstractName) {
  url_ = "unix:@" + path_.string();
  ServerProcess server = serve({url_});
  EXPECT_EQ(ask(url_), "GOT:Hello");
  EXPECT_TRUE(std::filesystem::is_empty(directory_.path()));
  expect_refusal("bind: EADDRINUSE (Address already in use)");
}

TEST_P(ServerUnix, SharesTheSocketBetweenThreads) {
  ServerProcess server = serve({"--threads", "2", url_});
  std::vector<Socket> clients;
  for (int i = 0; i < 50; ++i) clients.push_back(Socket::connect(url_));
  for (Socket& client : clients) client.send_all("Hello");
  for (Socket& client : clients) EXPECT_EQ(client.receive_exactly(9), "GOT:Hello");
  clients.clear();
  EXPECT_EQ(server.stop(), Exit::code(0));
  EXPECT_FALSE(std::filesystem::exists(path_));
}

}  // namespace
}  // namespace programs
