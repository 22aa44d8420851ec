// How echo_server starts, whole or not at all, and how it says so.

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "scheduler/descriptor.h"
#include "tests/programs/echo_server.h"
#include "tests/support/listener.h"
#include "tests/support/process_status.h"
#include "tests/support/socket.h"
#include "tests/support/temporary_directory.h"

namespace programs {
namespace {

using support::Exit;
using support::Finished;
using support::Listener;
using support::ServerProcess;
using support::Socket;
using support::Stream;
using support::TemporaryDirectory;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::MatchesRegex;
using testing::StartsWith;

class ServerStart : public EchoServer {};
INSTANTIATE_TEST_SUITE_P(, ServerStart, both_backends(), name_of_backend);

std::string ask(const std::string& url, const std::string& question) {
  Socket socket = Socket::connect(url);
  socket.send_all(question);
  socket.shutdown_send();
  return socket.receive_until_eof();
}

std::string port_of(const std::string& url) { return url.substr(url.rfind(':') + 1); }

bool is_one_line(const std::string& text) { return text.find('\n') == text.size() - 1; }

TEST_P(ServerStart, SaysReadyForEveryAddressInTheOrderOfTheUrls) {
  for (const char* threads : {"1", "3"}) {
    const TemporaryDirectory directory;
    const std::string path = "unix:" + (directory / "socket").string();
    const std::string name = "unix:@" + (directory / "name").string();
    ServerProcess server = serve({"--threads", threads, path, "tcp://localhost:0", name, "tcp://127.0.0.2:0"}, 5);
    EXPECT_THAT(server.urls(), ElementsAre(path, StartsWith("tcp://127.0.0.1:"), StartsWith("tcp://[::1]:"), name,
                                           StartsWith("tcp://127.0.0.2:")));
    EXPECT_EQ(port_of(server.urls()[1]), port_of(server.urls()[2])) << "one port for all addresses of localhost";
    for (const std::string& url : server.urls()) EXPECT_EQ(ask(url, "Hello"), "GOT:Hello") << url;
    EXPECT_EQ(server.stop(), Exit::code(0));
  }
}

TEST_P(ServerStart, WritesNothingElseToStandardOutput) {
  ServerProcess server = serve({"--log-level", "trace", "tcp://127.0.0.1:0"});
  ask(server.url(), "Hello\nWorld");
  EXPECT_EQ(server.stop(), Exit::code(0));
  const std::string expected =
      "READY {\"url\":\"" + server.url() + "\",\"pid\":" + std::to_string(server.process().pid()) + "}\n";
  EXPECT_EQ(server.process().written(Stream::output), expected);
}

TEST_P(ServerStart, WritesThePortFileWhole) {
  const TemporaryDirectory directory;
  const std::filesystem::path file = directory.write("ports", "of an earlier run");
  ServerProcess server = serve({"--port-file", file, "tcp://localhost:0"}, 2);
  std::string expected;
  for (const std::string& url : server.urls()) {
    expected += "{\"url\":\"" + url + "\",\"pid\":" + std::to_string(server.process().pid()) + "}\n";
  }
  EXPECT_EQ(support::read_file(file), expected);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(directory.path()), std::filesystem::directory_iterator()),
            1)
      << "nothing else is left beside it";
}

TEST_P(ServerStart, WritesThePortFileIntoAFifoAndReplacesItByNothing) {
  const TemporaryDirectory directory;
  const std::filesystem::path fifo = directory / "ports";
  ASSERT_EQ(::mkfifo(fifo.c_str(), 0600), 0);
  const sched::Descriptor reader(::open(fifo.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  ServerProcess server = serve({"--port-file", fifo, "tcp://127.0.0.1:0"});
  std::string text(256, ' ');
  text.resize(static_cast<std::size_t>(std::max<ssize_t>(::read(reader.get(), text.data(), text.size()), 0)));
  EXPECT_THAT(text, HasSubstr(server.url()));
  EXPECT_TRUE(std::filesystem::is_fifo(fifo));
}

TEST_P(ServerStart, WritesThePortFileWhereALinkLeadsToNothingYet) {
  const TemporaryDirectory directory;
  std::filesystem::create_symlink("ports", directory / "link");
  ServerProcess server = serve({"--port-file", directory / "link", "tcp://127.0.0.1:0"});
  EXPECT_THAT(support::read_file(directory / "ports"), HasSubstr(server.url()));
  EXPECT_TRUE(std::filesystem::is_symlink(directory / "link"));
}

TEST_P(ServerStart, DoesNotServeWhenThePortFileCannotBeWritten) {
  const TemporaryDirectory directory;
  for (const char* threads : {"1", "2"}) {
    const Finished finished = support::run(command(
        {"--threads", threads, "--port-file", directory / "missing/ports", "unix:" + (directory / "socket").string()}));
    EXPECT_EQ(finished.exit, Exit::code(3));
    EXPECT_EQ(finished.output, "");
    EXPECT_THAT(finished.error, AllOf(HasSubstr("missing/ports"), HasSubstr("ENOENT (No such file or directory)")));
    EXPECT_TRUE(is_one_line(finished.error)) << finished.error;
    EXPECT_FALSE(std::filesystem::exists(directory / "socket"));
  }
}

TEST_P(ServerStart, RefusesAnAddressInUse) {
  for (const char* first_threads : {"1", "2"}) {
    ServerProcess first = serve({"--threads", first_threads, "tcp://127.0.0.1:0"});
    for (const char* threads : {"1", "2"}) {
      const Finished second = support::run(command({"--threads", threads, first.url()}));
      EXPECT_EQ(second.exit, Exit::code(3)) << first_threads << " and " << threads;
      EXPECT_EQ(second.output, "");
      EXPECT_EQ(second.error,
                "echo_server: cannot listen on " + first.url() + ": bind: EADDRINUSE (Address already in use)\n");
    }
    EXPECT_EQ(ask(first.url(), "Hello"), "GOT:Hello");
  }
}

TEST_P(ServerStart, RefusesOneAddressTwice) {
  ServerProcess other = serve();
  const std::string free = other.url();
  EXPECT_EQ(other.stop(), Exit::code(0));
  for (const char* threads : {"1", "2"}) {
    const Finished finished = support::run(command({"--threads", threads, free, free}));
    EXPECT_EQ(finished.exit, Exit::code(3));
    EXPECT_THAT(finished.error, HasSubstr("EADDRINUSE"));
  }
}

TEST_P(ServerStart, StartsWholeOrNotAtAll) {
  const TemporaryDirectory directory;
  Listener taken;
  const Finished finished = support::run(
      command({"--port-file", directory / "ports", "unix:" + (directory / "one").string(), "tcp://127.0.0.1:0",
               "unix:" + (directory / "two").string(), taken.url(), "tcp://127.0.0.1:0"}));
  EXPECT_EQ(finished.exit, Exit::code(3));
  EXPECT_EQ(finished.output, "");
  EXPECT_THAT(finished.error, AllOf(HasSubstr(taken.url()), HasSubstr("EADDRINUSE")));
  EXPECT_TRUE(std::filesystem::is_empty(directory.path())) << "no socket and no port file is left";
}

TEST_P(ServerStart, NamesTheAddressThatIsNotItsOwn) {
  const Finished finished = support::run(command({"tcp://192.0.2.1:0"}));
  EXPECT_EQ(finished.exit, Exit::code(3));
  EXPECT_EQ(finished.error,
            "echo_server: cannot listen on tcp://192.0.2.1:0: bind: EADDRNOTAVAIL (Cannot assign requested address)\n");
}

TEST_P(ServerStart, CanListenAgainAtOnceWhereAnotherHasJustEnded) {
  ServerProcess first = serve();
  Socket client = Socket::connect(first.url());
  client.send_all("x");
  EXPECT_EQ(client.receive_exactly(5), "GOT:x");
  // The server closes first, and so its end of the connection stays in TIME_WAIT.
  first.process().signal(SIGTERM);
  EXPECT_EQ(client.receive_until_eof(), "");
  client.close();
  EXPECT_EQ(first.process().wait(), Exit::code(0));
  for (const char* threads : {"1", "2"}) {
    ServerProcess second = serve({"--threads", threads, first.url()});
    EXPECT_EQ(ask(second.url(), "Hello"), "GOT:Hello");
    EXPECT_EQ(second.stop(), Exit::code(0));
  }
}

TEST_P(ServerStart, ServesOnAllItsThreads) {
  ServerProcess server = serve({"--threads", "2", "tcp://127.0.0.1:0"});
  std::vector<Socket> clients;
  for (int i = 0; i < 100; ++i) clients.push_back(Socket::connect(server.url()));
  for (Socket& client : clients) client.send_all("Hello\n");
  for (Socket& client : clients) EXPECT_EQ(client.receive_exactly(10), "GOT:Hello\n");
  const std::filesystem::directory_iterator tasks("/proc/" + std::to_string(server.process().pid()) + "/task");
  EXPECT_EQ(std::distance(begin(tasks), end(tasks)), 2 + support::kThreadsOfSanitizer);
}

TEST_P(ServerStart, TakesOptionsFromAFile) {
  const TemporaryDirectory directory;
  const std::filesystem::path file = directory.write("options", "prefix=\"from the file:\"\nlog-level=off\n");
  ServerProcess server = serve({"--config", file, "tcp://127.0.0.1:0"});
  EXPECT_EQ(ask(server.url(), "Hello"), "from the file:Hello");
  EXPECT_EQ(server.stop(), Exit::code(0));
  EXPECT_EQ(server.process().written(Stream::error), "");
}

TEST_P(ServerStart, RefusesAWrongCommandLineOnOneLine) {
  for (const std::vector<std::string>& wrong :
       std::vector<std::vector<std::string>>{{"--bogus"},
                                             {"--threads", "many"},
                                             {"--idle-timeout", "5"},
                                             {"http://localhost:1"},
                                             {"tcp://localhost"},
                                             {"--config", "/nonexistent"},
                                             {"unix:" + std::string(108, 'x')}}) {
    const Finished finished = support::run(command(wrong));
    EXPECT_EQ(finished.exit, Exit::code(2)) << wrong.front();
    EXPECT_EQ(finished.output, "");
    EXPECT_THAT(finished.error, StartsWith("echo_server: "));
    EXPECT_TRUE(is_one_line(finished.error)) << finished.error;
  }
}

TEST_P(ServerStart, HelpsAndTellsItsVersion) {
  const Finished help = support::run(command({"--help"}));
  EXPECT_EQ(help.exit, Exit::code(0));
  EXPECT_THAT(help.output,
              AllOf(HasSubstr("Usage: echo_server"), HasSubstr("--drain-timeout"), HasSubstr("Exit status")));
  const Finished version = support::run(command({"--version"}));
  EXPECT_EQ(version.exit, Exit::code(0));
  EXPECT_THAT(version.output, MatchesRegex("echo_server [0-9]+\\.[0-9]+\\.[0-9]+\n"));
}

}  // namespace
}  // namespace programs
