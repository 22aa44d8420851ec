#include "client/scenario/reader.h"

#include <chrono>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/client/scenario/parsing.h"

namespace client::scenario {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::ElementsAre;

TEST(Values, HaveTheRightType) {
  EXPECT_THAT(
      errors_of(with_group(R"("name": 1, "count": "5", "allow_extra": "yes", "start_after": null)")),
      ElementsAre(
          R"(1:23-1 /clients/0/name "name" must be a string, not 1)",
          R"(1:35-3 /clients/0/count "count" must be a whole number from 1 to 1000000000, not "5")",
          R"(1:55-5 /clients/0/allow_extra "allow_extra" must be true or false, not "yes")",
          R"(1:77-4 /clients/0/start_after "start_after" must be a duration with its unit, as in "250ms", not null)"));
  EXPECT_THAT(errors_of(with_file(R"("tags": "a", "name": ["x"], "defaults": [])")),
              ElementsAre(R"(1:10-3 /tags "tags" must be a list, not "a")",
                          R"(1:23-5 /name "name" must be a string, not a list)",
                          R"(1:42-2 /defaults "defaults" must be an object, not an empty list)"));
  EXPECT_THAT(errors_of(with_file(R"("tags": ["a", 5])")),
              ElementsAre(R"(1:16-1 /tags/1 an element of "tags" must be a string, not 5)"));
}

TEST(Values, AreInTheirRange) {
  for (const std::string number : {"0", "-1", "1.5", "1e3", "1000000001", "18446744073709551617", "-0"}) {
    EXPECT_THAT(errors_of(with_group(R"("count": )" + number)),
                ElementsAre("1:24-" + std::to_string(number.size()) +
                            R"( /clients/0/count "count" must be a whole number from 1 to 1000000000, not )" + number));
  }
  EXPECT_EQ(group_of(with_group(R"("count": 1000000000)")).count, 1000000000U);
}

TEST(Values, AreExactUpTo64Bits) {
  EXPECT_EQ(parsed(with_file(R"("seed": 18446744073709551615)"))->seed, 18446744073709551615U);
  EXPECT_EQ(parsed(with_file(R"("seed": 9007199254740993)"))->seed, 9007199254740993U);
  EXPECT_THAT(
      errors_of(with_file(R"("seed": 18446744073709551616)")),
      ElementsAre(
          R"(1:10-20 /seed "seed" must be a whole number from 0 to 18446744073709551615, not 18446744073709551616)"));
}

TEST(Values, MayBeReferences) {
  const Group group = group_of(R"({"variables": {"n": 5, "yes": true, "pause": "20ms", "size": "1KiB", "mode": "raw"},
      "framing": "${mode}", "defaults": {"timeout": "${pause}", "max_buffer": "${size}"},
      "clients": [{"count": "${n}", "allow_extra": "${yes}", "start_after": "${n}s", "iterations": "${seed}",
                   "steps": [{"close": {}}]}], "seed": 6})");
  EXPECT_EQ(group.framing.kind, Framing::Kind::raw);
  EXPECT_EQ(group.step_timeout, milliseconds(20));
  EXPECT_EQ(group.max_buffer, 1024U);
  EXPECT_EQ(group.count, 5U);
  EXPECT_TRUE(group.allow_extra);
  EXPECT_EQ(group.start_after, seconds(5));
  EXPECT_EQ(group.iterations, 6U);
}

TEST(Values, OfReferencesAreChecked) {
  EXPECT_THAT(
      errors_of(R"({"variables": {"n": "many", "yes": 1, "pause": 5}, "clients": [{
"count": "${n}",
"allow_extra": "${yes}",
"start_after": "${pause}",
"iterations": "${client.index}",
"steps": [{"close": {}}]}]})"),
      ElementsAre(
          R"(2:10-6 /clients/0/count "count" must be a whole number from 1 to 1000000000, not many)",
          R"(3:16-8 /clients/0/allow_extra "allow_extra" must be true or false, not "1")",
          R"(4:16-10 /clients/0/start_after bad duration "5": a duration is a number and a unit (ns, us, ms, s, m or h), as in 250ms or 1.5s)",
          R"(5:16-15 /clients/0/iterations "${client.index}" is not known before the run; here only variables, env:NAME and seed can stand)"));
}

}  // namespace
}  // namespace client::scenario
