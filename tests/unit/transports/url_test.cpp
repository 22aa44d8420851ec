#include "transports/url.h"

#include <random>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace {

using testing::AllOf;
using testing::HasSubstr;
using transport::parse_url;
using transport::Scheme;
using transport::to_string;
using transport::Url;
using namespace std::string_literals;

std::string error_of(std::string_view text) {
  const auto url = parse_url(text);
  return url ? "parsed as " + to_string(*url) : url.error();
}

std::string canonical(std::string_view text) {
  const auto url = parse_url(text);
  return url ? to_string(*url) : "error: " + url.error();
}

TEST(TcpUrl, HasAHostAndAPort) {
  EXPECT_EQ(parse_url("tcp://localhost:25000"),
            (Url{.scheme = Scheme::tcp, .host = "localhost", .port = 25000, .scope = "", .path = ""}));
}

TEST(TcpUrl, TakesEveryKindOfHost) {
  EXPECT_EQ(parse_url("tcp://127.0.0.1:1")->host, "127.0.0.1");
  EXPECT_EQ(parse_url("tcp://[::1]:1")->host, "::1");
  EXPECT_EQ(parse_url("tcp://*:1")->host, "*");
  EXPECT_EQ(parse_url("tcp://my_host-1.example.:1")->host, "my_host-1.example.");
}

TEST(TcpUrl, TakesPortsFromZeroTo65535) {
  EXPECT_EQ(parse_url("tcp://h:0")->port, 0);
  EXPECT_EQ(parse_url("tcp://h:65535")->port, 65535);
  for (const auto* text : {"tcp://h:65536", "tcp://h:100001", "tcp://h:99999999999999999999"}) {
    EXPECT_THAT(error_of(text), HasSubstr("out of range; ports are 0 to 65535")) << text;
  }
}

TEST(TcpUrl, TakesTheScopeOfAnIpv6Address) {
  const auto url = parse_url("tcp://[fe80::1]:25000?scope=eth0");
  ASSERT_TRUE(url);
  EXPECT_EQ(url->scope, "eth0");
  EXPECT_EQ(to_string(*url), "tcp://[fe80::1]:25000?scope=eth0");
}

TEST(TcpUrl, PrintsOneFormOfWhatIsEqual) {
  EXPECT_EQ(canonical("TCP://LocalHost:080"), "tcp://localhost:80");
  EXPECT_EQ(canonical("tcp://[0:0:0:0:0:0:0:1]:25000"), "tcp://[::1]:25000");
  EXPECT_EQ(canonical("tcp://[FE80:0::1]:25000"), "tcp://[fe80::1]:25000");
  EXPECT_EQ(canonical("tcp://127.0.0.1:25000"), "tcp://127.0.0.1:25000");
  EXPECT_EQ(canonical("tcp://*:0"), "tcp://*:0");
}

TEST(TcpUrl, SaysWhatIsWrongAndWhatToWrite) {
  const std::vector<std::pair<std::string, std::string>> cases{
      {"tcp://localhost", "the port is missing; write tcp://HOST:PORT"},
      {"tcp://localhost:", "the port is missing; write tcp://HOST:PORT"},
      {"tcp://:25000", "the host is missing; write tcp://HOST:PORT"},
      {"tcp://", "the host is missing"},
      {"tcp:", "'//' is missing after 'tcp:'"},
      {"tcp:localhost:25000", "'//' is missing after 'tcp:'"},
      {"tcp://::1:25000", "IPv6 addresses in brackets"},
      {"tcp://[::1", "it ends too early; write IPv6 addresses as tcp://[::1]:25000"},
      {"tcp://[::1:25000", "cannot stand at byte 16; write IPv6 addresses as tcp://[::1]:25000"},
      {"tcp://[::1]x:25000", "'x:25000' cannot follow the port"},
      {"tcp://[v1.a]:25000", "addresses in brackets are IPv6 addresses"},
      {"tcp://[fe80::1%25eth0]:25000",
       "'%' cannot stand at byte 15; write IPv6 addresses as tcp://[::1]:25000, and their interface as ?scope=eth0"},
      {"tcp://exa mple:25000", "' ' cannot stand at byte 10"},
      {"tcp://m\xc3\xbcller:25000", "\\xc3 cannot stand at byte 8"},
      {"tcp://h\n:25000", "\\x0a cannot stand at byte 8"},
      {"tcp://a!b:25000", "the host 'a!b' is no name"},
      {"tcp://**:25000", "the host '**' is no name"},
      {"tcp://h%00:25000", "the host 'h%00' is no name"},
      {"tcp://user@h:25000", "a user has no meaning here"},
      {"tcp://user:secret@h:25000", "a user has no meaning here"},
      {"tcp://h:25000/", "'/' cannot follow the port"},
      {"tcp://h:25000/path", "'/path' cannot follow the port"},
      {"tcp://h:12a", "'a' cannot follow the port"},
      {"tcp://h:-1", "'-1' cannot follow the port"},
      {"tcp://h:25000#part", "'#part' cannot follow the port"},
      {"tcp://[::1]:25000?", "'?' is not known"},
      {"tcp://[::1]:25000?mtu=1", "'?mtu' is not known; only ?scope=INTERFACE can follow the port"},
      {"tcp://[::1]:25000?scope", "the scope '' is no interface"},
      {"tcp://[::1]:25000?scope=a/b", "the scope 'a/b' is no interface"},
      {"tcp://[::1]:25000?scope=a&scope=b", "the scope is given twice"},
      {"tcp://127.0.0.1:25000?scope=eth0", "only an IPv6 address has a scope"},
  };
  for (const auto& [text, message] : cases) EXPECT_THAT(error_of(text), HasSubstr(message)) << text;
}

TEST(UnixUrl, TakesThePathByteForByte) {
  for (const auto* path : {"/run/echo.sock", "relative", "./@file", "/a b", "/100%", "/a%20b", "/a?b#c",
                           "/m\xc3\xbcller", "/a:b", "/a//b", "."}) {
    const auto url = parse_url("unix:" + std::string(path));
    ASSERT_TRUE(url) << path << ": " << url.error();
    EXPECT_EQ(*url, (Url{.scheme = Scheme::unix_stream, .host = "", .port = 0, .scope = "", .path = path}));
    EXPECT_EQ(to_string(*url), "unix:" + std::string(path));
    EXPECT_FALSE(url->is_abstract()) << path;
  }
}

TEST(UnixUrl, MayHaveAnEmptyHost) {
  EXPECT_EQ(canonical("unix:///run/echo.sock"), "unix:/run/echo.sock");
  EXPECT_EQ(canonical("unix:////run/echo.sock"), "unix:/run/echo.sock");
  EXPECT_EQ(canonical("UNIX:/run/echo.sock"), "unix:/run/echo.sock");
}

TEST(UnixUrl, NamesTheAbstractNamespaceWithAnAt) {
  const auto url = parse_url("unix:@echo");
  ASSERT_TRUE(url);
  EXPECT_TRUE(url->is_abstract());
  EXPECT_EQ(to_string(*url), "unix:@echo");
}

TEST(UnixUrl, HoldsAsMuchAsTheKernelTakes) {
  const std::string longest(107, 'x');
  EXPECT_TRUE(parse_url("unix:" + longest));
  EXPECT_TRUE(parse_url("unix:@" + longest.substr(1)));
  EXPECT_THAT(error_of("unix:x" + longest), HasSubstr("the path has 108 bytes; the kernel takes 107 at most"));
  EXPECT_THAT(error_of("unix:@" + longest), HasSubstr("the path has 108 bytes"));
}

TEST(UnixUrl, SaysWhatIsWrongAndWhatToWrite) {
  EXPECT_THAT(error_of("unix:"), HasSubstr("the path is missing; write unix:PATH"));
  EXPECT_THAT(error_of("unix:@"), HasSubstr("the path is missing"));
  EXPECT_THAT(error_of("unix://host/path"), HasSubstr("'//' begins a host, which a path does not have"));
  EXPECT_THAT(error_of("unix://"), HasSubstr("'//' begins a host"));
  EXPECT_THAT(error_of("unix:/a\0b"s), HasSubstr("byte 8 is NUL"));
}

TEST(Url, WithoutAKnownSchemeListsTheSchemes) {
  for (const auto* text : {"", "localhost", "25000", "/run/echo.sock", ":25000", "//localhost:25000", "a b:c"}) {
    EXPECT_EQ(error_of(text), "the scheme is missing; write tcp://HOST:PORT or unix:PATH") << text;
  }
  EXPECT_EQ(error_of("udp://h:53"), "there is no UDP yet; write tcp://HOST:PORT or unix:PATH");
  for (const auto* text : {"sctp://localhost:25000", "localhost:port", "tcp4://h:1"}) {
    EXPECT_THAT(error_of(text), AllOf(HasSubstr("' is not known; write tcp://HOST:PORT or unix:PATH"))) << text;
  }
}

TEST(Url, WithoutASchemeThatIsAHostAndAPortIsWrittenOut) {
  for (const std::string text : {"localhost:6379", "127.0.0.1:80", "[::1]:80"}) {
    EXPECT_EQ(error_of(text), "the scheme is missing; write tcp://" + text);
  }
  EXPECT_EQ(parse_url("unix:80")->path, "80") << "which has one";
}

// Whatever is put in: either an error of one printable line, or a value that survives being printed and read.
TEST(Url, IsPrintedAsWhatIsReadBack) {
  const std::vector<std::string> parts{"tcp",  "unix",      ":",    "//", "/",  "[", "]", "::1", "fe80::1", "?scope=",
                                       "eth0", "?",         "#",    "@",  "*",  "%", " ", "%41", "h",       "25000",
                                       "0",    "127.0.0.1", "\xff", "\n", "-1", "&", "=", "a",   "tcp://",  ":1"};
  std::mt19937 random(5);
  int parsed = 0;
  for (int round = 0; round < 200000; ++round) {
    std::string text = (random() & 1U) == 0 ? "tcp://" : "unix:";
    for (auto count = random() % 6; count > 0; --count) text += parts[random() % parts.size()];
    const auto url = parse_url(text);
    if (url) {
      ++parsed;
      ASSERT_EQ(parse_url(to_string(*url)), *url) << text;
    } else {
      for (const char c : url.error()) ASSERT_TRUE(c >= ' ' && c <= '~') << url.error();
    }
  }
  EXPECT_GT(parsed, 10000);
}

}  // namespace
