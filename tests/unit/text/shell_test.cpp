#include "text/shell.h"

#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace text {
namespace {

TEST(ShellWord, LeavesAPlainWordAsItIs) { EXPECT_EQ(shell_word("tcp://[::1]:25000"), "'tcp://[::1]:25000'"); }

TEST(ShellWord, PutsQuotationMarksAroundWhatAShellWouldChange) {
  EXPECT_EQ(shell_word("a-b_c=d+e./f:g,h@i%"), "a-b_c=d+e./f:g,h@i%");
  EXPECT_EQ(shell_word(""), "''");
  EXPECT_EQ(shell_word("it's $HOME; \"`rm`\" \\"), R"('it'\''s $HOME; "`rm`" \')");
  EXPECT_EQ(shell_word("Grüße"), "'Grüße'");
}

TEST(ShellWord, IsOneLineThatDoesNothingToATerminal) {
  EXPECT_EQ(shell_word("a\nb'\\\""), R"($'a\nb\'\\"')");
  EXPECT_EQ(shell_word("\x1b[31m\r"), R"($'\033[31m\015')");
  EXPECT_EQ(shell_word("\xff" "1ü"), R"($'\3771ü')");
  EXPECT_EQ(shell_word("\u202e"), R"($'\342\200\256')");
}

}  // namespace
}  // namespace text
