#include "scheduler/address.h"

#include <string>

#include <gtest/gtest.h>

namespace sched {
namespace {

TEST(Address, OfFourBytesPrintsWithItsPort) {
  const Address address = *Address::ip("127.0.0.1", 25000);
  EXPECT_TRUE(address.is_ip());
  EXPECT_FALSE(address.is_unix());
  EXPECT_EQ(address.family(), AF_INET);
  EXPECT_EQ(address.port(), 25000);
  EXPECT_EQ(address.host(), "127.0.0.1");
  EXPECT_EQ(address.to_string(), "127.0.0.1:25000");
}

TEST(Address, OfSixteenBytesPrintsInBrackets) {
  const Address address = *Address::ip("0:0::1", 80);
  EXPECT_EQ(address.family(), AF_INET6);
  EXPECT_EQ(address.host(), "::1");
  EXPECT_EQ(address.to_string(), "[::1]:80");
}

TEST(Address, KeepsTheScopeOfALinkLocalAddress) {
  const auto address = Address::ip("fe80::1%lo", 7);
  ASSERT_TRUE(address.has_value());
  EXPECT_EQ(address->to_string(), "[fe80::1%lo]:7");
}

TEST(Address, IsNothingWhereTheTextIsNone) {
  for (const char* text : {"", "localhost", "127.0.0", "127.0.0.256", "1.2.3.4.5", "::g", "[::1]", "fe80::1%nowhere",
                           "127.0.0.1 ", "0x7f.0.0.1", "1.2.3.4%lo"}) {
    EXPECT_FALSE(Address::ip(text, 1).has_value()) << text;
  }
}

TEST(Address, WithAnotherPortIsTheSameHost) {
  EXPECT_EQ(Address::ip("::1", 1)->with_port(2), *Address::ip("::1", 2));
  EXPECT_EQ(Address::ip("10.0.0.1", 1)->with_port(65535).port(), 65535);
}

TEST(Address, OfAPathPrintsIt) {
  const Address address = *Address::unix_path("/run/a");
  EXPECT_TRUE(address.is_unix());
  EXPECT_EQ(address.port(), 0);
  EXPECT_EQ(address.host(), "/run/a");
  EXPECT_EQ(address.to_string(), "/run/a");
  EXPECT_EQ(address.size(), offsetof(sockaddr_un, sun_path) + 7);
}

TEST(Address, OfAnAbstractNamePrintsItBehindAnAt) {
  const Address address = *Address::unix_path("@name");
  EXPECT_EQ(address.to_string(), "@name");
  EXPECT_EQ(address.data()->sa_data[0], '\0');
  EXPECT_EQ(address.size(), offsetof(sockaddr_un, sun_path) + 5);
}

TEST(Address, TakesThePathsThatASocketTakes) {
  EXPECT_TRUE(Address::unix_path(std::string(107, 'p')).has_value());
  EXPECT_EQ(Address::unix_path(std::string(107, 'p'))->host(), std::string(107, 'p'));
  EXPECT_FALSE(Address::unix_path(std::string(108, 'p')).has_value());
  EXPECT_FALSE(Address::unix_path("").has_value());
}

TEST(Address, OfNothingIsOfNoFamily) {
  const Address address;
  EXPECT_EQ(address.family(), AF_UNSPEC);
  EXPECT_FALSE(address.is_ip());
  EXPECT_FALSE(address.is_unix());
  EXPECT_EQ(address.to_string(), "");
}

TEST(Address, OfAnUnnamedUnixSocketHasNoHost) {
  const sockaddr unnamed{.sa_family = AF_UNIX, .sa_data = {}};
  const Address address(&unnamed, sizeof(sa_family_t));
  EXPECT_TRUE(address.is_unix());
  EXPECT_EQ(address.host(), "");
}

TEST(Address, IsAValueThatCanBeComparedAndOrdered) {
  const Address first = *Address::ip("127.0.0.1", 1);
  EXPECT_EQ(first, *Address::ip("127.0.0.1", 1));
  EXPECT_NE(first, *Address::ip("127.0.0.1", 2));
  EXPECT_NE(first, *Address::ip("127.0.0.2", 1));
  EXPECT_NE(*Address::unix_path("/a"), *Address::unix_path("@a"));
  EXPECT_NE(*Address::unix_path("/a"), *Address::unix_path("/ab"));
  EXPECT_FALSE(first < first);
  EXPECT_NE(first < *Address::ip("127.0.0.2", 1), *Address::ip("127.0.0.2", 1) < first);
}

TEST(Address, SurvivesTheWayThroughTheKernelsForm) {
  for (const Address& address : {*Address::ip("1.2.3.4", 5), *Address::ip("2001:db8::1", 6), *Address::unix_path("/x"),
                                 *Address::unix_path("@x")}) {
    EXPECT_EQ(Address(address.data(), address.size()), address);
  }
}

TEST(AddressDeathTest, ThatIsLongerThanAnyIsAProgrammersError) {
  const sockaddr_storage storage{};
  EXPECT_DEATH(Address(reinterpret_cast<const sockaddr*>(&storage), sizeof storage), "longer than any");
  EXPECT_DEATH(Address().with_port(1), "only an IP address has a port");
}

}  // namespace
}  // namespace sched
