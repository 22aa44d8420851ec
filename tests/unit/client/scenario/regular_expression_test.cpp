#include "client/scenario/regular_expression.h"

#include <chrono>
#include <string>

#include <gmock/gmock.h>
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
  EXPECT_EQ(error_of("((a{100}){10}){10}"),
            "bad regular expression: invalid repetition size: {10}, 1000 repetitions are the most");
  EXPECT_EQ(error_of("(\\pL{100}){10}"), "bad regular expression: pattern too large - compile failed");
}

TEST(RegularExpression, TakesLinearTime) {
  const std::string text(std::size_t{1} << 20, 'a');
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_EQ(search("(a+)+$", text + "b"), std::nullopt);
  EXPECT_EQ(search("(a*)*(a*)*b", text), std::nullopt);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(10));
}

TEST(RegularExpression, IsFoundInAStreamWhereItFirstEnds) {
  const auto in_stream = [](std::string_view pattern, std::string_view text) {
    return RegularExpression::compile(pattern).value().first_in_stream(text);
  };
  EXPECT_EQ(in_stream("[0-9]+", "a123"), (Span{1, 2}));
  EXPECT_EQ(in_stream("[0-9]+;", "a123;4;"), (Span{1, 5}));
  EXPECT_EQ(in_stream("", "abc"), (Span{0, 0}));
  EXPECT_EQ(in_stream("x", "abc"), std::nullopt);
  EXPECT_EQ(in_stream("é", "caf\xc3\xa9"), (Span{3, 5}));
  EXPECT_EQ(in_stream("b", "\xff\xc3" "b"), (Span{2, 3})) << "bytes that are no UTF-8 are in nobody's way";
}

TEST(RegularExpression, TellsWhetherItLooksBehindItsEnd) {
  for (const char* pattern : {"a$", R"(a\z)", R"(\ba)", R"(a\B)", "(a$|b)", R"(\\$)", "[]a]$"}) {
    EXPECT_TRUE(RegularExpression::compile(pattern).value().looks_behind_its_end()) << pattern;
  }
  for (const char* pattern : {"^a", R"(\$)", "[$]", "[]$]", "[^]$]", R"([\]$])", R"(\\b)", R"(\Aa\d)"}) {
    EXPECT_FALSE(RegularExpression::compile(pattern).value().looks_behind_its_end()) << pattern;
  }
}

TEST(RegularExpression, GivesWhatItsGroupsStandFor) {
  const auto pattern = RegularExpression::compile("(?P<key>[a-z]+)=(?P<value>[0-9]*)").value();
  EXPECT_THAT(pattern.group_names(), testing::ElementsAre("key", "value"));
  EXPECT_EQ(pattern.group("?a=17", "value"), "17");
  EXPECT_EQ(pattern.group("?a=", "value"), "");
  EXPECT_EQ(pattern.group("?a=17", ""), "a") << "the first one";
  EXPECT_EQ(pattern.group("17", "key"), std::nullopt);
  EXPECT_EQ(RegularExpression::compile("[0-9]+").value().group("a17", ""), "17") << "all where there is none";
  EXPECT_EQ(RegularExpression::compile("(?P<b>.)$").value().group("\xff\xfe", "b"), "\xfe");
}

}  // namespace
}  // namespace client::scenario
