#include "client/scenario/predicate.h"

#include <string>

#include <gtest/gtest.h>

namespace client::scenario {
namespace {

using Kind = Predicate::Kind;

Predicate predicate(Kind kind, const std::string& text) {
  Predicate made{.kind = kind, .text = Template(text), .pattern = {}, .place = {}};
  if (kind == Kind::matches) made.pattern = RegularExpression::compile(text).value();
  return made;
}

Pattern pattern(Kind kind, const std::string& text) { return {.predicates = {predicate(kind, text)}, .place = {}}; }

Predicate of_client(Kind kind) {
  return {.kind = kind,
          .text = Template({{.reference = Template::Reference::literal, .literal = "client ", .length = 0},
                            {.reference = Template::Reference::client_index, .literal = {}, .length = 0}}),
          .pattern = {},
          .place = {}};
}

const ExpansionContext kNobody;

TEST(Predicate, EqualsIsTheWholeFrame) {
  EXPECT_TRUE(predicate(Kind::equals, "GOT:a").holds("GOT:a", kNobody));
  EXPECT_FALSE(predicate(Kind::equals, "GOT:a").holds("GOT:ab", kNobody));
  EXPECT_FALSE(predicate(Kind::equals, "GOT:a").holds("GOT:", kNobody));
  EXPECT_TRUE(predicate(Kind::equals, "").holds("", kNobody));
}

TEST(Predicate, ContainsAndMatchesArePartsOfTheFrame) {
  EXPECT_TRUE(predicate(Kind::contains, "OT").holds("GOT:a", kNobody));
  EXPECT_FALSE(predicate(Kind::contains, "TO").holds("GOT:a", kNobody));
  EXPECT_TRUE(predicate(Kind::matches, "[a-z]$").holds("GOT:a", kNobody));
  EXPECT_FALSE(predicate(Kind::matches, "^[a-z]").holds("GOT:a", kNobody));
}

TEST(Predicate, IsFilledInForTheClient) {
  const ExpansionContext context{.client_index = 7, .client_name = "", .iteration = 0};
  for (const Kind kind : {Kind::equals, Kind::contains, Kind::matches}) {
    EXPECT_TRUE(of_client(kind).holds("client 7", context));
    EXPECT_FALSE(of_client(kind).holds("client 8", context));
  }
}

TEST(Predicate, WhosePatternIsBrokenByWhatIsFilledInDoesNotHold) {
  Predicate broken = of_client(Kind::matches);
  broken.text = Template({{.reference = Template::Reference::literal, .literal = "(", .length = 0},
                          {.reference = Template::Reference::iteration, .literal = {}, .length = 0}});
  EXPECT_FALSE(broken.holds("(0", kNobody));
}

TEST(PredicateKind, HasAKeyInTheFile) {
  for (const std::string_view key : predicate_keys()) EXPECT_EQ(name_of(predicate_kind(key).value()), key);
  EXPECT_EQ(predicate_keys().size(), 3U);
  EXPECT_EQ(predicate_kind("equal"), std::nullopt);
}

TEST(Pattern, DemandsEverything) {
  const Pattern both{.predicates = {predicate(Kind::contains, "a"), predicate(Kind::contains, "b")}, .place = {}};
  EXPECT_EQ(both.first_failing("ab", kNobody), nullptr);
  EXPECT_EQ(both.first_failing("a", kNobody), &both.predicates[1]);
  EXPECT_EQ(both.first_failing("", kNobody), &both.predicates[0]);
}

TEST(Pattern, DescribesWhatItAccepts) {
  EXPECT_EQ(pattern(Kind::equals, "GOT:a\n").describe(kNobody), R"("GOT:a\n")");
  EXPECT_EQ(pattern(Kind::matches, "^a+$").describe(kNobody), R"(matches "^a+$")");
  const Pattern both{.predicates = {predicate(Kind::equals, "a"), predicate(Kind::contains, "b")}, .place = {}};
  EXPECT_EQ(both.describe(kNobody), R"(equals "a" and contains "b")");
  EXPECT_EQ(pattern(Kind::equals, std::string(300, 'x')).describe(kNobody),
            '"' + std::string(200, 'x') + "\"… (100 bytes more)");
}

// --- On raw bytes

struct Raw {
  std::optional<Span> found;
  bool mismatch = false;

  bool operator==(const Raw&) const = default;
};

Raw raw(const Pattern& pattern, std::string_view unread) {
  Raw result;
  result.found = find_raw(pattern, unread, kNobody, result.mismatch);
  return result;
}

TEST(FindRaw, TakesAsManyBytesAsAnEqualsHas) {
  const Pattern wanted = pattern(Kind::equals, "GOT:");
  EXPECT_EQ(raw(wanted, "GOT:Hello"), (Raw{Span{0, 4}, false}));
  EXPECT_EQ(raw(wanted, "GOT:"), (Raw{Span{0, 4}, false}));
  EXPECT_EQ(raw(pattern(Kind::equals, ""), "abc"), (Raw{Span{0, 0}, false}));
}

TEST(FindRaw, WaitsForTheRestOfAnEquals) {
  const Pattern wanted = pattern(Kind::equals, "GOT:");
  EXPECT_EQ(raw(wanted, ""), (Raw{std::nullopt, false}));
  EXPECT_EQ(raw(wanted, "GOT"), (Raw{std::nullopt, false}));
}

TEST(FindRaw, GivesUpAtTheFirstWrongByteOfAnEquals) {
  const Pattern wanted = pattern(Kind::equals, "GOT:");
  EXPECT_EQ(raw(wanted, "X"), (Raw{std::nullopt, true}));
  EXPECT_EQ(raw(wanted, "GOX"), (Raw{std::nullopt, true}));
  EXPECT_EQ(raw(wanted, "GOT;Hello"), (Raw{std::nullopt, true}));
}

TEST(FindRaw, GoesThroughTheFirstOccurrence) {
  EXPECT_EQ(raw(pattern(Kind::contains, "login: "), "Welcome\r\nlogin: login: "), (Raw{Span{9, 16}, false}));
  EXPECT_EQ(raw(pattern(Kind::contains, "login: "), "Welcome\r\nlogin:"), (Raw{std::nullopt, false}));
  EXPECT_EQ(raw(pattern(Kind::matches, "[0-9]+;"), "a12;3;"), (Raw{Span{1, 4}, false}));
  EXPECT_EQ(raw(pattern(Kind::matches, "[0-9]+;"), "a12"), (Raw{std::nullopt, false}));
}

TEST(FindRaw, FindsTheSameHoweverTheBytesArrive) {
  const std::string stream = "ab GOT:17\n";
  for (const Pattern& wanted :
       {pattern(Kind::equals, "ab GOT:"), pattern(Kind::contains, "GOT:1"), pattern(Kind::matches, "[0-9]+\n")}) {
    const Raw whole = raw(wanted, stream);
    ASSERT_TRUE(whole.found);
    for (std::size_t size = 0; size < stream.size(); ++size) {
      const Raw part = raw(wanted, std::string_view(stream).substr(0, size));
      EXPECT_EQ(part, size < whole.found->end ? (Raw{std::nullopt, false}) : whole) << size;
    }
  }
}

TEST(FindRaw, MeetsAllPredicates) {
  const Pattern parts{.predicates = {predicate(Kind::contains, "b"), predicate(Kind::contains, "a")}, .place = {}};
  EXPECT_EQ(raw(parts, "xaxb"), (Raw{Span{1, 4}, false}));
  EXPECT_EQ(raw(parts, "xa"), (Raw{std::nullopt, false}));
  const Pattern exact{.predicates = {predicate(Kind::matches, "^a"), predicate(Kind::equals, "ab")}, .place = {}};
  EXPECT_EQ(raw(exact, "abc"), (Raw{Span{0, 2}, false}));
  const Pattern never{.predicates = {predicate(Kind::contains, "c"), predicate(Kind::equals, "ab")}, .place = {}};
  EXPECT_EQ(raw(never, "abc"), (Raw{std::nullopt, true}));
}

// --- Why not

TEST(FirstDifference, NamesTheByte) {
  EXPECT_EQ(first_difference("GOT:Hello", "GOT:HellO"), "first difference at byte 8 (6f, received 4f)");
  EXPECT_EQ(first_difference("a", "\xff"), "first difference at byte 0 (61, received ff)");
  EXPECT_EQ(first_difference("GOT:Hello", "GOT:"), "received ends after 4 of 9 bytes");
  EXPECT_EQ(first_difference("GOT:", "GOT:Hello"), "received goes on after 4 bytes");
  EXPECT_EQ(first_difference("", "a"), "received goes on after 0 bytes");
}

TEST(Explain, TellsWhatWasExpectedAndWhatCame) {
  Pattern wanted = pattern(Kind::equals, "GOT:Hello");
  wanted.predicates.front().place = {.line = 9, .column = 35, .length = 11, .pointer = "/clients/0"};
  const Mismatch mismatch = explain(wanted, "GOT:HellO", kNobody);
  EXPECT_EQ(mismatch.predicate, "equals");
  EXPECT_EQ(mismatch.expected, "\"GOT:Hello\"");
  EXPECT_EQ(mismatch.received, "\"GOT:HellO\"");
  EXPECT_EQ(mismatch.detail, "first difference at byte 8 (6f, received 4f)");
  EXPECT_EQ(mismatch.place.column, 35U);
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

}  // namespace
}  // namespace client::scenario
