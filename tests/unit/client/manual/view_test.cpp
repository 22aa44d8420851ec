#include "client/manual/view.h"

#include <chrono>
#include <string>

#include <gtest/gtest.h>

namespace client::manual {
namespace {

using namespace std::chrono_literals;

constexpr View::Time kNoon = std::chrono::sys_days(std::chrono::January / 31 / 2026).time_since_epoch() + 12h + 7us;
constexpr View::Time kLater = kNoon + 1s;

TEST(View, ShowsTheBytesAsTheyAre) {
  View view({});
  EXPECT_TRUE(view.is_exact());
  EXPECT_EQ(view.received("\x1b[1m", kNoon), "\x1b[1m");
  EXPECT_EQ(view.sent("x", kNoon), "");
}

TEST(View, ShowsWhatWouldControlTheTerminal) {
  View view({.escaped = true});
  EXPECT_EQ(view.received("\x1b[1m\n\r", kNoon), "\\x1b[1m\n");
  EXPECT_EQ(view.finish(kNoon), "\\r");
}

TEST(View, PutsTheTimeInFrontOfEachLine) {
  View view({.timestamps = true});
  EXPECT_EQ(view.received("a\n\nb", kNoon),
            "2026-01-31T12:00:00.000007Z a\n2026-01-31T12:00:00.000007Z \n2026-01-31T12:00:00.000007Z b");
  EXPECT_EQ(view.received("c\n", kLater), "c\n");
  EXPECT_EQ(view.received("d", kLater), "2026-01-31T12:00:01.000007Z d");
}

TEST(View, DumpsBothDirections) {
  View view({.hex = true});
  EXPECT_TRUE(view.shows_sent());
  EXPECT_EQ(view.sent("Hi\n", kNoon), "> 00000000  48 69 0a                                          |Hi.|\n");
  EXPECT_EQ(view.received("\x1b", kNoon), "< 00000000  1b                                                |.|\n");
  EXPECT_EQ(view.received("a", kNoon), "< 00000001  61                                                |a|\n");
  EXPECT_EQ(view.sent("b", kNoon), "> 00000003  62                                                |b|\n");
}

TEST(View, PutsTheTimeInFrontOfEachLineOfADump) {
  View view({.hex = true, .timestamps = true});
  EXPECT_EQ(view.received("a", kNoon),
            "2026-01-31T12:00:00.000007Z < 00000000  61" "                                                |a|\n");
}

TEST(View, BeginsAnewAfterAConversation) {
  View view({.hex = true});
  const std::string first = view.received("a", kNoon);
  const std::string first_sent = view.sent("b", kNoon);
  EXPECT_EQ(view.finish(kNoon), "");
  EXPECT_EQ(view.received("a", kNoon), first);
  EXPECT_EQ(view.sent("b", kNoon), first_sent);
  View lines({.timestamps = true});
  EXPECT_EQ(lines.received("a", kNoon), "2026-01-31T12:00:00.000007Z a");
  EXPECT_EQ(lines.finish(kNoon), "");
  EXPECT_EQ(lines.received("a", kNoon), "2026-01-31T12:00:00.000007Z a");
}

}  // namespace
}  // namespace client::manual
