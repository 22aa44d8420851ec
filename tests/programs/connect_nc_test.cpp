// echo_client connect does byte for byte what nc does with the same letters.

#include <signal.h>
#include <sys/socket.h>

#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "tests/programs/connect.h"
#include "tests/programs/peer.h"
#include "tests/support/listener.h"
#include "tests/support/process.h"
#include "tests/support/server_process.h"
#include "tests/support/socket.h"
#include "tests/support/socket_address.h"
#include "tests/support/temporary_directory.h"

namespace programs {
namespace {

using support::Exit;
using support::Finished;
using support::Listener;
using support::Process;
using support::ServerProcess;
using support::Socket;
using support::Stream;
using support::TemporaryDirectory;

using Words = std::vector<std::string>;

std::string port_of(const std::string& url) { return url.substr(url.rfind(':') + 1); }

/// A port that nobody listens at, and that was free a moment ago.
std::string closed_port() { return port_of(Listener().url()); }

const Words kInputs{"", "no newline", "two\nlines\n", "a\r\nb\n\n\r\nc\r", binary(kMebibyte)};

class ConnectAndNc : public Connect {
 protected:
  support::Command nc(Words more) const {
    more.insert(more.begin(), "nc");
    return {.arguments = std::move(more)};
  }

  /// Both programs with the same words.
  std::vector<support::Command> both(const Words& more) const { return {nc(more), client(more)}; }
};

/// What a program did that listened while a client spoke to it.
struct Heard {
  std::string by_program;
  std::string by_client;
  std::string end;

  bool operator==(const Heard&) const = default;
};

/// Where a program listens, as it says on standard error: nc's words, or a URL.
std::string port_told_by(Process& process) {
  const std::string line =
      process.wait_for_line(Stream::error, [](std::string_view text) { return text.contains("istening "); });
  return line.substr(line.find_last_not_of("0123456789") + 1);
}

Heard speak(Process& process, Socket socket, const std::string& input, const std::string& words) {
  process.write_input(input);
  process.close_input();
  socket.send_all(words);
  socket.shutdown_send();
  Heard heard{.by_program = {}, .by_client = socket.receive_until_eof(), .end = {}};
  socket.close();
  heard.end = testing::PrintToString(process.wait());
  heard.by_program = process.written(Stream::output);
  return heard;
}

TEST_P(ConnectAndNc, SendTheSame) {
  for (const Words& letters : {Words{"-N"}, Words{"-N", "-C"}, Words{"-q", "0"}, Words{"-q", "0", "-C"}}) {
    for (const std::string& input : kInputs) {
      Words heard;
      for (const bool is_client : {false, true}) {
        Peer peer([&](Socket socket) { heard.push_back(socket.receive_until_eof()); });
        Words words = letters;
        words.insert(words.end(), {"127.0.0.1", port_of(peer.url())});
        const Finished finished = support::run(is_client ? client(words) : nc(words), input);
        EXPECT_EQ(finished.exit, Exit::code(0));
        peer.finish();
      }
      EXPECT_TRUE(heard[0] == heard[1]) << letters.back() << ": " << heard[0].size() << " and " << heard[1].size();
    }
  }
}

TEST_P(ConnectAndNc, GetTheSameOverAUnixSocket) {
  const TemporaryDirectory directory;
  const std::string path = directory / "socket";
  ServerProcess server({"unix:" + path});
  for (const std::string& input : kInputs) {
    Words outputs;
    for (support::Command& command : both({"-N", "-U", path})) {
      const Finished finished = support::run(std::move(command), input);
      EXPECT_EQ(finished.exit, Exit::code(0));
      outputs.push_back(finished.output);
    }
    EXPECT_TRUE(outputs[0] == outputs[1]) << outputs[0].size() << " and " << outputs[1].size();
  }
}

TEST_P(ConnectAndNc, ListenForOneConnection) {
  for (const std::string& words : kInputs) {
    std::vector<Heard> heard;
    for (support::Command& command : both({"-l", "-v", "-N", "127.0.0.1", "0"})) {
      Process process(std::move(command));
      Socket socket = Socket::connect("tcp://127.0.0.1:" + port_told_by(process));
      heard.push_back(speak(process, std::move(socket), "input\n", words));
    }
    EXPECT_TRUE(heard[0] == heard[1]) << heard[0].by_program.size() << " and " << heard[1].by_program.size() << ", "
                                      << heard[0].by_client << " and " << heard[1].by_client << ", " << heard[0].end
                                      << " and " << heard[1].end;
    EXPECT_TRUE(heard[0].by_program == words);
  }
}

TEST_P(ConnectAndNc, ListenAtAUnixSocket) {
  const TemporaryDirectory directory;
  std::vector<Heard> heard;
  for (const bool is_client : {false, true}) {
    const std::string path = directory / (is_client ? "client" : "nc");
    const Words words{"-l", "-v", "-N", "-U", path};
    Process process(is_client ? client(words) : nc(words));
    process.wait_for_line(Stream::error, [](std::string_view text) { return text.contains("istening "); });
    heard.push_back(speak(process, Socket::connect("unix:" + path), "input\n", "words\n"));
  }
  EXPECT_EQ(heard[0].by_program, "words\n");
  EXPECT_EQ(heard[0].by_client, "input\n");
  EXPECT_TRUE(heard[0] == heard[1]);
}

TEST_P(ConnectAndNc, KeepOnListening) {
  for (support::Command& command : both({"-l", "-k", "-v", "-N", "127.0.0.1", "0"})) {
    Process process(std::move(command));
    process.close_input();
    const std::string url = "tcp://127.0.0.1:" + port_told_by(process);
    for (const char* words : {"one", "two", "three"}) {
      Socket socket = Socket::connect(url);
      socket.send_all(words);
      process.read_until(Stream::output, words);
      EXPECT_EQ(socket.receive_until_eof(), "");
      socket.close();
    }
    process.signal(SIGTERM);
    process.wait();
    EXPECT_EQ(process.written(Stream::output), "onetwothree");
  }
}

TEST_P(ConnectAndNc, ProbePortsWithTheSameExitCodes) {
  Listener listener;
  const int open = std::stoi(port_of(listener.url()));
  for (const std::string& ports :
       {std::to_string(open), closed_port(), std::to_string(open - 1) + "-" + std::to_string(open),
        std::to_string(open) + "-" + std::to_string(open - 1), std::string("65536"), std::string("0"),
        std::string("5-x")}) {
    const Finished expected = support::run(nc({"-z", "127.0.0.1", ports}));
    const Finished finished = support::run(client({"-z", "127.0.0.1", ports}));
    EXPECT_EQ(finished.exit == Exit::code(0), expected.exit == Exit::code(0)) << ports;
    EXPECT_EQ(finished.output, "");
  }
  EXPECT_EQ(support::run(client({"-z", "127.0.0.1", closed_port()})).exit, Exit::code(1));
}

TEST_P(ConnectAndNc, ConnectFromTheSameAddressAndPort) {
  for (const Words& letters :
       {Words{"-s", "127.0.0.2"}, Words{"-p", closed_port()}, Words{"-s", "127.0.0.3", "-p", closed_port()}}) {
    std::vector<std::string> peers;
    for (const bool is_client : {false, true}) {
      Listener listener;
      Words words = letters;
      words.insert(words.end(), {"-N", "127.0.0.1", port_of(listener.url())});
      Process process(is_client ? client(words) : nc(words));
      const Socket socket = listener.accept();
      peers.push_back(support::SocketAddress::of_peer(socket.fd()).url());
    }
    const bool has_port = letters[letters.size() - 2] == "-p";
    EXPECT_EQ(has_port ? peers[0] : peers[0].substr(0, peers[0].rfind(':')),
              has_port ? peers[1] : peers[1].substr(0, peers[1].rfind(':')));
    EXPECT_EQ(peers[0].contains(letters[1]), true) << peers[0];
  }
}

INSTANTIATE_TEST_SUITE_P(Backends, ConnectAndNc, testing::Values("epoll", "io_uring"),
                         [](const auto& test) { return std::string(test.param); });

}  // namespace
}  // namespace programs
