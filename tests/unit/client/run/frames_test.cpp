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
using scenario::Framing;
using testing::ElementsAre;
using namespace std::literals;

/// All frames of `bytes`, which arrive in pieces of `size`; what is left at the end of the stream may be a last one.
std::vector<std::string> frames_of(std::string_view bytes, const Framing& framing, std::size_t size) {
  std::vector<std::string> frames;
  std::string unread;
  std::size_t searched = 0;
  const auto take = [&](bool ended) {
    while (const std::optional<Frame> frame = first_frame(framing, unread, ended, searched)) {
      frames.emplace_back(frame->bytes);
      unread.erase(0, frame->consumed);
      searched = 0;
    }
  };
  for (std::size_t at = 0; at < bytes.size(); at += size) {
    unread += bytes.substr(at, size);
    take(false);
  }
  take(true);
  return frames;
}

std::vector<std::string> lines_of(std::string_view bytes, Eol eol, std::size_t size) {
  return frames_of(bytes, {.eol = eol}, size);
}

Framing length_prefix(std::uint8_t bytes, bool is_little_endian = false) {
  return {.kind = Framing::Kind::length_prefix, .prefix_bytes = bytes, .is_little_endian = is_little_endian};
}

std::string enclosed(const Framing& framing, std::string text) {
  enclose(framing, text);
  return text;
}

TEST(FirstLine, GivesWhatIsInFrontOfTheEnd) {
  std::size_t searched = 0;
  const std::optional<Frame> line = first_frame({.eol = Eol::lf}, "ab\ncd", false, searched);
  ASSERT_TRUE(line);
  EXPECT_EQ(line->bytes, "ab");
  EXPECT_EQ(line->consumed, 3U);
}

TEST(FirstLine, IsEmptyBetweenTwoEnds) { EXPECT_THAT(lines_of("\n\na\n", Eol::lf, 100), ElementsAre("", "", "a")); }

TEST(FirstLine, WaitsForTheEnd) {
  std::size_t searched = 0;
  EXPECT_FALSE(first_frame({.eol = Eol::lf}, "", false, searched));
  EXPECT_FALSE(first_frame({.eol = Eol::lf}, "abc", false, searched));
  EXPECT_FALSE(first_frame({.eol = Eol::lf}, "", true, searched)) << "an empty rest is no line";
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
  EXPECT_FALSE(first_frame({.eol = Eol::lf}, unread, false, searched));
  EXPECT_EQ(searched, 1000U);
  searched = 0;
  EXPECT_FALSE(first_frame({.eol = Eol::crlf}, unread, false, searched));
  EXPECT_EQ(searched, 999U) << "the last byte may be the first half of an end";
}

TEST(FirstFrame, EndsAtItsDelimiterHoweverTheBytesWereCut) {
  const Framing framing{.kind = Framing::Kind::delimiter, .delimiter = "<>"};
  constexpr std::string_view kBytes = "a<>b<<>><>\n<";
  for (std::size_t size = 1; size <= kBytes.size(); ++size) {
    EXPECT_THAT(frames_of(kBytes, framing, size), ElementsAre("a", "b<", ">", "\n<")) << size;
  }
}

TEST(FirstFrame, HasItsLengthInFront) {
  for (const std::uint8_t width : std::initializer_list<std::uint8_t>{1, 2, 4, 8}) {
    for (const bool is_little_endian : {false, true}) {
      const Framing framing = length_prefix(width, is_little_endian);
      std::string bytes;
      for (const char* text : {"Hello", "", "\n"}) bytes += enclosed(framing, text);
      EXPECT_EQ(bytes.size(), 6U + 3U * width);
      for (std::size_t size = 1; size <= bytes.size(); ++size) {
        EXPECT_THAT(frames_of(bytes, framing, size), ElementsAre("Hello", "", "\n")) << width << size;
      }
    }
  }
}

TEST(FirstFrame, IsNoFrameWhereItsLengthIsNotReached) {
  EXPECT_THAT(frames_of("\3ab", length_prefix(1), 100), ElementsAre());
  EXPECT_THAT(frames_of("\x01z\0"sv, length_prefix(2), 100), ElementsAre());
}

TEST(FirstFrame, OfTheLargestLengthDoesNotWrapAround) {
  const std::string unread(20, '\xff');
  std::size_t searched = 0;
  EXPECT_FALSE(first_frame(length_prefix(8), unread, true, searched));
  EXPECT_EQ(announced_size(length_prefix(8), unread), 0xffff'ffff'ffff'ffffU);
}

TEST(FirstFrame, HasAFixedSizeButForTheLast) {
  const Framing framing{.kind = Framing::Kind::fixed, .size = 3};
  constexpr std::string_view kBytes = "abc\n\n\nxy";
  for (std::size_t size = 1; size <= kBytes.size(); ++size) {
    EXPECT_THAT(frames_of(kBytes, framing, size), ElementsAre("abc", "\n\n\n", "xy")) << size;
  }
}

TEST(AnnouncedSize, IsKnownAsSoonAsTheLengthIsThere) {
  EXPECT_EQ(announced_size(length_prefix(2), "\x01"), std::nullopt);
  EXPECT_EQ(announced_size(length_prefix(2), "\x01\x02"), 2U + 0x102U);
  EXPECT_EQ(announced_size(length_prefix(2, true), "\x01\x02"), 2U + 0x201U);
  EXPECT_EQ(announced_size({.kind = Framing::Kind::fixed, .size = 7}, ""), 7U);
  EXPECT_EQ(announced_size({}, "a\n"), std::nullopt);
}

TEST(Enclose, AddsWhatMakesAFrame) {
  EXPECT_EQ(enclosed({}, "a"), "a\n");
  EXPECT_EQ(enclosed({.eol = Eol::crlf}, "a"), "a\r\n");
  EXPECT_EQ(enclosed({.kind = Framing::Kind::delimiter, .delimiter = "\0"s}, "a"), "a\0"s);
  EXPECT_EQ(enclosed(length_prefix(4), "ab"), "\0\0\0\2ab"s);
  EXPECT_EQ(enclosed(length_prefix(2, true), "ab"), "\2\0ab"s);
  EXPECT_EQ(enclosed({.kind = Framing::Kind::fixed, .size = 5}, "ab"), "ab");
  EXPECT_EQ(enclosed({.kind = Framing::Kind::raw}, "ab"), "ab");
}

TEST(BytesOf, AreWhatEndsALine) {
  EXPECT_EQ(bytes_of(Eol::lf), "\n");
  EXPECT_EQ(bytes_of(Eol::crlf), "\r\n");
  EXPECT_EQ(bytes_of(Eol::none), "");
}

}  // namespace
}  // namespace client::run
