#include "transports/resolve.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "transports/url.h"

namespace transport {
namespace {

using Family = Resolving::Family;

/// The addresses of `url`, or why there are none.
std::string resolved(std::string_view url, const Resolving& resolving = {}) {
  const Addresses chosen = resolve_blocking(*parse_url(url), resolving);
  if (!chosen) return chosen.error();
  std::string all;
  for (const sched::Address& address : *chosen) all += (all.empty() ? "" : " ") + address.to_string();
  return all;
}

TEST(Resolve, GivesTheAddressesOfBothFamilies) {
  EXPECT_EQ(resolved("tcp://localhost:1"), "127.0.0.1:1 [::1]:1");
  EXPECT_EQ(resolved("tcp://*:1"), "0.0.0.0:1 [::]:1");
}

TEST(Resolve, KeepsTheInterfaceOfAnAddress) {
  EXPECT_EQ(resolved("tcp://[fe80::1]:1?scope=lo"), "[fe80::1%lo]:1");
  EXPECT_EQ(resolved("tcp://[fe80::1]:1?scope=nowhere"), "there is no network interface \"nowhere\"");
}

TEST(Resolve, GivesOnlyTheAddressesOfTheFamilyThatIsWanted) {
  EXPECT_EQ(resolved("tcp://localhost:1", {.family = Family::ip4}), "127.0.0.1:1");
  EXPECT_EQ(resolved("tcp://*:1", {.family = Family::ip6}), "[::]:1");
  EXPECT_EQ(resolved("unix:/a", {.family = Family::ip6}), "/a");
}

TEST(Resolve, SaysThatAHostHasNoAddressOfTheFamily) {
  EXPECT_EQ(resolved("tcp://127.0.0.1:1", {.family = Family::ip6}), "\"127.0.0.1\" has no IPv6 address");
  EXPECT_EQ(resolved("tcp://[::1]:1", {.family = Family::ip4}), "\"::1\" has no IPv4 address");
}

TEST(Resolve, AsksNoResolverWhenItMayNot) {
  EXPECT_EQ(resolved("tcp://localhost:1", {.numeric = true}), "127.0.0.1:1 [::1]:1");
  EXPECT_EQ(resolved("tcp://example.invalid:1", {.numeric = true}),
            "\"example.invalid\" is a name, and names are not to be resolved");
}

}  // namespace
}  // namespace transport
