#include "client/scenario/decimal.h"

#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

namespace client::scenario {
namespace {

Decimal decimal(std::string_view text) { return Decimal::parse(text).value(); }

TEST(Decimal, TakesDecimalNumbersAndNothingElse) {
  for (const char* number : {"0", "-0", "-12", "0.5", "1e3", "1E+3", "-1E-3", "18446744073709551615"}) {
    EXPECT_TRUE(Decimal::parse(number)) << number;
  }
  for (const char* other : {"",    "-",    "--1", "+1", "1 ", " 1", "1e",  "1e+",   "0x2",   "inf",         "-inf",
                            "nan", "-nan", "e3",  ".",  ".5", "5.", "-1.", "1.2.3", "1e2.5", "1e1234567890"}) {
    EXPECT_FALSE(Decimal::parse(other)) << other;
  }
}

TEST(Decimal, ReadsNothingBehindTheText) {
  for (const std::string_view text : {"n", "i", "-n", "-i", "nan", "-inf", "nan(", "1", "1e", "-"}) {
    const std::vector<char> exactly(text.begin(), text.end());  // AddressSanitizer sees what is read behind it.
    EXPECT_EQ(Decimal::parse({exactly.data(), exactly.size()}).has_value(), text == "1") << text;
  }
}

TEST(Decimal, IsComparedExactlyWhateverItsLength) {
  const std::vector<std::string> ascending{"-1e30",
                                           "-100000000000000000001",
                                           "-100000000000000000000",
                                           "-2",
                                           "-1.5",
                                           "-0.1",
                                           "0",
                                           "1e-999999999",
                                           "0.1",
                                           "0.10000000000000000000000000000000001",
                                           "1",
                                           "18446744073709551615",
                                           "18446744073709551616",
                                           "99999999999999999999999999999999999998",
                                           "99999999999999999999999999999999999999",
                                           "1e999999999"};
  for (std::size_t i = 0; i < ascending.size(); ++i) {
    for (std::size_t j = 0; j < ascending.size(); ++j) {
      EXPECT_EQ(decimal(ascending[i]) <=> decimal(ascending[j]), i <=> j) << ascending[i] << " and " << ascending[j];
    }
  }
}

TEST(Decimal, IsANumberHoweverItIsWritten) {
  for (const auto& [one, other] : std::vector<std::pair<const char*, const char*>>{
           {"0", "-0.00"}, {"5", "5.0"}, {"05", "5"}, {"1e3", "1000"}, {"0.001", "1e-3"}, {"120", "12e1"}}) {
    EXPECT_EQ(decimal(one), decimal(other)) << one << " and " << other;
  }
}

TEST(Decimal, KnowsWhetherItIsWhole) {
  for (const char* whole : {"0", "5", "5.0", "1e3", "1.5e1", "100000000000000000000"}) {
    EXPECT_TRUE(decimal(whole).is_whole()) << whole;
  }
  for (const char* other : {"-1", "0.5", "1e-1", "1.55e1"}) EXPECT_FALSE(decimal(other).is_whole()) << other;
}

TEST(Decimal, GivesTheNearestDouble) {
  EXPECT_EQ(decimal("-12.5").to_double(), -12.5);
  EXPECT_EQ(decimal("0").to_double(), 0);
  EXPECT_EQ(decimal("1e999999999").to_double(), std::numeric_limits<double>::infinity());
}

}  // namespace
}  // namespace client::scenario
