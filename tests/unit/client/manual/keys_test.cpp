#include "client/manual/keys.h"

#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace client::manual {
namespace {

using namespace std::string_view_literals;

TEST(Keys, AreCharacters) {
  EXPECT_EQ(first_key("ab"), 1);
  EXPECT_EQ(first_key("\r\n"), 1);
  EXPECT_EQ(first_key("\0a"sv), 1);
  EXPECT_EQ(first_key("üb"), 2);
  EXPECT_EQ(first_key("😀"), 4);
}

TEST(Keys, AreBytesThatBelongToNoCharacter) {
  EXPECT_EQ(first_key("\xff" "a"), 1);
  EXPECT_EQ(first_key("\xc3" "a"), 1);
}

TEST(Keys, AreSequencesThatBeginWithEscape) {
  EXPECT_EQ(first_key("\x1b[Aa"), 3);
  EXPECT_EQ(first_key("\x1b[1;5Ca"), 6);
  EXPECT_EQ(first_key("\x1b[200~a"), 6);
  EXPECT_EQ(first_key("\x1bOPa"), 3);
  EXPECT_EQ(first_key("\x1b" "fa"), 2);
}

TEST(Keys, TakeTheNextOneWithThem) {
  EXPECT_EQ(first_key("\x16\x1b[A"), 4);
  EXPECT_EQ(first_key("\x18\x18"), 0);
  EXPECT_EQ(first_key("\x18\x12"), 2);
}

TEST(Keys, AreWaitedForUntilTheyAreWhole) {
  for (const std::string_view part : {"\x1b"sv, "\x1b["sv, "\x1b[1;"sv, "\x1bO"sv, "\x16"sv, "\x18"sv, "\xc3"sv,
                                      "\xf0\x9f\x98"sv, "\x16\x1b["sv, "\x1b\x1b"sv}) {
    EXPECT_EQ(first_key(part), 0) << testing::PrintToString(part);
  }
}

TEST(Keys, AreNotWaitedForForEver) { EXPECT_EQ(first_key("\x1b[" + std::string(100, '1')), 1); }

TEST(PlainText, EndsWhereAKeyDoesSomethingElse) {
  EXPECT_EQ(plain_text("a\tü\nb"), 4);
  EXPECT_EQ(plain_text("a\x1b[A"), 1);
  EXPECT_EQ(plain_text("a\x7f"), 1);
  EXPECT_EQ(plain_text("a\xff"), 1);
  EXPECT_EQ(plain_text("a\xc3"), 1);
  EXPECT_EQ(plain_text("a\u0085"), 1);
  EXPECT_EQ(plain_text(""), 0);
}

TEST(Keys, ComeBackFromWideCharactersAsTheyWere) {
  EXPECT_EQ(widen("aü😀"), L"a\u00fc\U0001f600");
  for (const std::string_view bytes : {"aß€😀"sv, "\xff\x80"sv, "a\xc3"sv, "\0a"sv, "\xed\xb2\x80"sv, "\x7f\x1b"sv}) {
    EXPECT_EQ(narrow(widen(bytes)), bytes);
  }
}

}  // namespace
}  // namespace client::manual
