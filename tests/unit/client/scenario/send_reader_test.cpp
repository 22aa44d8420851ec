#include "client/scenario/send_reader.h"

#include <chrono>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/client/scenario/parsing.h"

namespace client::scenario {
namespace {

using testing::ElementsAre;

Send send_of(const std::string& value) { return step_of<Send>(R"({"send": )" + value + "}"); }

std::vector<std::string> send_errors(const std::string& value) {
  return errors_of(with_steps(R"({"send": )" + value + "}"));
}

TEST(SendForms, AreDecoded) {
  EXPECT_EQ(send_of(R"({"hex": "47 4f 54"})").text.constant(), "GOT");
  EXPECT_EQ(send_of(R"({"base64": "R09U"})").text.constant(), "GOT");
  EXPECT_EQ(send_of(R"({"random": 20})").random_bytes, 20U);
  const Send repeated = send_of(R"({"repeat": {"of": "ab", "count": 3}})");
  EXPECT_EQ(repeated.text.constant(), "ab");
  EXPECT_EQ(repeated.repeats, 3U);
}

TEST(SendForms, AreOneAtATime) {
  EXPECT_THAT(
      send_errors("{}"),
      ElementsAre(R"(1:34-2 /clients/0/steps/0/send "send" needs one of the keys text, hex, base64, repeat, random)"));
  EXPECT_THAT(
      send_errors(R"({"text": "a", "hex": "00"})"),
      ElementsAre(testing::HasSubstr(
          "this one has text and hex; put each into a send of its own, all but the last with \"eol\": \"none\"")));
  EXPECT_THAT(send_errors(R"({"txt": "a"})"),
              testing::Contains(testing::HasSubstr(R"(unknown key "txt", did you mean "text"?)")));
}

TEST(SendForms, SayWhatIsWrongWithThem) {
  EXPECT_THAT(
      send_errors(R"({"hex": "4"})"),
      ElementsAre(
          R"(1:42-3 /clients/0/steps/0/send/hex bad hex: a byte is two of the digits 0-9 and a-f, as in "47 4f 54")"));
  EXPECT_THAT(send_errors(R"({"base64": "?"})"), ElementsAre(testing::HasSubstr("bad base64")));
  EXPECT_THAT(send_errors(R"({"random": 16777217})"), ElementsAre(testing::HasSubstr("from 1 to 16777216")));
  EXPECT_THAT(send_errors(R"({"repeat": {"of": "ab", "count": 33554433}})"),
              ElementsAre(testing::HasSubstr("more than the 64 MiB that can be sent at once")));
}

TEST(SendChunks, CutWhatIsSent) {
  const Send send = send_of(R"({"text": "Hello", "chunks": [1, 2], "chunk_delay": "5ms"})");
  EXPECT_THAT(send.chunks, ElementsAre(1U, 2U));
  EXPECT_EQ(send.chunk_delay, std::chrono::milliseconds(5));
  EXPECT_THAT(send_errors(R"({"text": "a", "chunk_delay": "5ms"})"),
              ElementsAre(R"(1:34-35 /clients/0/steps/0/send "send" needs the key "chunks")"));
  EXPECT_THAT(send_errors(R"({"text": "a", "chunks": []})"), testing::SizeIs(1));
  EXPECT_THAT(send_errors(R"({"text": "a", "chunks": [0]})"), testing::SizeIs(1));
}

TEST(SendFraming, IsThatOfTheGroupUnlessTheTextHasItsOwnEnd) {
  const Group group = group_of(
      R"({"clients": [{"framing": {"length_prefix": {"bytes": 1}}, "steps": [
            {"send": "a"}, {"send": {"text": "a", "eol": "none"}}, {"send": {"hex": "00", "eol": "crlf"}}]}]})");
  EXPECT_EQ(std::get<Send>(group.steps[0].action).framing.prefix_bytes, 1);
  EXPECT_EQ(std::get<Send>(group.steps[1].action).framing, (Framing{.eol = Eol::none}));
  EXPECT_EQ(std::get<Send>(group.steps[2].action).framing.end(), "\r\n");
}

TEST(SendFraming, CountsOnlySoFar) {
  EXPECT_THAT(errors_of(R"({"clients": [{"framing": {"length_prefix": {"bytes": 1}}, "steps": [{"send": ")" +
                        std::string(256, 'x') + R"("}]}]})"),
              ElementsAre(testing::HasSubstr("a length of 1 byte counts to 255 at most, and this has 256 bytes")));
}

}  // namespace
}  // namespace client::scenario
