#include "client/scenario/framing_reader.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/client/scenario/parsing.h"

namespace client::scenario {
namespace {

using Kind = Framing::Kind;
using testing::ElementsAre;

Framing framing_of(const std::string& value) { return group_of(with_group(R"("framing": )" + value)).framing; }

std::vector<std::string> framing_errors(const std::string& value) {
  return errors_of(with_group(R"("framing": )" + value));
}

TEST(FramingKey, IsAWordOrSaysMore) {
  EXPECT_EQ(framing_of(R"("line")"), Framing{});
  EXPECT_EQ(framing_of(R"("raw")"), (Framing{.kind = Kind::raw}));
  EXPECT_EQ(framing_of(R"({"delimiter": "\u0000"})"),
            (Framing{.kind = Kind::delimiter, .delimiter = std::string(1, '\0')}));
  EXPECT_EQ(framing_of(R"({"fixed": 7})"), (Framing{.kind = Kind::fixed, .size = 7}));
  EXPECT_EQ(framing_of(R"({"length_prefix": {"bytes": 4}})"),
            (Framing{.kind = Kind::length_prefix, .prefix_bytes = 4}));
  EXPECT_EQ(framing_of(R"({"length_prefix": {"bytes": 2, "endian": "little"}})"),
            (Framing{.kind = Kind::length_prefix, .prefix_bytes = 2, .is_little_endian = true}));
}

TEST(FramingKey, LeavesTheEndOfLinesToAKeyOfItsOwn) {
  EXPECT_EQ(group_of(with_group(R"("eol": "crlf", "framing": "line")")).framing.end(), "\r\n");
  EXPECT_EQ(group_of(with_group(R"("framing": "line", "eol": "crlf")")).framing.end(), "\r\n");
}

TEST(FramingKey, SaysWhereTheEndOfLinesIsSaid) {
  EXPECT_THAT(
      framing_errors(R"("crlf")"),
      ElementsAre(testing::EndsWith(R"("framing" says what a frame is; how a line ends is said by "eol": "crlf")")));
  const auto eol_errors = [](const std::string& value) { return errors_of(with_group(R"("eol": )" + value)); };
  EXPECT_THAT(eol_errors(R"("\r\n")"), ElementsAre(testing::EndsWith(R"(has a name here: write "crlf")")));
  EXPECT_THAT(eol_errors(R"("\n")"), ElementsAre(testing::EndsWith(R"(write "lf")")));
  EXPECT_THAT(eol_errors(R"("")"), ElementsAre(testing::EndsWith(R"(write "none")")));
  EXPECT_THAT(eol_errors(R"("CRLF")"), ElementsAre(testing::EndsWith(R"(did you mean "crlf"?)")));
}

TEST(FramingKey, SaysWhatItCanBe) {
  EXPECT_THAT(
      framing_errors("5"),
      ElementsAre(
          R"(1:26-1 /clients/0/framing "framing" must be "line", "raw", or an object with "delimiter", "length_prefix" or "fixed", not 5)"));
  EXPECT_THAT(
      framing_errors("{}"),
      ElementsAre(
          R"(1:26-2 /clients/0/framing a framing has one of the keys "delimiter", "length_prefix" and "fixed")"));
  EXPECT_THAT(
      framing_errors(R"({"fixed": 1, "delimiter": "x"})"),
      ElementsAre(
          R"(1:26-30 /clients/0/framing a framing has one of the keys "delimiter", "length_prefix" and "fixed")"));
  EXPECT_THAT(
      framing_errors(R"({"delimiter": ""})"),
      ElementsAre(R"(1:40-2 /clients/0/framing/delimiter "delimiter" must be a text of at least one byte, not "")"));
  EXPECT_THAT(framing_errors(R"({"length_prefix": {"bytes": 3}})"),
              ElementsAre(R"(1:54-1 /clients/0/framing/length_prefix/bytes "bytes" must be 1, 2, 4 or 8, not 3)"));
  EXPECT_THAT(framing_errors(R"({"length_prefix": {}})"),
              ElementsAre(R"(1:44-2 /clients/0/framing/length_prefix "length_prefix" needs the key "bytes")"));
  EXPECT_THAT(framing_errors(R"({"fixed": 0})"), testing::SizeIs(1));
}

}  // namespace
}  // namespace client::scenario
