#include "text/hex.h"

#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace text {
namespace {

using namespace std::string_literals;

TEST(HexDump, IsThatOfHexdump) {
  EXPECT_EQ(hex_dump("GOT:Hello, World\n\0\xff~", 0),
            "00000000  47 4f 54 3a 48 65 6c 6c  6f 2c 20 57 6f 72 6c 64  |GOT:Hello, World|\n"
            "00000010  0a                                                |.|\n");
  EXPECT_EQ(hex_dump("\0\x7f\xff~\x1b"s, 0x1f0),
            "000001f0  00 7f ff 7e 1b                                    |...~.|\n");
}

TEST(HexDump, HasThePrefixInFrontOfEachLine) {
  EXPECT_EQ(hex_dump(std::string(17, 'x'), 0, "< "),
            "< 00000000  78 78 78 78 78 78 78 78  78 78 78 78 78 78 78 78  |xxxxxxxxxxxxxxxx|\n"
            "< 00000010  78                                                |x|\n");
}

TEST(HexDump, ShowsNothingOfNoBytes) { EXPECT_EQ(hex_dump("", 5, "< "), ""); }

TEST(ParseHex, TakesDigitsWithAndWithoutBlanks) {
  EXPECT_EQ(parse_hex("48 65 6C6c\t6f"), "Hello");
  EXPECT_EQ(parse_hex(" 00 ff "), "\0\xff"s);
  EXPECT_EQ(parse_hex(""), "");
}

TEST(ParseHex, SaysWhatIsNoByte) {
  EXPECT_EQ(parse_hex("48 6").error(), "\"6\" is not a byte: write two hexadecimal digits for each");
  EXPECT_EQ(parse_hex("48 xy").error(), "\"xy\" is not a byte: write two hexadecimal digits for each");
  EXPECT_EQ(parse_hex("-1").error(), "\"-1\" is not a byte: write two hexadecimal digits for each");
  EXPECT_EQ(parse_hex("4 8").error(), "\"4 \" is not a byte: write two hexadecimal digits for each");
}

}  // namespace
}  // namespace text
