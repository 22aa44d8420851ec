#include "text/suggestion.h"

#include <array>
#include <string>

#include <gtest/gtest.h>

namespace text {
namespace {

constexpr std::array<std::string_view, 6> kKnown{"name", "count", "steps", "expect", "expect_close", "eol"};

TEST(DidYouMean, ForgivesAFewLetters) {
  EXPECT_EQ(did_you_mean("exepct", kKnown), ", did you mean \"expect\"?");
  EXPECT_EQ(did_you_mean("expct", kKnown), ", did you mean \"expect\"?");
  EXPECT_EQ(did_you_mean("expects", kKnown), ", did you mean \"expect\"?");
  EXPECT_EQ(did_you_mean("Count", kKnown), ", did you mean \"count\"?");
  EXPECT_EQ(did_you_mean("expectclose", kKnown), ", did you mean \"expect_close\"?");
  EXPECT_EQ(did_you_mean("elo", kKnown), ", did you mean \"eol\"?");
}

TEST(DidYouMean, ForgivesCapitalLettersInWordsOfAnyLength) {
  constexpr std::array<std::string_view, 2> kShort{"n", "m"};
  EXPECT_EQ(did_you_mean("N", kShort), ", did you mean \"n\"?");
  EXPECT_EQ(did_you_mean("EXPECT_CLOSE", kKnown), ", did you mean \"expect_close\"?");
}

TEST(DidYouMean, TakesTheNearest) { EXPECT_EQ(did_you_mean("nme", kKnown), ", did you mean \"name\"?"); }

TEST(DidYouMean, DoesNotGuessWildly) {
  for (const std::string word : {"", "x", "target", "zzz", "a much longer key than any"}) {
    EXPECT_EQ(did_you_mean(word, kKnown), "") << word;
  }
  EXPECT_EQ(did_you_mean(std::string(1 << 20, 'e'), kKnown), "");
  EXPECT_EQ(did_you_mean("name", {}), "");
}

}  // namespace
}  // namespace text
