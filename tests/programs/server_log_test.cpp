// What echo_server logs, and that nothing can make the log stop it.

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <sstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "scheduler/descriptor.h"
#include "tests/programs/echo_server.h"
#include "tests/support/socket.h"
#include "tests/support/socket_address.h"
#include "tests/support/temporary_directory.h"

namespace programs {
namespace {

using support::Exit;
using support::ServerProcess;
using support::Socket;
using support::SocketAddress;
using support::Stream;
using support::TemporaryDirectory;
using testing::HasSubstr;
using testing::StartsWith;

class ServerLog : public EchoServer {};
INSTANTIATE_TEST_SUITE_P(, ServerLog, both_backends(), name_of_backend);

std::string every_byte() {
  std::string bytes;
  for (int value = 0; value < 256; ++value) bytes.push_back(static_cast<char>(value));
  return bytes;
}

void visit(const std::string& url) {
  Socket socket = Socket::connect(url);
  socket.send_all(every_byte());
  socket.shutdown_send();
  EXPECT_THAT(socket.receive_until_eof(), StartsWith("GOT:"));
}

std::string port_of(const Socket& socket) {
  const std::string url = SocketAddress::of_socket(socket.fd()).url();
  return url.substr(url.rfind(':') + 1);
}

std::vector<std::string> lines_of(const std::string& text) {
  std::istringstream stream(text);
  std::vector<std::string> lines;
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

/// A server whose standard error goes where the shell's redirection says.
support::Command redirected(const support::Command& server, const std::string& redirection) {
  std::vector<std::string> words{"sh", "-c", "exec \"$@\" " + redirection, "sh"};
  words.insert(words.end(), server.arguments.begin(), server.arguments.end());
  return {.arguments = std::move(words)};
}

TEST_P(ServerLog, SaysWhoCameAndLeftAsTheOriginDid) {
  ServerProcess server = serve();
  std::string name;
  {
    const Socket client = Socket::connect(server.url());
    name = "('127.0.0.1', " + port_of(client) + ")";
  }
  EXPECT_EQ(server.process().read_until(Stream::error, "Connection closed " + name + "\n"),
            "Connection from " + name + "\nConnection closed " + name + "\n");
}

TEST_P(ServerLog, WritesAJsonObjectALine) {
  ServerProcess server = serve({"--log-format", "json", "--log-level", "trace", "tcp://127.0.0.1:0"});
  visit(server.url());
  EXPECT_EQ(server.stop(), Exit::code(0));
  std::vector<std::string> events;
  for (const std::string& line : lines_of(server.process().written(Stream::error))) {
    events.push_back(nlohmann::json::parse(line).at("event").get<std::string>());
  }
  EXPECT_THAT(events, testing::IsSupersetOf({"connection_opened", "connection_closed", "draining"}));
}

TEST_P(ServerLog, NeverHasAPeersBytesAsTheyCame) {
  for (const char* format : {"text", "json"}) {
    const TemporaryDirectory directory;
    const std::string url = "unix:" + (directory / "socket").string();
    ServerProcess server = serve({"--log-format", format, url});
    // The name of a Unix peer is what it says itself.
    const SocketAddress evil = SocketAddress::of_url("unix:" + (directory / "\n\x1b]0;title\a\xff\"").string());
    sched::Descriptor fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    ASSERT_EQ(::bind(fd.get(), evil.get(), evil.size()), 0);
    const SocketAddress address = SocketAddress::of_url(url);
    ASSERT_EQ(::connect(fd.get(), address.get(), address.size()), 0);
    Socket client(std::move(fd));
    client.send_all(every_byte());
    client.shutdown_send();
    client.receive_until_eof();
    EXPECT_EQ(server.stop(), Exit::code(0));
    const std::string log = server.process().written(Stream::error);
    EXPECT_THAT(log, HasSubstr("x1b]0;title"));
    for (const char byte : log) {
      EXPECT_TRUE(byte == '\n' || (static_cast<unsigned char>(byte) >= ' ' && static_cast<unsigned char>(byte) < 0x7f))
          << log;
    }
    EXPECT_EQ(lines_of(log).size(), 3U) << log;
  }
}

TEST_P(ServerLog, IsThinnedInAFlood) {
  ServerProcess server = serve();
  for (int i = 0; i < 1000; ++i) visit(server.url());
  EXPECT_EQ(server.stop(), Exit::code(0));
  const std::string log = server.process().written(Stream::error);
  EXPECT_THAT(log, HasSubstr(" more \"Connection from\" lines thinned"));
  EXPECT_LT(lines_of(log).size(), 2000U);
}

TEST_P(ServerLog, OfNothingIsEmpty) {
  ServerProcess server = serve({"--log-level", "off", "tcp://127.0.0.1:0"});
  visit(server.url());
  EXPECT_EQ(server.stop(), Exit::code(0));
  EXPECT_EQ(server.process().written(Stream::error), "");
}

TEST_P(ServerLog, OnAFullDiskDoesNotStopTheServer) {
  ServerProcess server(redirected(command({"tcp://127.0.0.1:0"}), "2>/dev/full"));
  for (int i = 0; i < 10; ++i) visit(server.url());
  EXPECT_EQ(server.stop(), Exit::code(0));
}

TEST_P(ServerLog, ThatIsClosedDoesNotStopTheServer) {
  ServerProcess server(redirected(command({"tcp://127.0.0.1:0"}), "2>&-"));
  for (int i = 0; i < 10; ++i) visit(server.url());
  EXPECT_EQ(server.stop(), Exit::code(0));
}

class Fifo {
 public:
  Fifo() {
    EXPECT_EQ(::mkfifo(path().c_str(), 0600), 0);
    fd_ = sched::Descriptor(::open(path().c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC));
  }

  std::string path() const { return directory_ / "fifo"; }
  void fill() const {
    const std::string page(4096, 'x');
    while (::write(fd_.get(), page.data(), page.size()) > 0) continue;
  }
  void close() { fd_.close(); }

 private:
  TemporaryDirectory directory_;
  sched::Descriptor fd_;
};

TEST_P(ServerLog, ThatNobodyReadsDoesNotStopTheServer) {
  const Fifo fifo;
  fifo.fill();
  ServerProcess server(redirected(command({"tcp://127.0.0.1:0"}), "2>" + fifo.path()));
  for (int i = 0; i < 10; ++i) visit(server.url());
  EXPECT_EQ(server.stop(), Exit::code(0));
}

TEST_P(ServerLog, WhoseReaderHasGoneDoesNotStopTheServer) {
  Fifo fifo;
  ServerProcess server(redirected(command({"tcp://127.0.0.1:0"}), "2>" + fifo.path()));
  fifo.close();
  for (int i = 0; i < 10; ++i) visit(server.url());
  EXPECT_EQ(server.stop(), Exit::code(0));
}

}  // namespace
}  // namespace programs
