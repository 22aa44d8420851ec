#include "text/escape.h"

#include <gtest/gtest.h>

namespace text {
namespace {

using namespace std::string_literals;

TEST(Escape, LeavesTextAsItIs) { EXPECT_EQ(escape("Grüße, 世界 😀"), "Grüße, 世界 😀"); }

TEST(Escape, ShowsControlCharactersByName) {
  EXPECT_EQ(escape("a\r\n\tb\0\x1b[31m\x7f"s), "a\\r\\n\\tb\\x00\\x1b[31m\\x7f");
}

TEST(Escape, ShowsTheControlCharactersBetween0x80And0x9fWhetherOrNotTheyAreUtf8) {
  EXPECT_EQ(escape("\x9b" "31m"), "\\x9b31m");
  EXPECT_EQ(escape("\xc2\x9b" "31m"), "\\xc2\\x9b31m");
}

TEST(Escape, ShowsBytesThatAreNotUtf8) {
  EXPECT_EQ(escape("\xff\xc0\x80\xed\xa0\x80\xf4\x90\x80\x80\xe4\xb8"),
            "\\xff\\xc0\\x80\\xed\\xa0\\x80\\xf4\\x90\\x80\\x80\\xe4\\xb8");
}

TEST(Escape, ShowsCharactersThatReorderTheText) { EXPECT_EQ(escape("a\u202eb\u200b"), "a\\u{202e}b\\u{200b}"); }

TEST(Escape, IsNotAmbiguous) { EXPECT_EQ(escape("\\n\""), "\\\\n\\\""); }

TEST(Escape, TellsWhatItCutsOff) { EXPECT_EQ(escape("abcdef", 4), "abcd… (2 bytes more)"); }

TEST(Quote, ClosesBeforeWhatIsTold) {
  EXPECT_EQ(quote("a\n"), "\"a\\n\"");
  EXPECT_EQ(quote("abcdef", 4), "\"abcd\"… (2 bytes more)");
}

/// Whatever the bytes, what comes out is one line of UTF-8 without controls.
TEST(Escape, GivesOneLineWithoutControlsForEveryPairOfBytes) {
  for (int first = 0; first < 256; ++first) {
    for (int second = 0; second < 256; ++second) {
      const std::string bytes{static_cast<char>(first), static_cast<char>(second)};
      for (const char byte : escape(bytes)) {
        const auto value = static_cast<unsigned char>(byte);
        ASSERT_TRUE(value >= 0x20 && value != 0x7f) << first << ' ' << second;
      }
    }
  }
}

}  // namespace
}  // namespace text
