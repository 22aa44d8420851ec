#include "text/units.h"

#include <cstdint>
#include <limits>

#include <gtest/gtest.h>

namespace text {
namespace {

using namespace std::chrono_literals;

TEST(ParseDuration, TakesANumberAndAUnit) {
  EXPECT_EQ(parse_duration("7ns"), 7ns);
  EXPECT_EQ(parse_duration("250us"), 250us);
  EXPECT_EQ(parse_duration("250ms"), 250ms);
  EXPECT_EQ(parse_duration("1.5s"), 1500ms);
  EXPECT_EQ(parse_duration("2m"), 2min);
  EXPECT_EQ(parse_duration("876000h"), 876000h);
  EXPECT_EQ(parse_duration("0s"), 0ns);
}

TEST(ParseDuration, RefusesWhatHasNoUnitOrIsNoDuration) {
  for (const char* bad : {"", "5", "s", "-1s", "5 s", "5sec", "1e3s", "nan s", "inf", "0x5s", "5ss", "+5s", "1,5s"}) {
    EXPECT_FALSE(parse_duration(bad)) << bad;
  }
  EXPECT_EQ(parse_duration("5").error(),
            "a duration is a number and a unit (ns, us, ms, s, m or h), as in 250ms or 1.5s");
}

TEST(ParseDuration, RefusesMoreThanAHundredYears) {
  EXPECT_EQ(parse_duration("876001h").error(), "a duration is at most 100 years (876000h)");
}

TEST(ExactDuration, IsTheSameWhenItIsParsed) {
  EXPECT_EQ(exact_duration(0ns), "0s");
  EXPECT_EQ(exact_duration(90s), "90s");
  EXPECT_EQ(exact_duration(120s), "2m");
  EXPECT_EQ(exact_duration(7200s), "2h");
  EXPECT_EQ(exact_duration(1234567us), "1234567us");
  EXPECT_EQ(exact_duration(1500ms), "1500ms");
  EXPECT_EQ(exact_duration(1001ns), "1001ns");
  for (const auto duration : {1ns, 1001ns, 59'999'999'999ns})
    EXPECT_EQ(parse_duration(exact_duration(duration)), duration);
}

TEST(ParseSize, TakesBytesAndBothFamiliesOfUnits) {
  EXPECT_EQ(parse_size("512"), 512U);
  EXPECT_EQ(parse_size("512B"), 512U);
  EXPECT_EQ(parse_size("64KiB"), 65536U);
  EXPECT_EQ(parse_size("1MB"), 1'000'000U);
  EXPECT_EQ(parse_size("1.5MiB"), 1'572'864U);
}

TEST(ParseSize, RefusesWhatIsNoWholeNumberOfBytes) {
  for (const char* bad : {"", "KiB", "-1", "1.5", "0.3KiB", "1 KiB", "1kb", "2000000GB"}) {
    EXPECT_FALSE(parse_size(bad)) << bad;
  }
}

TEST(ParseRate, TakesANumberAndATimeToCountIn) {
  EXPECT_EQ(parse_rate("1000/s"), 1000);
  EXPECT_EQ(parse_rate("2.5/s"), 2.5);
  EXPECT_EQ(parse_rate("10/ms"), 10'000);
  EXPECT_EQ(parse_rate("30/m"), 0.5);
  EXPECT_EQ(parse_rate("900/h"), 0.25);
  EXPECT_EQ(parse_rate("1000000/ms"), 1e9);
}

TEST(ParseRate, RefusesWhatHasNoUnitOrIsNoRate) {
  for (const char* bad :
       {"", "5", "/s", "s", "-1/s", "5 /s", "5/", "5/sec", "1e3/s", "nan/s", "inf/s", "5//s", "5/s/s"}) {
    EXPECT_FALSE(parse_rate(bad)) << bad;
  }
  EXPECT_EQ(parse_rate("5").error(), "a rate is a number and a unit (/s, /ms, /m or /h), as in 1000/s or 2.5/s");
}

TEST(ParseRate, RefusesNoneAndMoreThanOneEachNanosecond) {
  EXPECT_EQ(parse_rate("0/s").error(), "a rate is more than none");
  EXPECT_EQ(parse_rate("1000001/ms").error(), "a rate is at most 1000000000/s");
}

TEST(ParseRate, TakesNoneWhereThatMayBe) {
  EXPECT_EQ(parse_rate_or_none("0/s"), 0);
  EXPECT_EQ(parse_rate_or_none("2/s"), 2);
  EXPECT_FALSE(parse_rate_or_none("-0/s"));
  EXPECT_EQ(parse_rate_or_none("1000001/ms").error(), "a rate is at most 1000000000/s");
}

TEST(FormatDuration, ShowsThreeDigitsAndTheUnitThatSuits) {
  EXPECT_EQ(format_duration(0ns), "0s");
  EXPECT_EQ(format_duration(999ns), "999ns");
  EXPECT_EQ(format_duration(1us), "1us");
  EXPECT_EQ(format_duration(999'400ns), "999us");
  EXPECT_EQ(format_duration(999'600ns), "1ms");
  EXPECT_EQ(format_duration(1234us), "1.23ms");
  EXPECT_EQ(format_duration(999600us), "1s");
  EXPECT_EQ(format_duration(5s), "5s");
  EXPECT_EQ(format_duration(59960ms), "1m00s");
  EXPECT_EQ(format_duration(125s), "2m05s");
  EXPECT_EQ(format_duration(3h + 62s), "3h01m02s");
}

TEST(FormatSize, ShowsPowersOf1024) {
  EXPECT_EQ(format_size(1023), "1023 B");
  EXPECT_EQ(format_size(1536), "1.5 KiB");
  EXPECT_EQ(format_size(999 << 10), "999 KiB");
  EXPECT_EQ(format_size(1023 << 10), "0.999 MiB");
  EXPECT_EQ(format_size(64 << 20), "64 MiB");
  EXPECT_EQ(format_size(0), "0 B");
  EXPECT_EQ(format_size(1), "1 B");
  EXPECT_EQ(format_size(1024), "1 KiB");
  EXPECT_EQ(format_size(1000 << 10), "0.977 MiB");
  EXPECT_EQ(format_size(999 << 10), "999 KiB");
  EXPECT_EQ(format_size(std::uint64_t{1} << 51), "2 PiB");
  EXPECT_EQ(format_size(std::numeric_limits<std::uint64_t>::max()), "16 EiB");
}

TEST(FormatByteRate, IsNotCut) {
  EXPECT_EQ(format_byte_rate(1), "1 B/s");
  EXPECT_EQ(format_byte_rate(0.4), "0.4 B/s");
  EXPECT_EQ(format_byte_rate(0.00001234), "0.0000123 B/s");
  EXPECT_EQ(format_byte_rate(2.0 / 3), "0.667 B/s");
  EXPECT_EQ(format_byte_rate(999.9), "1000 B/s");
  EXPECT_EQ(format_byte_rate(1023.7), "1 KiB/s");
  EXPECT_EQ(format_byte_rate(1536), "1.5 KiB/s");
  EXPECT_EQ(format_byte_rate(0), "0 B/s");
}

TEST(FormatNumber, HasNoExponent) {
  EXPECT_EQ(format_number(1e-5, 4), "0.00001");
  EXPECT_EQ(format_number(12345678, 4), "12345678");
  EXPECT_EQ(format_number(0.99996, 4), "1");
  EXPECT_EQ(format_number(0, 4), "0");
  EXPECT_EQ(format_number(1.0 / 0.0, 4), "infinite");
}

TEST(FormatRate, ShowsWholeEventsOrFourDigits) {
  EXPECT_EQ(format_rate(20'000), "20000/s");
  EXPECT_EQ(format_rate(1'234'567.8), "1234568/s");
  EXPECT_EQ(format_rate(1e9), "1000000000/s");
  EXPECT_EQ(format_rate(1000.0 / 3), "333.3/s");
  EXPECT_EQ(format_rate(2.5), "2.5/s");
  EXPECT_EQ(format_rate(999.96), "1000/s");
  EXPECT_EQ(format_rate(1.0 / 3600), "0.0002778/s");
  EXPECT_EQ(format_rate(0), "0/s");
}

TEST(FormatRate, CanBeParsed) {
  for (double rate = 1e-6; rate < 1e9; rate *= 1.7) {
    const std::expected<double, std::string> parsed = parse_rate(format_rate(rate));
    ASSERT_TRUE(parsed) << rate;
    EXPECT_NEAR(*parsed, rate, rate * 0.0006);
  }
}

}  // namespace
}  // namespace text
