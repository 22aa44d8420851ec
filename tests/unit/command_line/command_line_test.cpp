#include "command_line/command_line.h"

#include <cstdint>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace command_line {
namespace {

using testing::ElementsAre;

TEST(ForCli11, GivesTheWordsFromTheBack) {
  EXPECT_THAT(for_cli11({"--prefix", "a", "url"}), ElementsAre("url", "a", "--prefix"));
  EXPECT_THAT(for_cli11({}), ElementsAre());
}

TEST(ForCli11, MakesAWordOfAValueThatIsEmpty) {
  EXPECT_THAT(for_cli11({"--prefix=", "--var=name=", "x="}), ElementsAre("x=", "--var=name=", "", "--prefix"));
}

TEST(ForCli11, LeavesAloneWhatStandsBehindTheEndOfOptions) {
  EXPECT_THAT(for_cli11({"a", "--", "--prefix=", "--", "b"}), ElementsAre("b", "--", "--prefix=", "--", "a"));
}

/// An app with --text, which takes a value, and --flag; each word as option=value@number.
std::vector<std::string> given(const Words& arguments) {
  CLI::App app;
  std::string value;
  bool flag = false;
  app.add_option("--text,-t", value);
  app.add_flag("--flag", flag);
  std::vector<std::string> all;
  for (const Given& one : given_in(app, arguments)) {
    all.push_back(one.option + "=" + one.value + "@" + std::to_string(one.word));
  }
  return all;
}

TEST(Given, IsEachOptionWithItsValueInTheirOrder) {
  EXPECT_THAT(given({"a", "--text", "b", "--flag", "--text=c", "-t", "d", "e"}),
              ElementsAre("=a@0", "--text=b@2", "--flag=@3", "--text=c@4", "-t=d@6", "=e@7"));
}

TEST(Given, HasValuesThatLookLikeOptionsOrAreEmpty) {
  EXPECT_THAT(given({"--text", "--flag", "--text", "", "--text=", "--text==x=", "-"}),
              ElementsAre("--text=--flag@1", "--text=@3", "--text=@4", "--text==x=@5", "=-@6"));
  EXPECT_THAT(given({"--text"}), ElementsAre("--text=@0"));
}

TEST(Given, AreWordsBehindTheEndOfOptions) {
  EXPECT_THAT(given({"--", "--text", "--"}), ElementsAre("=--text@1", "=--@2"));
}

TEST(ParseNumber, IsWithinItsRangeAndNothingElse) {
  constexpr auto kParse = parse_number<std::uint16_t, 1, 9>;
  EXPECT_EQ(kParse("1"), 1);
  EXPECT_EQ(kParse("9"), 9);
  for (const char* text : {"0", "10", "65537", "-1", "+1", "1 ", " 1", "1.0", "0x1", ""}) {
    const auto number = kParse(text);
    ASSERT_FALSE(number) << text;
    EXPECT_EQ(number.error(), "write a whole number from 1 to 9");
  }
}

TEST(Choice, IsOneOfItsWords) {
  const Choice<int> choice({{"one", 1}, {"two", 2}, {"three", 3}});
  EXPECT_EQ(choice("two"), 2);
  for (const char* text : {"", "tw", "two ", "TWO"}) EXPECT_EQ(choice(text).error(), "write one, two or three") << text;
}

}  // namespace
}  // namespace command_line
