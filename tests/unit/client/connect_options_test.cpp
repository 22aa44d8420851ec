// The options and the address of echo_client connect.

#include <chrono>
#include <optional>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "client/options.h"
#include "tests/unit/client/command_line.h"

namespace client {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using Family = transport::Resolving::Family;
using Mode = ConnectOptions::Mode;

std::vector<std::string> sources_of(Arguments arguments) {
  std::vector<std::string> sources;
  for (const sched::Address& source : connect(std::move(arguments)).source) sources.push_back(source.to_string());
  return sources;
}

TEST(ConnectOptions, AreWhatNcWouldDoUnlessTheySayMore) {
  const ConnectOptions options = connect({"localhost", "25000", "-N"});
  EXPECT_EQ(options.timeout, std::nullopt);
  EXPECT_EQ(options.quit_after, std::nullopt);
  EXPECT_EQ(options.escape, ConnectOptions::Escape::automatic);
  EXPECT_EQ(options.backend, sched::BackendKind::automatic);
  EXPECT_FALSE(options.verbose);
}

TEST(ConnectOptions, AreRead) {
  const ConnectOptions options = connect(
      {"connect", "-w", "1.5s", "--quit-after", "0s", "--escape", "always", "--backend", "epoll", "-v", "unix:/a"});
  EXPECT_EQ(options.timeout, 1500ms);
  EXPECT_EQ(options.quit_after, 0s);
  EXPECT_EQ(options.escape, ConnectOptions::Escape::always);
  EXPECT_EQ(options.backend, sched::BackendKind::epoll);
  EXPECT_TRUE(options.verbose);
}

TEST(ConnectOptions, TakeIpv6AddressesAsNcDoes) {
  EXPECT_EQ(url_of({"::1", "25000"}), "tcp://[::1]:25000");
  EXPECT_EQ(url_of({"fe80::1%eth0", "25000"}), "tcp://[fe80::1]:25000?scope=eth0");
}

TEST(ConnectOptions, SayWhatIsWrongWithTheAddress) {
  EXPECT_THAT(error_of({"connect"}), HasSubstr("HOST PORT, tcp://HOST:PORT or unix:PATH"));
  EXPECT_THAT(error_of({"connect", "a", "1", "2"}), HasSubstr("HOST PORT, tcp://HOST:PORT or unix:PATH"));
  EXPECT_THAT(error_of({"localhost", "65536"}), HasSubstr("\"tcp://localhost:65536\": the port 65536 is out of range"));
  EXPECT_THAT(error_of({"connect", "/run/echo.sock"}), HasSubstr("write tcp://HOST:PORT or unix:PATH"));
}

TEST(ConnectOptions, RefuseAddressesThatAreForListening) {
  EXPECT_THAT(error_of({"localhost", "0"}), HasSubstr("for listening"));
  EXPECT_THAT(error_of({"tcp://*:25000"}), HasSubstr("for listening"));
}

TEST(ConnectOptions, SayWhatIsWrongWithAValue) {
  EXPECT_THAT(error_of({"a", "1", "-w", "5x"}), HasSubstr("-w,--timeout \"5x\": "));
  EXPECT_THAT(error_of({"a", "1", "-s", "localhost"}), HasSubstr("write an IPv4 or IPv6 address of this machine"));
  EXPECT_THAT(error_of({"a", "1", "-p", "0"}), HasSubstr("write a whole number from 1 to 65535"));
  EXPECT_THAT(error_of({"a", "1", "--escape", "maybe"}), HasSubstr("write auto, always or never"));
  EXPECT_THAT(error_of({"a", "1", "--backend", "kqueue"}), HasSubstr("write auto, epoll or io_uring"));
}

TEST(ConnectOptions, CountNumbersAloneInSecondsAsNcDoes) {
  EXPECT_EQ(connect({"a", "1", "-w", "5"}).timeout, 5s);
  EXPECT_EQ(connect({"a", "1", "-w", "0.5"}).timeout, 500ms);
  EXPECT_EQ(connect({"a", "1", "-q", "0"}).quit_after, 0s);
  EXPECT_EQ(connect({"a", "1", "-q", "-1"}).quit_after, std::nullopt);
}

TEST(ConnectOptions, HaveTheLettersOfNcAndNames) {
  const ConnectOptions letters = connect({"-4nCv", "a", "1"});
  const ConnectOptions names = connect({"--ipv4", "--numeric", "--crlf", "--verbose", "a", "1"});
  for (const ConnectOptions& options : {letters, names}) {
    EXPECT_EQ(options.mode, Mode::talk);
    EXPECT_EQ(options.resolving.family, Family::ip4);
    EXPECT_TRUE(options.resolving.numeric);
    EXPECT_TRUE(options.crlf);
    EXPECT_TRUE(options.verbose);
  }
  EXPECT_EQ(connect({"-6", "a", "1"}).resolving.family, Family::ip6);
  EXPECT_TRUE(connect({"--hex", "a", "1"}).hex);
  EXPECT_TRUE(connect({"--timestamps", "a", "1"}).timestamps);
}

TEST(ConnectOptions, HaveNoDatagrams) { EXPECT_THAT(error_of({"connect", "-u", "a", "1"}), HasSubstr("-u")); }

TEST(ConnectOptions, ListenAtAPortAHostOrAUrl) {
  EXPECT_EQ(url_of({"-l", "0"}), "tcp://*:0");
  EXPECT_EQ(url_of({"-l", "::1", "25000"}), "tcp://[::1]:25000");
  EXPECT_EQ(url_of({"-l", "tcp://localhost:0"}), "tcp://localhost:0");
  EXPECT_EQ(url_of({"-l", "-U", "/a b"}), "unix:/a b");
  EXPECT_EQ(connect({"-l", "0"}).mode, Mode::listen);
  EXPECT_EQ(connect({"--listen", "--keep-open", "0"}).mode, Mode::keep_listen);
  EXPECT_TRUE(connect({"-l", "--echo", "0"}).echo);
}

TEST(ConnectOptions, ListenWhereTheSourceIsAsNcDoes) {
  EXPECT_EQ(url_of({"-l", "-s", "127.0.0.1", "-p", "25000"}), "tcp://127.0.0.1:25000");
  EXPECT_EQ(url_of({"-l", "-p", "25000", "localhost"}), "tcp://localhost:25000");
  EXPECT_THAT(connect({"-l", "-p", "25000"}).source, IsEmpty());
}

TEST(ConnectOptions, ProbeAPortOrARange) {
  EXPECT_EQ(connect({"-z", "a", "20"}).mode, Mode::probe);
  EXPECT_EQ(connect({"-z", "a", "20"}).last_port, 20);
  for (const char* range : {"20-30", "30-20"}) {
    const ConnectOptions options = connect({"--zero", "a", range});
    EXPECT_EQ(options.url.port, 20);
    EXPECT_EQ(options.last_port, 30);
  }
  EXPECT_THAT(error_of({"-z", "a", "20-"}), HasSubstr("20-"));
  EXPECT_THAT(error_of({"-z", "a", "0-20"}), HasSubstr("for listening"));
  EXPECT_THAT(error_of({"connect", "a", "20-30"}), HasSubstr("20-30"));
}

TEST(ConnectOptions, ConnectFromAnAddressAndAPort) {
  EXPECT_THAT(sources_of({"-s", "127.0.0.2", "a", "1"}), ElementsAre("127.0.0.2:0"));
  EXPECT_THAT(sources_of({"-s", "::1", "-p", "9", "a", "1"}), ElementsAre("[::1]:9"));
  EXPECT_THAT(sources_of({"-p", "9", "a", "1"}), ElementsAre("0.0.0.0:9", "[::]:9"));
  EXPECT_EQ(connect({"-s", "127.0.0.2", "a", "1"}).resolving.family, Family::ip4);
  EXPECT_EQ(connect({"-s", "::1", "a", "1"}).resolving.family, Family::ip6);
}

TEST(ConnectOptions, RefuseWhatDoesNotGoTogether) {
  EXPECT_THAT(error_of({"connect", "-k", "a", "1"}), HasSubstr("requires --listen"));
  EXPECT_THAT(error_of({"connect", "--echo", "a", "1"}), HasSubstr("requires --listen"));
  EXPECT_THAT(error_of({"-l", "-z", "1"}), HasSubstr("excludes"));
  EXPECT_THAT(error_of({"-4", "-6", "a", "1"}), HasSubstr("excludes"));
  EXPECT_THAT(error_of({"-l", "--echo", "--hex", "1"}), HasSubstr("excludes"));
  EXPECT_THAT(error_of({"-6", "-s", "127.0.0.1", "a", "1"}), HasSubstr("another family"));
  EXPECT_THAT(error_of({"-U", "-p", "9", "/a"}), HasSubstr("-s and -p are for tcp"));
  EXPECT_THAT(error_of({"-U", "/a", "/b"}), HasSubstr("-U needs the path"));
}

}  // namespace
}  // namespace client
