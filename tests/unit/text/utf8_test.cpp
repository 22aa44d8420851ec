#include "text/utf8.h"

#include <gtest/gtest.h>

namespace text {
namespace {

TEST(FirstCodePoint, ReadsCharactersOfEveryLength) {
  EXPECT_EQ(first_code_point("a").value, U'a');
  EXPECT_EQ(first_code_point("ü").value, U'ü');
  EXPECT_EQ(first_code_point("世").value, U'世');
  EXPECT_EQ(first_code_point("😀").value, U'😀');
  EXPECT_EQ(first_code_point("😀😀").size, 4U);
}

TEST(FirstCodePoint, RefusesWhatIsNotUtf8) {
  for (const char* bytes : {"\x80", "\xc0\x80", "\xe0\x80\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xff", "\xc3"}) {
    EXPECT_EQ(first_code_point(bytes).size, 0U);
  }
}

TEST(IsCutOff, IsTrueOfTheBeginningsOfACharacter) {
  EXPECT_TRUE(is_cut_off("\xf0"));
  EXPECT_TRUE(is_cut_off("\xf0\x9f"));
  EXPECT_TRUE(is_cut_off("\xf0\x9f\x98"));
}

TEST(IsCutOff, IsFalseOfWholeCharactersAndOfWhatCannotBecomeOne) {
  for (const char* bytes : {"a", "ü", "😀", "\x80", "\xff", "\xf0z", "\xf0\x9fz"}) EXPECT_FALSE(is_cut_off(bytes));
}

TEST(IsUtf8, LooksAtEveryByte) {
  for (const char* bytes : {"", "a", "grün 世界 😀"}) EXPECT_TRUE(is_utf8(bytes)) << bytes;
  for (const char* bytes : {"\xff", "grün\xfc", "世\xe4", "a\x80z"}) EXPECT_FALSE(is_utf8(bytes));
}

}  // namespace
}  // namespace text
