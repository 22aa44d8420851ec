#include "client/scenario/predicate.h"

#include <string>
#include <vector>

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

Predicate of_client(Kind kind) {
  return {.kind = kind,
          .texts = {Template({{.reference = Template::Reference::literal, .literal = "client ", .number = 0},
                              {.reference = Template::Reference::client_index, .literal = {}, .number = 0}})}};
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

TEST(Predicate, NegatesAndComparesTheEnds) {
  EXPECT_TRUE(predicate(Kind::not_equals, "a").holds("b", kNobody));
  EXPECT_FALSE(predicate(Kind::not_equals, "a").holds("a", kNobody));
  EXPECT_TRUE(predicate(Kind::not_contains, "OT").holds("GET", kNobody));
  EXPECT_FALSE(predicate(Kind::not_contains, "OT").holds("GOT", kNobody));
  EXPECT_TRUE(predicate(Kind::starts_with, "GO").holds("GOT", kNobody));
  EXPECT_FALSE(predicate(Kind::starts_with, "OT").holds("GOT", kNobody));
  EXPECT_TRUE(predicate(Kind::ends_with, "OT").holds("GOT", kNobody));
  EXPECT_FALSE(predicate(Kind::ends_with, "GO").holds("GOT", kNobody));
}

TEST(Predicate, OneOfIsAnyOfItsTexts) {
  const Predicate one_of{.kind = Kind::one_of, .texts = {Template(std::string("a")), Template(std::string("b"))}};
  EXPECT_TRUE(one_of.holds("a", kNobody));
  EXPECT_TRUE(one_of.holds("b", kNobody));
  EXPECT_FALSE(one_of.holds("ab", kNobody));
}

TEST(Predicate, EmptyIsNoBytesOrSome) {
  const Predicate some{.kind = Kind::empty, .is_empty = false};
  EXPECT_TRUE((Predicate{.kind = Kind::empty}.holds("", kNobody)));
  EXPECT_FALSE((Predicate{.kind = Kind::empty}.holds(" ", kNobody)));
  EXPECT_TRUE(some.holds("a", kNobody));
  EXPECT_FALSE(some.holds("", kNobody));
}

TEST(Predicate, ComparesNumbers) {
  EXPECT_TRUE(predicate(Kind::less, "10").holds("9.5", kNobody));
  EXPECT_FALSE(predicate(Kind::less, "10").holds("10", kNobody));
  EXPECT_TRUE(predicate(Kind::greater, "-1").holds("0", kNobody));
  EXPECT_FALSE(predicate(Kind::greater, "9007199254740992").holds("9007199254740992", kNobody));
  EXPECT_TRUE(predicate(Kind::greater, "9007199254740992").holds("9007199254740993", kNobody)) << "beyond a double";
  const Predicate between{.kind = Kind::between, .texts = {Template(std::string("1")), Template(std::string("3"))}};
  for (const char* inside : {"1", "2.5", "3", "3e0"}) EXPECT_TRUE(between.holds(inside, kNobody)) << inside;
  for (const char* outside : {"0.9", "3.1", "", "two", " 2", "2 ", "nan", "0x2"}) {
    EXPECT_FALSE(between.holds(outside, kNobody)) << outside;
  }
}

TEST(Predicate, SaysOfALengthWhatItWouldOfItsDigits) {
  const Predicate exactly{.kind = Kind::length, .patterns = {pattern(Kind::equals, "5")}};
  EXPECT_TRUE(exactly.holds("Hello", kNobody));
  EXPECT_FALSE(exactly.holds("5", kNobody));
  const Predicate longer{.kind = Kind::length, .patterns = {pattern(Kind::greater, "9")}};
  EXPECT_TRUE(longer.holds("0123456789", kNobody));
  EXPECT_FALSE(longer.holds("012345678", kNobody));
}

TEST(Predicate, CombinesPatterns) {
  const std::vector<Pattern> both{pattern(Kind::contains, "a"), pattern(Kind::contains, "b")};
  const Predicate all{.kind = Kind::all, .patterns = both};
  const Predicate any{.kind = Kind::any, .patterns = both};
  const Predicate none{.kind = Kind::negation, .patterns = {pattern(Kind::contains, "a")}};
  EXPECT_TRUE(all.holds("ab", kNobody));
  EXPECT_FALSE(all.holds("a", kNobody));
  EXPECT_TRUE(any.holds("b", kNobody));
  EXPECT_FALSE(any.holds("c", kNobody));
  EXPECT_TRUE(none.holds("b", kNobody));
  EXPECT_FALSE(none.holds("a", kNobody));
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
  broken.texts = {Template({{.reference = Template::Reference::literal, .literal = "(", .number = 0},
                            {.reference = Template::Reference::iteration, .literal = {}, .number = 0}})};
  EXPECT_FALSE(broken.holds("(0", kNobody));
}

TEST(PredicateKind, HasAKeyInTheFile) {
  for (const std::string_view key : predicate_keys()) EXPECT_EQ(name_of(predicate_kind(key).value()), key);
  EXPECT_EQ(predicate_keys().size(), 17U);
  EXPECT_EQ(predicate_kind("equal"), std::nullopt);
}

TEST(Pattern, DemandsEverything) {
  const Pattern both{.predicates = {predicate(Kind::contains, "a"), predicate(Kind::contains, "b")}, .place = {}};
  EXPECT_EQ(both.first_failing("ab", kNobody), nullptr);
  EXPECT_EQ(both.first_failing("a", kNobody), &both.predicates[1]);
  EXPECT_EQ(both.first_failing("", kNobody), &both.predicates[0]);
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

TEST(FindRaw, TakesAsManyBytesAsAStartHas) {
  EXPECT_EQ(raw(pattern(Kind::starts_with, "GOT:"), "GOT:Hello"), (Raw{Span{0, 4}, false}));
  EXPECT_EQ(raw(pattern(Kind::starts_with, "GOT:"), "GO"), (Raw{std::nullopt, false}));
  EXPECT_EQ(raw(pattern(Kind::bytes, "GOT:"), "GOX"), (Raw{std::nullopt, true}));
}

TEST(FindRaw, TakesAsManyBytesAsTheLongestOfSeveralTextsHas) {
  const Pattern wanted{.predicates = {predicate(Kind::starts_with, "GOT:"), predicate(Kind::equals, "GOT:ab"),
                                      predicate(Kind::starts_with, "G")},
                       .place = {}};
  EXPECT_EQ(raw(wanted, "GOT:abc"), (Raw{Span{0, 6}, false}));
  EXPECT_EQ(raw(wanted, "GOT:a"), (Raw{std::nullopt, false}));
}

TEST(FindRaw, GoesThroughTheFirstOfWhatItMayEndWith) {
  EXPECT_EQ(raw(pattern(Kind::ends_with, "> "), "a> b> "), (Raw{Span{1, 3}, false}));
}

TEST(FindRaw, TakesTheShortestMatchSoThatItDoesNotMatterHowTheBytesArrive) {
  EXPECT_EQ(raw(pattern(Kind::matches, "a+"), "xaaa"), (Raw{Span{1, 2}, false}));
  EXPECT_EQ(raw(pattern(Kind::matches, "a.*;"), "xa;b;"), (Raw{Span{1, 3}, false}));
  EXPECT_EQ(raw(pattern(Kind::matches, "x*"), "abc"), (Raw{Span{0, 0}, false}));
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

}  // namespace
}  // namespace client::scenario
