#include "client/scenario/bad_value.h"

#include <optional>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace client::scenario {
namespace {

using Kind = Predicate::Kind;
using testing::HasSubstr;

Template variable() { return Template({{.reference = Template::Reference::value, .literal = {}, .number = 0}}); }

Pattern pattern(Kind kind, std::vector<Template> texts) {
  return {.predicates = {{.kind = kind, .texts = std::move(texts)}}, .place = {}};
}

Pattern inside(Kind kind, Pattern part) {
  return {.predicates = {{.kind = kind, .patterns = {std::move(part)}}}, .place = {}};
}

/// Why the variable's value cannot be used in the pattern; empty when it can.
std::string why(const Pattern& pattern, const std::string& value, bool raw = false) {
  const std::vector<std::optional<std::string>> values{value};
  const auto bad = find_bad_value(pattern, {.client_name = {}, .values = values}, raw);
  return bad ? bad->why : "";
}

TEST(BadValue, IsARegularExpressionThatIsNone) {
  const Pattern matches = pattern(Kind::matches, {variable()});
  EXPECT_EQ(why(matches, "a+b"), "");
  EXPECT_THAT(why(matches, "a+b("), HasSubstr("bad regular expression"));
  EXPECT_THAT(why(matches, "x{1001}"), HasSubstr("1000"));
  EXPECT_THAT(why(matches, std::string(2000, 'a')), HasSubstr("1024 bytes"));
}

TEST(BadValue, IsARegularExpressionThatRawBytesCannotBeSearchedFor) {
  const Pattern matches = pattern(Kind::matches, {variable()});
  EXPECT_EQ(why(matches, "a$"), "");
  EXPECT_THAT(why(matches, "a$", true), HasSubstr("leave out $"));
}

TEST(BadValue, IsANumberThatIsNone) {
  for (const Kind kind : {Kind::less, Kind::greater}) {
    EXPECT_EQ(why(pattern(kind, {variable()}), "-1.5"), "");
    EXPECT_EQ(why(pattern(kind, {variable()}), "ten"), "it is no number");
  }
  const Template five(std::string("5"));
  EXPECT_EQ(why(pattern(Kind::between, {five, variable()}), ""), "it is no number");
  EXPECT_EQ(why(pattern(Kind::between, {five, variable()}), "5"), "");
  EXPECT_EQ(why(pattern(Kind::between, {five, variable()}), "4"), "nothing is between 5 and 4");
}

TEST(BadValue, IsALengthThatIsNotWhole) {
  const Pattern length = inside(Kind::length, pattern(Kind::equals, {variable()}));
  EXPECT_EQ(why(length, "12"), "");
  for (const char* value : {"-1", "1.5", "0.1e0"}) {
    EXPECT_EQ(why(length, value), "a length is a whole number from 0 on") << value;
  }
  EXPECT_EQ(why(inside(Kind::length, pattern(Kind::less, {variable()})), "1.5"), "") << "a bound need not be whole";
  EXPECT_EQ(why(pattern(Kind::equals, {variable()}), "x"), "") << "a text may be any";
}

TEST(BadValue, IsFoundWhereverItStands) {
  const Pattern bad = pattern(Kind::matches, {variable()});
  for (const Kind kind : {Kind::negation, Kind::all, Kind::any}) {
    EXPECT_THAT(why(inside(kind, inside(kind, bad)), "("), HasSubstr("bad regular expression"));
  }
}

}  // namespace
}  // namespace client::scenario
