#include "client/scenario/encoded_bytes.h"

#include <string>

#include <gtest/gtest.h>

namespace client::scenario {
namespace {

using namespace std::literals;

TEST(DecodeHex, TakesPairsOfDigits) {
  EXPECT_EQ(decode_hex(""), "");
  EXPECT_EQ(decode_hex("474f54"), "GOT");
  EXPECT_EQ(decode_hex("47 4f  54 3A "), "GOT:");
  EXPECT_EQ(decode_hex("00 ff"), "\0\xff"s);
}

TEST(DecodeHex, RefusesWhatIsNone) {
  for (const std::string_view text : {"4"sv, "4 7"sv, "4g"sv, "47:4f"sv, "0x47"sv, "47\0"sv, "47\n"sv, "-1"sv}) {
    const auto decoded = decode_hex(text);
    ASSERT_FALSE(decoded) << text;
    EXPECT_EQ(decoded.error(), "bad hex: a byte is two of the digits 0-9 and a-f, as in \"47 4f 54\"");
  }
}

TEST(DecodeBase64, TakesGroupsOfFour) {
  EXPECT_EQ(decode_base64(""), "");
  EXPECT_EQ(decode_base64("R09UOg=="), "GOT:");
  EXPECT_EQ(decode_base64("R09U"), "GOT");
  EXPECT_EQ(decode_base64("AP8="), "\0\xff"s);
  EXPECT_EQ(decode_base64("R09U\nOg=="), "GOT:");
  const std::string long_text(1000, 'A');
  EXPECT_EQ(decode_base64(long_text), std::string(750, '\0'));
}

TEST(DecodeBase64, RefusesWhatIsNone) {
  for (const std::string_view text : {"R09UO"sv, "R09UOg"sv, "R0_U"sv, "R0-U"sv, "R09U-"sv, "R09U-R09U"sv, "=AAA"sv,
                                      "R09UOg==R09U"sv, "\xff\xff\xff\xff"sv}) {
    EXPECT_FALSE(decode_base64(text)) << text;
  }
}

}  // namespace
}  // namespace client::scenario
