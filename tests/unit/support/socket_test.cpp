#include "tests/support/socket.h"

#include <linux/sockios.h>
#include <sys/ioctl.h>

#include <cerrno>
#include <functional>
#include <stdexcept>
#include <system_error>

#include <gtest/gtest.h>

#include "tests/support/listener.h"
#include "tests/support/socket_address.h"
#include "tests/support/temporary_directory.h"

namespace support {
namespace {

int errno_thrown_by(const std::function<void()>& call) {
  try {
    call();
  } catch (const std::system_error& error) {
    return error.code().value();
  }
  return 0;
}

struct Pair {
  explicit Pair(std::string_view url = "tcp://127.0.0.1:0") : listener(url) {}
  Listener listener;
  Socket client = Socket::connect(listener.url());
  Socket server = listener.accept();
};

TEST(Socket, CarriesBytesBothWaysOverTcp) {
  Pair pair;
  pair.client.send_all(std::string_view("a\0b", 3));
  EXPECT_EQ(pair.server.receive_exactly(3), std::string_view("a\0b", 3));
  pair.server.send_all("answer");
  EXPECT_EQ(pair.client.receive_exactly(6), "answer");
}

TEST(Socket, CarriesBytesOverIpv6) {
  Pair pair("tcp://[::1]:0");
  EXPECT_TRUE(pair.listener.url().starts_with("tcp://[::1]:"));
  pair.client.send_all("x");
  EXPECT_EQ(pair.server.receive_some(), "x");
}

TEST(Socket, CarriesBytesOverAUnixSocketFile) {
  const TemporaryDirectory directory;
  const std::string url = "unix:" + (directory / "socket").string();
  Pair pair(url);
  EXPECT_EQ(pair.listener.url(), url);
  pair.client.send_all("x");
  EXPECT_EQ(pair.server.receive_some(), "x");
}

TEST(Socket, CarriesBytesOverAnAbstractUnixSocket) {
  const TemporaryDirectory unique;
  const std::string url = "unix:@" + unique.path().filename().string();
  Pair pair(url);
  EXPECT_EQ(pair.listener.url(), url);
  pair.client.send_all("x");
  EXPECT_EQ(pair.server.receive_some(), "x");
}

TEST(Socket, AHalfCloseEndsOneDirectionOnly) {
  Pair pair;
  pair.client.shutdown_send();
  EXPECT_EQ(pair.server.receive_some(), "");
  pair.server.send_all("still");
  pair.server.close();
  EXPECT_EQ(pair.client.receive_until_eof(), "still");
}

TEST(Socket, AResetIsToldFromAnEnd) {
  Pair pair;
  pair.client.reset();
  EXPECT_EQ(errno_thrown_by([&] { pair.server.receive_some(); }), ECONNRESET);
}

TEST(Socket, AConnectionToAClosedListenerIsRefused) {
  Listener listener;
  listener.close();
  EXPECT_EQ(errno_thrown_by([&] { Socket::connect(listener.url()); }), ECONNREFUSED);
}

TEST(Socket, TrySendEndsWhenTheKernelTakesNoMore) {
  Pair pair;
  const std::string block(1'000'000, 'x');
  size_t sent = 0;
  while (const size_t count = pair.client.try_send(block)) sent += count;
  EXPECT_GT(sent, 0);
  pair.client.shutdown_send();
  EXPECT_EQ(pair.server.receive_until_eof().size(), sent);
}

TEST(Socket, AStreamThatEndsTooSoonIsAnError) {
  Pair pair;
  pair.server.send_all("ab");
  pair.server.close();
  EXPECT_THROW(pair.client.receive_exactly(3), std::runtime_error);
}

TEST(SocketAddress, OtherUrlsAreRefused) {
  for (const char* url : {"", "tcp://", "tcp://127.0.0.1", "tcp://localhost:1", "http://127.0.0.1:1", "unix:"}) {
    EXPECT_THROW(SocketAddress::of_url(url), std::invalid_argument) << url;
  }
  EXPECT_THROW(SocketAddress::of_url("unix:" + std::string(108, 'x')), std::invalid_argument);
}

TEST(Socket, WaitsUntilWhatItSentHasArrived) {
  const Listener listener;
  Socket client = Socket::connect(listener.url());
  client.send_all("Hello");
  client.wait_until_arrived();
  int unacknowledged = -1;
  ASSERT_EQ(::ioctl(client.fd(), SIOCOUTQ, &unacknowledged), 0);
  EXPECT_EQ(unacknowledged, 0) << "though nobody has accepted or read";
}

}  // namespace
}  // namespace support
