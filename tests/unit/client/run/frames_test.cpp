#include "client/run/frames.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace client::run {
namespace {

using scenario::Eol;
using testing::ElementsAre;

/// All lines of `bytes`, which arrive in pieces of `size`; what is left at the end of the stream is a last one.
std::vector<std::string> lines_of(std::string_view bytes, Eol eol, std::size_t size) {
  std::vector<std::string> lines;
  std::string unread;
  std::size_t searched = 0;
  const auto take = [&](bool ended) {
    while (const std::optional<Frame> line = first_line(unread, eol, ended, searched)) {
      lines.emplace_back(line->bytes);
      unread.erase(0, line->consumed);
      searched = 0;
    }
  };
  for (std::size_t at = 0; at < bytes.size(); at += size) {
    unread += bytes.substr(at, size);
    take(false);
  }
  take(true);
  return lines;
}

TEST(FirstLine, GivesWhatIsInFrontOfTheEnd) {
  std::size_t searched = 0;
  const std::optional<Frame> line = first_line("ab\ncd", Eol::lf, false, searched);
  ASSERT_TRUE(line);
  EXPECT_EQ(line->bytes, "ab");
  EXPECT_EQ(line->consumed, 3U);
}

TEST(FirstLine, IsEmptyBetweenTwoEnds) { EXPECT_THAT(lines_of("\n\na\n", Eol::lf, 100), ElementsAre("", "", "a")); }

TEST(FirstLine, WaitsForTheEnd) {
  std::size_t searched = 0;
  EXPECT_FALSE(first_line("", Eol::lf, false, searched));
  EXPECT_FALSE(first_line("abc", Eol::lf, false, searched));
  EXPECT_FALSE(first_line("", Eol::lf, true, searched)) << "an empty rest is no line";
}

TEST(FirstLine, DoesNotDependOnHowTheBytesWereCut) {
  constexpr std::string_view kBytes = "\r\na\rb\nc\r\r\n\n\r\nlast\r";
  for (std::size_t size = 1; size <= kBytes.size(); ++size) {
    EXPECT_THAT(lines_of(kBytes, Eol::lf, size), ElementsAre("\r", "a\rb", "c\r\r", "", "\r", "last\r")) << size;
    EXPECT_THAT(lines_of(kBytes, Eol::crlf, size), ElementsAre("", "a\rb\nc\r", "\n", "last\r")) << size;
    EXPECT_THAT(lines_of(kBytes, Eol::none, size), ElementsAre(kBytes)) << size;
  }
}

TEST(FirstLine, LooksAtEveryByteOnce) {
  std::size_t searched = 0;
  const std::string unread(1000, 'x');
  EXPECT_FALSE(first_line(unread, Eol::lf, false, searched));
  EXPECT_EQ(searched, 1000U);
  searched = 0;
  EXPECT_FALSE(first_line(unread, Eol::crlf, false, searched));
  EXPECT_EQ(searched, 999U) << "the last byte may be the first half of an end";
}

TEST(BytesOf, AreWhatEndsALine) {
  EXPECT_EQ(bytes_of(Eol::lf), "\n");
  EXPECT_EQ(bytes_of(Eol::crlf), "\r\n");
  EXPECT_EQ(bytes_of(Eol::none), "");
}

}  // namespace
}  // namespace client::run
