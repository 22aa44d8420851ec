#include "echo/answer.h"

#include <algorithm>
#include <array>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace {

using echo::Framing;
using echo::StreamAnswer;
using namespace std::string_literals;

std::span<const std::byte> bytes_of(std::string_view text) { return std::as_bytes(std::span(text)); }

std::string text_of(std::span<const std::byte> bytes) {
  std::string text;
  for (const auto byte : bytes) text.push_back(static_cast<char>(byte));
  return text;
}

// The definitions, written down once more in the plainest way.
std::string expected_lines(std::string_view stream, std::string_view prefix) {
  std::string answer;
  bool at_line_start = true;
  for (const char c : stream) {
    if (at_line_start) answer += prefix;
    answer += c;
    at_line_start = c == '\n';
  }
  return answer;
}

std::string expected_chunks(const std::vector<std::string_view>& receives, std::string_view prefix) {
  std::string answer;
  for (auto received : receives) {
    while (!received.empty()) {
      answer += prefix;
      answer += received.substr(0, 1000);
      received.remove_prefix(std::min<std::size_t>(received.size(), 1000));
    }
  }
  return answer;
}

std::string answer_in_pieces(StreamAnswer& answer, std::string_view received) {
  std::string text;
  auto rest = bytes_of(received);
  while (!rest.empty()) {
    const auto piece = answer.next(rest);
    text += text_of(piece.prefix) + text_of(piece.bytes);
  }
  return text;
}

std::string answer_through_buffer(StreamAnswer& answer, std::string_view received, std::size_t buffer_size) {
  std::string text;
  std::vector<std::byte> buffer(buffer_size);
  auto rest = bytes_of(received);
  while (!rest.empty()) {
    const auto written = answer.write(rest, buffer);
    EXPECT_GT(written, 0U) << "no progress";
    if (written == 0) break;
    text += text_of(std::span(buffer).first(written));
  }
  return text;
}

std::string answer_to(Framing framing, std::string_view prefix, const std::vector<std::string_view>& receives,
                      std::size_t buffer_size) {
  StreamAnswer answer(framing, bytes_of(prefix));
  std::string text;
  for (const auto received : receives) text += answer_through_buffer(answer, received, buffer_size);
  return text;
}

std::string answer_in_pieces_to(Framing framing, std::string_view prefix,
                                const std::vector<std::string_view>& receives) {
  StreamAnswer answer(framing, bytes_of(prefix));
  std::string text;
  for (const auto received : receives) text += answer_in_pieces(answer, received);
  return text;
}

// The stream cut after byte i wherever bit i of `cuts` is set.
std::vector<std::string_view> cut(std::string_view stream, unsigned cuts) {
  std::vector<std::string_view> receives;
  std::size_t begin = 0;
  for (std::size_t i = 0; i < stream.size(); ++i) {
    if (i + 1 < stream.size() && (cuts >> i & 1U) == 0) continue;
    receives.push_back(stream.substr(begin, i + 1 - begin));
    begin = i + 1;
  }
  return receives;
}

std::vector<std::string_view> cut_at_random(std::string_view stream, std::size_t longest, std::mt19937& random) {
  std::vector<std::string_view> receives;
  while (!stream.empty()) {
    const auto size =
        std::min<std::size_t>(std::uniform_int_distribution<std::size_t>(1, longest)(random), stream.size());
    receives.push_back(stream.substr(0, size));
    stream.remove_prefix(size);
  }
  return receives;
}

std::string random_stream(std::size_t size, std::mt19937& random) {
  std::string stream(size, '\0');
  for (auto& c : stream) c = (random() & 7U) == 0 ? '\n' : static_cast<char>(random() & 0xffU);
  return stream;
}

const std::vector<std::string> kThreeLineStreams{
    "1st\n2nd\n3rd\n",       // ended
    "1st\n2nd\n3rd",         // the last line has no end yet
    "a\r\nbc\r\nd\r\n",      // CRLF stays CRLF
    "\n\n\n",                // empty lines
    "a\n\nb",                // an empty line between
    "\0\n\0\0\n\0"s,         // NUL
    "\xff\n\xfe\xff\n\xff",  // bytes that are no text
    "GOT:\nGOT:\nG",         // what looks like an answer
};
const std::vector<std::string> kPrefixes{"GOT:", "", ">", "a longer prefix: ", "\n", "\0\xff"s};

TEST(LineAnswer, PutsThePrefixBeforeEveryLine) {
  EXPECT_EQ(answer_to(Framing::line, "GOT:", {"a\nb\n"}, 64), "GOT:a\nGOT:b\n");
}

TEST(LineAnswer, AnswersALineBeforeItsEndHasCome) {
  StreamAnswer answer(Framing::line, bytes_of("GOT:"));
  EXPECT_EQ(answer_through_buffer(answer, "Hello", 64), "GOT:Hello");
  EXPECT_EQ(answer_through_buffer(answer, "\n", 64), "\n");
  EXPECT_EQ(answer_through_buffer(answer, "World", 64), "GOT:World");
}

TEST(LineAnswer, AnswersNothingToNothing) {
  StreamAnswer answer(Framing::line, bytes_of("GOT:"));
  auto rest = bytes_of("");
  std::array<std::byte, 8> out{};
  EXPECT_EQ(answer.write(rest, out), 0U);
  const auto piece = answer.next(rest);
  EXPECT_TRUE(piece.prefix.empty());
  EXPECT_TRUE(piece.bytes.empty());
  EXPECT_EQ(answer_through_buffer(answer, "x", 8), "GOT:x") << "the prefix is still due";
}

TEST(LineAnswer, WritesNothingIntoNoRoomAndTakesNothing) {
  StreamAnswer answer(Framing::line, bytes_of("GOT:"));
  auto rest = bytes_of("x");
  EXPECT_EQ(answer.write(rest, {}), 0U);
  EXPECT_EQ(rest.size(), 1U);
}

TEST(LineAnswer, IsTheSameHoweverTheStreamIsCut) {
  for (const auto& prefix : kPrefixes) {
    for (const auto& stream : kThreeLineStreams) {
      const auto expected = expected_lines(stream, prefix);
      for (unsigned cuts = 0; cuts < 1U << (stream.size() - 1); ++cuts) {
        const auto receives = cut(stream, cuts);
        ASSERT_EQ(answer_to(Framing::line, prefix, receives, 256), expected) << "cuts " << cuts;
        ASSERT_EQ(answer_in_pieces_to(Framing::line, prefix, receives), expected) << "cuts " << cuts;
      }
    }
  }
}

TEST(LineAnswer, GoesOnWhereverTheOutputEnded) {
  for (const auto& prefix : kPrefixes) {
    for (const auto& stream : kThreeLineStreams) {
      for (std::size_t buffer_size = 1; buffer_size <= 40; ++buffer_size) {
        ASSERT_EQ(answer_to(Framing::line, prefix, {stream}, buffer_size), expected_lines(stream, prefix))
            << "output of " << buffer_size;
      }
    }
  }
}

TEST(LineAnswer, FillsTheOutputBeforeItStops) {
  StreamAnswer answer(Framing::line, bytes_of("GOT:"));
  auto rest = bytes_of("a\nb\nc\n");
  std::array<std::byte, 9> out{};
  EXPECT_EQ(answer.write(rest, out), out.size());
  EXPECT_EQ(text_of(out), "GOT:a\nGOT");
  EXPECT_EQ(text_of(rest), "b\nc\n");
}

TEST(LineAnswer, LetsPiecesAndCopiesFollowEachOther) {
  std::mt19937 random(7);
  for (int round = 0; round < 2000; ++round) {
    const auto stream = random_stream(200, random);
    StreamAnswer answer(Framing::line, bytes_of("GOT:"));
    std::string text;
    for (const auto received : cut_at_random(stream, 40, random)) {
      auto rest = bytes_of(received);
      std::array<std::byte, 16> buffer{};
      while (!rest.empty()) {
        if ((random() & 1U) == 0) {
          const auto piece = answer.next(rest);
          text += text_of(piece.prefix) + text_of(piece.bytes);
        } else {
          const auto out = std::span(buffer).first(random() % 16);
          text += text_of(out.first(answer.write(rest, out)));
        }
      }
    }
    ASSERT_EQ(text, expected_lines(stream, "GOT:")) << "round " << round;
  }
}

TEST(LineAnswer, EqualsTheDefinitionForRandomStreams) {
  std::mt19937 random(1);
  for (int round = 0; round < 500; ++round) {
    const auto stream = random_stream(random() % 5000, random);
    const auto& prefix = kPrefixes[random() % kPrefixes.size()];
    const auto receives = cut_at_random(stream, 1 + random() % 2000, random);
    const auto buffer_size = 1 + random() % 300;
    ASSERT_EQ(answer_to(Framing::line, prefix, receives, buffer_size), expected_lines(stream, prefix))
        << "round " << round;
  }
}

TEST(LineAnswer, CopiesLinesOfEveryLengthIntoOutputsOfEverySize) {
  for (std::size_t length = 1; length <= 150; ++length) {
    std::string stream;
    for (std::size_t i = 0; i < 3 * length; ++i) {
      stream.push_back((i + 1) % length == 0 ? '\n' : static_cast<char>('a' + i % 26));
    }
    for (const std::size_t behind : {0U, 1U, 15U, 16U, 17U, 70U}) {
      const auto with_rest = stream + std::string(behind, 'z');
      const auto expected = expected_lines(with_rest, "GOT:");
      for (std::size_t size = 1; size <= expected.size(); size += 1 + size / 16) {
        ASSERT_EQ(answer_to(Framing::line, "GOT:", {with_rest}, size), expected) << length << ", output of " << size;
      }
    }
  }
}

TEST(LineAnswer, PassesEveryByteValue) {
  std::string stream;
  for (int value = 0; value < 256; ++value) stream.push_back(static_cast<char>(value));
  EXPECT_EQ(answer_to(Framing::line, "GOT:", {stream}, 512), expected_lines(stream, "GOT:"));
}

TEST(LineAnswer, GivesOneLineAsOnePieceOfTheBytesReceived) {
  StreamAnswer answer(Framing::line, bytes_of("GOT:"));
  const auto received = bytes_of("Hello\nWorld");
  auto rest = received;
  const auto piece = answer.next(rest);
  EXPECT_EQ(text_of(piece.prefix), "GOT:");
  EXPECT_EQ(piece.bytes.data(), received.data()) << "nothing is copied";
  EXPECT_EQ(text_of(piece.bytes), "Hello\n");
  EXPECT_EQ(text_of(rest), "World");
}

TEST(LineAnswer, WithoutAPrefixTakesManyLinesAsOnePiece) {
  StreamAnswer answer(Framing::line, {});
  auto rest = bytes_of("a\nb\nc");
  EXPECT_EQ(text_of(answer.next(rest).bytes), "a\nb\nc");
  EXPECT_TRUE(rest.empty());
}

TEST(ChunkAnswer, PutsThePrefixBeforeEveryReceive) {
  EXPECT_EQ(answer_to(Framing::chunk, "GOT:", {"a\nb\n", "c"}, 64), "GOT:a\nb\nGOT:c");
}

TEST(ChunkAnswer, CutsAReceiveAfterAThousandBytes) {
  for (const std::size_t size : {999U, 1000U, 1001U, 2000U, 2500U}) {
    const std::string stream(size, 'x');
    EXPECT_EQ(answer_to(Framing::chunk, "GOT:", {stream, "y"}, 8192), expected_chunks({stream, "y"}, "GOT:")) << size;
    EXPECT_EQ(answer_in_pieces_to(Framing::chunk, "GOT:", {stream, "y"}), expected_chunks({stream, "y"}, "GOT:"))
        << size;
  }
}

TEST(ChunkAnswer, EqualsTheDefinitionWhereverTheOutputEnded) {
  std::mt19937 random(3);
  for (int round = 0; round < 500; ++round) {
    const auto stream = random_stream(random() % 6000, random);
    const auto& prefix = kPrefixes[random() % kPrefixes.size()];
    const auto receives = cut_at_random(stream, 1 + random() % 3000, random);
    const auto expected = expected_chunks(receives, prefix);
    ASSERT_EQ(answer_to(Framing::chunk, prefix, receives, 1 + random() % 1100), expected) << "round " << round;
    ASSERT_EQ(answer_in_pieces_to(Framing::chunk, prefix, receives), expected) << "round " << round;
  }
}

TEST(ChunkAnswer, AnswersNothingToNothing) {
  StreamAnswer answer(Framing::chunk, bytes_of("GOT:"));
  auto rest = bytes_of("");
  EXPECT_TRUE(answer.next(rest).prefix.empty());
  EXPECT_EQ(answer_through_buffer(answer, "x", 8), "GOT:x");
}

}  // namespace
