#include "client/scenario/explanation.h"

#include <string>

#include <gtest/gtest.h>

namespace client::scenario {
namespace {

using Kind = Predicate::Kind;

Predicate predicate(Kind kind, const std::string& text) {
  Predicate made{.kind = kind, .texts = {Template(text)}};
  if (kind == Kind::matches) made.pattern = RegularExpression::compile(text).value();
  return made;
}

Pattern pattern(Kind kind, const std::string& text) { return {.predicates = {predicate(kind, text)}, .place = {}}; }

const ExpansionContext kNobody;

TEST(Describe, TellsWhatAPatternAccepts) {
  EXPECT_EQ(describe(pattern(Kind::equals, "GOT:a\n"), kNobody), R"("GOT:a\n")");
  EXPECT_EQ(describe(pattern(Kind::matches, "^a+$"), kNobody), R"(matches "^a+$")");
  EXPECT_EQ(describe(pattern(Kind::bytes, "GOT:"), kNobody), "bytes 47 4f 54 3a");
  const Pattern both{.predicates = {predicate(Kind::equals, "a"), predicate(Kind::contains, "b")}, .place = {}};
  EXPECT_EQ(describe(both, kNobody), R"(equals "a" and contains "b")");
  EXPECT_EQ(describe(pattern(Kind::equals, std::string(300, 'x')), kNobody),
            '"' + std::string(200, 'x') + "\"… (100 bytes more)");
}

TEST(FirstDifference, NamesTheByte) {
  EXPECT_EQ(first_difference("GOT:Hello", "GOT:HellO"), "first difference at byte 8 (6f, received 4f)");
  EXPECT_EQ(first_difference("a", "\xff"), "first difference at byte 0 (61, received ff)");
  EXPECT_EQ(first_difference("GOT:Hello", "GOT:"), "received ends after 4 of 9 bytes");
  EXPECT_EQ(first_difference("GOT:", "GOT:Hello"), "received goes on after 4 bytes");
  EXPECT_EQ(first_difference("", "a"), "received goes on after 0 bytes");
  EXPECT_EQ(first_difference("GOT:Hello", "Hello"),
            "first difference at byte 0 (47, received 48); the first 4 bytes are missing");
  EXPECT_EQ(first_difference("Hello", "GOT:Hello"),
            "first difference at byte 0 (48, received 47); 4 bytes stand in front of it");
}

TEST(Explain, TellsWhatWasExpectedAndWhatCame) {
  Pattern wanted = pattern(Kind::equals, "GOT:Hello");
  wanted.predicates.front().place = {.line = 9, .column = 35, .length = 11, .pointer = "/clients/0"};
  const Mismatch mismatch = explain(wanted, "GOT:HellO", kNobody);
  EXPECT_EQ(mismatch.predicate, "equals");
  EXPECT_EQ(mismatch.expected, "\"GOT:Hello\"");
  EXPECT_EQ(mismatch.received, "\"GOT:HellO\"");
  EXPECT_EQ(mismatch.detail, "first difference at byte 8 (6f, received 4f)");
  EXPECT_EQ(mismatch.place->column, 35U);
}

TEST(Explain, NamesTheFirstPredicateThatDoesNotHold) {
  const Pattern wanted{.predicates = {predicate(Kind::contains, "GOT"), predicate(Kind::matches, "[0-9]")},
                       .place = {}};
  const Mismatch mismatch = explain(wanted, "GOT:\x1b", kNobody);
  EXPECT_EQ(mismatch.predicate, "matches");
  EXPECT_EQ(mismatch.expected, "\"[0-9]\"");
  EXPECT_EQ(mismatch.received, "\"GOT:\\x1b\"");
  EXPECT_EQ(mismatch.detail, "not in the 5 bytes received");
}

TEST(Explain, ShowsThePartOfALongTextThatDiffers) {
  std::string expected(70000, 'a');
  std::string received = expected;
  received[40000] = 'b';
  const Mismatch mismatch = explain(pattern(Kind::equals, expected), received, kNobody);
  EXPECT_EQ(mismatch.expected, "from byte 39940: \"" + std::string(200, 'a') + "\"… (29860 bytes more)");
  EXPECT_EQ(mismatch.received,
            "from byte 39940: \"" + std::string(60, 'a') + "b" + std::string(139, 'a') + "\"… (29860 bytes more)");
  EXPECT_EQ(mismatch.detail, "first difference at byte 40000 (61, received 62)");
}

TEST(ExplainDeathTest, IsForMismatches) {
  EXPECT_DEATH(explain(pattern(Kind::equals, "a"), "a", kNobody), "only a mismatch is explained");
}

TEST(Crlf, IsWhatALineLacksThatDiffersByACarriageReturn) {
  const auto would_match = [](const Pattern& wanted, std::string_view frame, const Framing& framing = {}) {
    return would_match_with_crlf(wanted, frame, framing, kNobody);
  };
  EXPECT_TRUE(would_match(pattern(Kind::equals, "+PONG"), "+PONG\r"));
  EXPECT_TRUE(would_match(pattern(Kind::matches, "^[0-9]+$"), "17\r"));
  EXPECT_TRUE(would_match(pattern(Kind::ends_with, "G"), "+PONG\r"));
  EXPECT_FALSE(would_match(pattern(Kind::equals, "+PONG"), "+PINK\r"));
  EXPECT_FALSE(would_match(pattern(Kind::equals, "+PONG"), "+PONG\r\r"));
  EXPECT_FALSE(would_match(pattern(Kind::equals, "+PONG"), "+PONG!"));
  EXPECT_FALSE(would_match(pattern(Kind::contains, "PONG"), "+PONG\r")) << "it matches";
  EXPECT_FALSE(would_match(pattern(Kind::equals, "a"), "a\r", {.kind = Framing::Kind::line, .eol = Eol::crlf}));
  EXPECT_FALSE(would_match(pattern(Kind::equals, "a"), "a\r", {.kind = Framing::Kind::fixed, .size = 2}));
}

}  // namespace
}  // namespace client::scenario
