#include "text/terminal_filter.h"

#include <gtest/gtest.h>

namespace text {
namespace {

std::string shown(std::string_view bytes) {
  TerminalFilter filter;
  const std::string shown = filter.next(bytes);
  return shown + filter.finish();
}

TEST(TerminalFilter, LeavesTextAndLinesAsTheyAre) {
  const std::string_view text = "Grüße,\t\"世界\" \\ 😀\nsecond\r\nthird";
  EXPECT_EQ(shown(text), text);
}

TEST(TerminalFilter, ShowsWhatWouldControlTheTerminal) {
  EXPECT_EQ(shown("\x1b]0;title\a\x1b[2J\b"), "\\x1b]0;title\\x07\\x1b[2J\\x08");
  EXPECT_EQ(shown("\x9b" "2J \xc2\x9b" "2J"), "\\x9b2J \\xc2\\x9b2J");
}

TEST(TerminalFilter, ShowsACarriageReturnThatWouldOverwriteItsLine) {
  EXPECT_EQ(shown("true\rfalse\r\n\r\r\n\r"), "true\\rfalse\r\n\\r\r\n\\r");
}

TEST(TerminalFilter, ShowsCharactersThatReorderTheText) { EXPECT_EQ(shown("a\u202eb"), "a\\u{202e}b"); }

TEST(TerminalFilter, ShowsAPromptAtOnce) { EXPECT_EQ(TerminalFilter().next("login: "), "login: "); }

TEST(TerminalFilter, HoldsACharacterThatIsCutOffUntilItIsWhole) {
  TerminalFilter filter;
  EXPECT_EQ(filter.next("a\xf0\x9f"), "a");
  EXPECT_EQ(filter.next("\x98"), "");
  EXPECT_EQ(filter.next("\x80z"), "😀z");
  EXPECT_EQ(filter.finish(), "");
}

TEST(TerminalFilter, ShowsTheBytesOfACharacterThatNeverEnds) { EXPECT_EQ(shown("a\xf0\x9f"), "a\\xf0\\x9f"); }

TEST(TerminalFilter, BeginsAnewAfterTheEnd) {
  TerminalFilter filter;
  EXPECT_EQ(filter.next("a\xf0\x9f"), "a");
  EXPECT_EQ(filter.finish(), "\\xf0\\x9f");
  EXPECT_EQ(filter.next("next"), "next");
  EXPECT_EQ(filter.finish(), "");
}

TEST(TerminalFilter, ShowsTheSameHoweverTheStreamIsCut) {
  const std::string_view stream = "a\r\nü\x1b[\r\xf0\x9f😀\xe4\xb8z\xff\r";
  const std::string whole = shown(stream);
  for (std::size_t first = 0; first <= stream.size(); ++first) {
    for (std::size_t second = first; second <= stream.size(); ++second) {
      TerminalFilter filter;
      std::string pieces = filter.next(stream.substr(0, first));
      pieces += filter.next(stream.substr(first, second - first));
      pieces += filter.next(stream.substr(second));
      pieces += filter.finish();
      EXPECT_EQ(pieces, whole) << "cut at " << first << " and " << second;
    }
  }
}

}  // namespace
}  // namespace text
