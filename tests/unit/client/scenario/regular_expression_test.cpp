#include "client/scenario/regular_expression.h"

#include <chrono>
#include <string>

#include <gtest/gtest.h>

namespace client::scenario {
namespace {

std::optional<Span> search(std::string_view pattern, std::string_view text) {
  return RegularExpression::compile(pattern).value().search(text);
}

std::string error_of(std::string_view pattern) {
  const auto compiled = RegularExpression::compile(pattern);
  return compiled ? "" : compiled.error();
}

TEST(RegularExpression, IsSearchedAnywhere) {
  EXPECT_EQ(search("[0-9]+", "GOT:17!"), (Span{4, 6}));
  EXPECT_EQ(search("^GOT:", "GOT:17"), (Span{0, 4}));
  EXPECT_EQ(search("^17", "GOT:17"), std::nullopt);
  EXPECT_EQ(search("", ""), (Span{0, 0}));
  EXPECT_EQ(search("x*$", "abc"), (Span{3, 3}));
}

TEST(RegularExpression, ComparesCharactersWhereTheTextIsUtf8) {
  EXPECT_EQ(search("^.$", "ü"), (Span{0, 2}));
  EXPECT_EQ(search("[äöü]", "grün"), (Span{2, 4}));
  EXPECT_EQ(search("世", "hello 世界"), (Span{6, 9}));
}

TEST(RegularExpression, ComparesBytesWhereTheTextIsNotUtf8) {
  EXPECT_EQ(search("^..$", "\xff\xfe"), (Span{0, 2}));
  EXPECT_EQ(search("ÿ", "a\xff"), (Span{1, 2}));
  EXPECT_EQ(search(R"(\xff)", "a\xff"), (Span{1, 2}));
  EXPECT_EQ(search("[ä-ü]", "\xff\xe5"), (Span{1, 2}));
  EXPECT_EQ(search("世", "\xff 世"), std::nullopt);
  EXPECT_EQ(search("a|世", "\xff" "a"), std::nullopt);
}

TEST(RegularExpression, FindsAcrossNulAndNewline) {
  EXPECT_EQ(search(R"(a\x00b\n)", std::string_view("a\0b\n", 4)), (Span{0, 4}));
}

TEST(RegularExpression, SaysWhatIsWrong) {
  EXPECT_EQ(error_of("a(b"), "bad regular expression: missing ): a(b");
  EXPECT_EQ(error_of("[z-a]"), "bad regular expression: invalid character class range: z-a");
  EXPECT_EQ(error_of("(?=x)"), "bad regular expression: invalid perl operator: (?=");
  EXPECT_EQ(error_of("\x1b["), "bad regular expression: missing ]: [");
  EXPECT_EQ(error_of("\xff"), "bad regular expression: invalid UTF-8");
}

TEST(RegularExpression, HasALimitedLength) {
  EXPECT_EQ(error_of(std::string(1024, 'a')), "");
  EXPECT_EQ(error_of(std::string(1025, 'a')), "a regular expression has 1024 bytes at most, not 1025");
}

TEST(RegularExpression, HasALimitedSizeOnceCompiled) {
  EXPECT_EQ(error_of("((a{100}){10}){10}"), "bad regular expression: invalid repetition size: {10}");
  EXPECT_EQ(error_of("(\\pL{100}){10}"), "bad regular expression: pattern too large - compile failed");
}

TEST(RegularExpression, TakesLinearTime) {
  const std::string text(std::size_t{1} << 20, 'a');
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_EQ(search("(a+)+$", text + "b"), std::nullopt);
  EXPECT_EQ(search("(a*)*(a*)*b", text), std::nullopt);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(10));
}

}  // namespace
}  // namespace client::scenario
