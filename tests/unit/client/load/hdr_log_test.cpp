#include "client/load/hdr_log.h"

#include <array>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/process.h"

namespace client::load {
namespace {

using namespace std::chrono_literals;
using sched::Duration;
using testing::HasSubstr;
using testing::StartsWith;

const std::string kOurs = "lowest 1 highest 3600000000000 digits 3 ";

/// What a program that knows nothing of ours reads in a log.
std::string read(const std::string& log) {
  const support::Finished finished =
      support::run({.arguments = {"/usr/bin/python3", GOTBACK_TESTS "/read_hdr_log.py"}}, log);
  EXPECT_EQ(finished.exit, support::Exit::code(0)) << finished.error;
  return finished.output;
}

/// The counts of an encoded histogram and their bytes.
std::string counts_in(const std::string& encoding) {
  const std::string seen = read(encoding);
  return seen.substr(seen.find("counts"));
}

Histogram of(const std::vector<std::pair<Duration, std::uint64_t>>& counts) {
  Histogram histogram;
  for (const auto& [value, count] : counts) histogram.record(value, count);
  return histogram;
}

TEST(HdrEncoding, IsInOurRangeAndPrecision) {
  EXPECT_EQ(read(hdr_encoding(of({{3ns, 5}}))), kOurs + "counts {3: 5} bytes 050a\n");
}

// The example of a tool of FD.io CSIT that prints what TRex, a traffic generator, has encoded: these counts, added up.
TEST(HdrEncoding, IsThatOfAnotherWriterForTheSameCounts) {
  const std::string published =
      "HISTFAAAAEN4nJNpmSzMwMCgzAABzFCaEUzOmNZg/wEiIM1Xso31kOArrTcBDwqfdDMuaGC8EPXC4JnoH/Ye5jZGFRY2JgD6whIu";
  constexpr std::array<std::uint64_t, 19> kUpTo{7,     65,    412,   1533,  4274,  9448,  16728, 25674, 33882, 39682,
                                                42806, 44201, 44711, 44909, 44976, 44994, 44996, 44999, 45000};
  Histogram histogram;
  for (std::size_t i = 0; i < kUpTo.size(); ++i) histogram.record(Duration(14 + i), kUpTo[i] - histogram.count());
  EXPECT_EQ(counts_in(hdr_encoding(histogram)), counts_in(published));
  EXPECT_EQ(histogram.percentile(50), 21ns) << "22500 of 45000";
  EXPECT_EQ(histogram.percentile(100.0 * 44994 / 45000), 29ns);
}

// Written by HdrHistogram 2.1.11 for Java, with the range and precision of ours.
TEST(HdrEncoding, IsThatOfHdrHistogram) {
  EXPECT_EQ(read(hdr_encoding({})), read("HISTFAAAACF42pNpmSzMwMDAyAABzFAayGd2M9ixgMH+A1QEAFKmBEw="));
  EXPECT_EQ(read(hdr_encoding(of({{1000ns, 10'000}, {100'000'000ns, 1}}))),
            read("HISTFAAAACp42pNpmSzMwMDAyQABzFCaEch0M9ixgMH+A0TgPP+COYzTO5iYAIocB5I="));
  EXPECT_EQ(
      read(hdr_encoding(of(
          {{0ns, 1}, {1ns, 300}, {2047ns, 1}, {2048ns, 1'000'000}, {123'456'789ns, 1}, {1h, std::uint64_t{1} << 60}}))),
      read("HISTFAAAADV42pNpmSzMwMAgyQABzFCaEch0M9ixgMH+A0SA6QbLT3mmhs6qzX8Zme6/YWyAAgUATFUPfg=="));
}

TEST(HdrEncoding, KeepsCountsOfEverySize) {
  Histogram histogram;
  std::vector<std::string> expected;
  for (unsigned i = 0; i < 63; ++i) {
    const std::uint64_t count = std::uint64_t{1} << (62 - i);
    histogram.record(Duration(i), count);
    expected.push_back(fmt::format("{}: {}", i, count));
  }
  EXPECT_THAT(counts_in(hdr_encoding(histogram)), HasSubstr(fmt::format("{{{}}}", fmt::join(expected, ", "))));
}

TEST(HdrEncoding, KeepsTheLastSlotAndOneThatStandsAlone) {
  const std::size_t last = slots::of(1h);
  EXPECT_THAT(counts_in(hdr_encoding(of({{0ns, 1}, {2ns, 2}, {1h, 3}}))),
              HasSubstr(fmt::format("{{0: 1, 2: 2, {}: 3}}", last)));
}

TEST(HdrLog, HasAHeadAndALineForEachInterval) {
  const std::vector<HdrInterval> intervals{
      {.tag = "service", .start = 0s, .length = 10s, .histogram = of({{1ns, 1}, {12'345us, 1}})},
      {.tag = "response", .start = 0s, .length = 10s, .histogram = {}},
      {.tag = "", .start = 10s, .length = 1234567us, .histogram = of({{1500ns, 1}})}};
  constexpr std::string_view kHead = R"(#[Histogram log format version 1.3]
#[StartTime: 1441812279.474 (seconds since epoch), Wed Sep 09 15:24:39 UTC 2015]
"StartTimestamp","Interval_Length","Interval_Max","Interval_Compressed_Histogram"
)";
  const std::string seen = read(hdr_log(intervals, StartTime(1'441'812'279'474ms)));
  EXPECT_THAT(seen, StartsWith(std::string(kHead) + "Tag=service 0.000 10.000 12.345 " + kOurs));
  EXPECT_THAT(seen, HasSubstr("\nTag=response 0.000 10.000 0.000 " + kOurs + "counts {} "));
  EXPECT_THAT(seen, HasSubstr("\n10.000 1.235 0.002 " + kOurs + "counts {1500: 1} "));
}

TEST(HdrLog, HasTagsThatAReaderCanTellFromWhatFollows) {
  EXPECT_THAT(hdr_log_line({.tag = "log in,\nagain é", .start = 0s, .length = 1s, .histogram = {}}),
              StartsWith("Tag=log_in__again_é,0.000,1.000,"));
}

}  // namespace
}  // namespace client::load
