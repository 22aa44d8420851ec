#include <algorithm>
#include <chrono>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/client/run/play.h"

namespace client::run {
namespace {

using std::chrono::seconds;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;
using namespace std::literals;

/// What a server gets from a client that takes these steps.
std::vector<std::string> received_of(std::string_view of_steps, std::string_view of_group = "",
                                     const PlayOptions& options = {}) {
  std::vector<std::string> received;
  EXPECT_THAT(play(recording(received), steps(of_steps, of_group), options), passed());
  return received;
}

TEST(SendForms, AreTheBytesThatAreSent) {
  EXPECT_THAT(received_of(R"({"send": {"hex": "00 ff", "eol": "none"}}, {"send": {"base64": "R09U"}},
                             {"send": {"repeat": {"of": "ab", "count": 3}}})"),
              ElementsAre("\0\xffGOT\nababab\n|end of stream"s));
}

TEST(SendForms, DrawRandomBytesFromTheSeed) {
  const auto drawn = [](std::uint64_t seed) {
    return received_of(R"({"send": {"random": 1000, "eol": "none"}})", "", {.seed = seed}).at(0);
  };
  EXPECT_EQ(drawn(1), drawn(1));
  EXPECT_NE(drawn(1), drawn(2));
  const std::string bytes = drawn(1).substr(0, 1000);
  EXPECT_THAT((std::set<char>(bytes.begin(), bytes.end())), SizeIs(testing::Gt(200U)));
}

TEST(SendFraming, MakesFramesOfTexts) {
  EXPECT_THAT(received_of(R"({"send": "Hello"}, {"send": ""})", R"("framing": {"length_prefix": {"bytes": 2}},)"),
              ElementsAre("\0\5Hello\0\0|end of stream"s));
  EXPECT_THAT(received_of(R"({"send": "a"}, {"send": "b"})", R"("framing": {"delimiter": "<>"},)"),
              ElementsAre("a<>b<>|end of stream"));
}

TEST(SendFraming, FailsWhereATextIsTooLongForItsLength) {
  EXPECT_THAT(play(ignoring(), steps(R"({"set": {"x": "0123456789abcdef"}}, {"repeat": {"times": 4, "steps": [
      {"set": {"x": "${x}${x}"}}]}}, {"send": "${x}"})",
                                     R"("framing": {"length_prefix": {"bytes": 1}},)")),
              failed_with("error: send failed: too long"));
}

TEST(SendChunks, ArePausedBetween) {
  const Played played = play(answering(), steps(R"({"send": {"text": "Hello", "chunks": [1, 2], "chunk_delay": "1s"}},
                                                   {"expect": "GOT:Hello"})"));
  EXPECT_THAT(played, passed());
  EXPECT_GE(played.elapsed, seconds(2));
  EXPECT_LT(played.elapsed, seconds(3));
}

TEST(SendChunks, AreTheSameBytes) {
  EXPECT_THAT(received_of(R"({"send": {"text": "Hello", "chunks": [2, 100]}})"), ElementsAre("Hello\n|end of stream"));
}

TEST(Rechunk, SendsTheSameBytesCutOtherwise) {
  constexpr std::string_view kSteps = R"({"send": {"repeat": {"of": "0123456789", "count": 1000}}}, {"send": "a"})";
  const std::vector<std::string> whole = received_of(kSteps);
  for (const std::uint64_t seed : {1U, 2U, 3U}) EXPECT_EQ(received_of(kSteps, "", {.rechunk = seed}), whole);
  // The network is the same each time, and cuts what is sent in the same way.
  const auto pieces_of = [&](std::optional<std::uint64_t> seed) {
    std::vector<std::string> pieces;
    EXPECT_THAT(play(recording_pieces(pieces), steps(kSteps), {.rechunk = seed}), passed());
    return pieces;
  };
  EXPECT_EQ(pieces_of({}), pieces_of({}));
  EXPECT_NE(pieces_of({}), pieces_of(1));
  EXPECT_NE(pieces_of(1), pieces_of(2));
}

TEST(Rechunk, LeavesWhatIsDrawnAlone) {
  constexpr std::string_view kSteps = R"({"send": "${uuid}"}, {"send": "${random:9}"})";
  EXPECT_EQ(received_of(kSteps, "", {.rechunk = 7}), received_of(kSteps));
}

TEST(Framings, AreMatchedFrameByFrame) {
  EXPECT_THAT(play(saying("\0\5Hello\0\1!"s), steps(R"({"expect": "Hello"}, {"expect": {"length": 1}})",
                                                    R"("framing": {"length_prefix": {"bytes": 2}},)")),
              passed());
  EXPECT_THAT(play(saying("abcabd"), steps(R"({"expect": "abc"}, {"expect": "abd"})", R"("framing": {"fixed": 3},)")),
              passed());
  EXPECT_THAT(play(saying("a;b;"), steps(R"({"expect": {"mode": "any_order", "frames": ["b", "a"]}})",
                                         R"("framing": {"delimiter": ";"},)")),
              passed());
}

TEST(Framings, TellALengthThatIsNoneAtOnce) {
  const Played played = play(saying("GOT:Hello\n"), steps(R"({"expect": {"equals": "Hello", "timeout": "5s"}})",
                                                          R"("framing": {"length_prefix": {"bytes": 4}},)"));
  EXPECT_THAT(played, failed_with("error: max_buffer exceeded"));
  EXPECT_THAT(played.failures,
              HasSubstr("1 MiB may be unread (max_buffer), and the frame that has begun has 1196381246 bytes"));
  EXPECT_LT(played.elapsed, seconds(1));
}

TEST(Framings, TellAFrameThatWasCutOff) {
  const Played played = play(saying_and_closing("\5abc"),
                             steps(R"({"expect": "abcde"})", R"("framing": {"length_prefix": {"bytes": 1}},)"));
  EXPECT_THAT(played, failed_with("error: expect failed: closed"));
  EXPECT_THAT(played.failures, HasSubstr(R"(received  "\x05abc", which is no whole frame)"));
}

}  // namespace
}  // namespace client::run
