// echo_server in the framing `chunk` answers what the server answers that it descends from: origin.py, byte for byte.

#include <algorithm>
#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <utility>

#include <gtest/gtest.h>

#include "tests/programs/echo_server.h"
#include "tests/support/process.h"
#include "tests/support/reference_answer.h"
#include "tests/support/server_process.h"
#include "tests/support/socket.h"

namespace programs {
namespace {

using support::Process;
using support::ServerProcess;
using support::Socket;
using support::Stream;

constexpr std::string_view kPrefix = "GOT:";
constexpr size_t kChunk = 1000;

/// Numbers and bytes drawn from a seed.
class Draw {
 public:
  explicit Draw(std::uint32_t seed) : engine_(seed) {}

  size_t number(size_t from, size_t to) { return std::uniform_int_distribution<size_t>(from, to)(engine_); }

  /// Bytes of all values in which the prefix does not occur.
  std::string bytes(size_t size) {
    std::string bytes;
    while (bytes.size() < size) {
      bytes += static_cast<char>(number(0, 255));
      if (bytes.ends_with(kPrefix)) bytes.pop_back();
    }
    return bytes;
  }

 private:
  std::mt19937 engine_;
};

class ServerOrigin : public EchoServer {};
INSTANTIATE_TEST_SUITE_P(, ServerOrigin, both_backends(), name_of_backend);

/// Both servers, and a connection to each.
class Both {
 public:
  explicit Both(support::Command echo_server)
      : origin_({.arguments = {"python3", GOTBACK_SOURCE_DIR "/tests/programs/origin.py", "0"}}),
        echo_server_(std::move(echo_server)),
        origin_url_("tcp://127.0.0.1:" + origin_.wait_for_line(Stream::output, [](auto) { return true; })) {}

  Socket connect_to_origin() const { return Socket::connect(origin_url_); }
  Socket connect_to_echo_server() const { return Socket::connect(echo_server_.url()); }

 private:
  Process origin_;
  ServerProcess echo_server_;
  std::string origin_url_;
};

/// Sends a segment that is one chunk, and gives its answer.
std::string answer_to(Socket& socket, std::string_view segment) {
  socket.send_all(segment);
  return socket.receive_exactly(kPrefix.size() + segment.size());
}

/// Sends all of it and half-closes, and gives all that comes back. What is sent fits in the sockets' buffers, and so
/// does what comes back.
std::string answer_to_stream(Socket& socket, std::string_view stream) {
  socket.send_all(stream);
  socket.shutdown_send();
  return socket.receive_until_eof();
}

TEST_P(ServerOrigin, IsEqualedInEverySegmentThatIsAnsweredBeforeTheNext) {
  const Both both(command({"--framing", "chunk", "tcp://127.0.0.1:0"}));
  for (std::uint32_t seed = 0; seed < 50; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Draw draw(seed);
    Socket origin = both.connect_to_origin();
    Socket echo_server = both.connect_to_echo_server();
    for (size_t left = draw.number(0, 5000); left > 0;) {
      const std::string segment = draw.bytes(draw.number(1, std::min(left, kChunk)));
      left -= segment.size();
      ASSERT_EQ(answer_to(echo_server, segment), answer_to(origin, segment));
    }
    // The last one comes with the end.
    const std::string last = draw.bytes(draw.number(0, kChunk));
    ASSERT_EQ(answer_to_stream(echo_server, last), answer_to_stream(origin, last));
  }
}

TEST_P(ServerOrigin, IsEqualedButForTheCutsInWhatItReceivesAtOnce) {
  const Both both(command({"--framing", "chunk", "tcp://127.0.0.1:0"}));
  for (std::uint32_t seed = 0; seed < 50; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Draw draw(seed);
    const std::string stream = draw.bytes(draw.number(0, 5000));
    Socket origin = both.connect_to_origin();
    Socket echo_server = both.connect_to_echo_server();
    const std::string expected = answer_to_stream(origin, stream);
    const std::string answer = answer_to_stream(echo_server, stream);
    ASSERT_EQ(support::without_prefixes(kPrefix, answer), support::without_prefixes(kPrefix, expected));
    ASSERT_EQ(answer.starts_with(kPrefix), !stream.empty());
    for (const std::string& units : {expected, answer}) ASSERT_LE(support::longest_unit(kPrefix, units), kChunk);
  }
}

}  // namespace
}  // namespace programs
