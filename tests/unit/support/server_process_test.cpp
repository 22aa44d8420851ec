#include "tests/support/server_process.h"

#include <stdexcept>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/socket.h"
#include "tests/support/temporary_directory.h"

namespace support {
namespace {

TEST(ServerProcess, AnswersAtItsUrlAndStops) {
  ServerProcess server;
  Socket client = Socket::connect(server.url());
  client.send_all("Hello\n");
  client.shutdown_send();
  EXPECT_EQ(client.receive_until_eof(), "GOT:Hello\n");
  EXPECT_EQ(server.stop(), Exit::code(0));
}

TEST(ServerProcess, GivesTheUrlsOfAllListenersInTheirOrder) {
  const TemporaryDirectory directory;
  const std::string path = directory / "socket";
  const ServerProcess server({"unix:" + path, "tcp://127.0.0.1:0"}, 2);
  ASSERT_EQ(server.urls().size(), 2);
  EXPECT_EQ(server.urls()[0], "unix:" + path);
  EXPECT_THAT(server.urls()[1], testing::StartsWith("tcp://127.0.0.1:"));
}

TEST(ServerProcess, SaysWhyThereIsNoServer) {
  try {
    const ServerProcess server({"--no-such-option"});
    FAIL() << "nothing was thrown";
  } catch (const std::runtime_error& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr("--no-such-option"));
  }
}

}  // namespace
}  // namespace support
