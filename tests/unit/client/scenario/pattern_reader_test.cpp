#include "client/scenario/pattern_reader.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/client/scenario/parsing.h"

namespace client::scenario {
namespace {

using Kind = Predicate::Kind;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

Predicate predicate_of(const std::string& predicates) {
  return step_of<Expect>(R"({"expect": {)" + predicates + "}}").frames.front().predicates.front();
}

bool holds(const std::string& predicates, std::string_view frame) {
  return step_of<Expect>(R"({"expect": {)" + predicates + "}}").frames.front().first_failing(frame, {}) == nullptr;
}

std::vector<std::string> predicate_errors(const std::string& predicates) {
  return errors_of(with_steps(R"({"expect": {)" + predicates + "}}"));
}

TEST(Predicates, HaveValuesOfTheirKind) {
  EXPECT_TRUE(holds(R"("one_of": ["a", "b"])", "b"));
  EXPECT_TRUE(holds(R"("bytes": "47 4f 54")", "GOT"));
  EXPECT_TRUE(holds(R"("empty": true)", ""));
  EXPECT_TRUE(holds(R"("length": 3)", "abc"));
  EXPECT_TRUE(holds(R"("length": {"greater": 2, "less": 4})", "abc"));
  EXPECT_FALSE(holds(R"("length": {"between": [1, 2]})", "abc"));
  EXPECT_TRUE(holds(R"("less": 5, "greater": -1.5)", "0"));
  EXPECT_TRUE(holds(R"("between": [1, 3])", "3"));
  EXPECT_TRUE(holds(R"("not": {"contains": "x"})", "abc"));
  EXPECT_TRUE(holds(R"("not": "x")", "abc")) << "a string is an equals";
  EXPECT_TRUE(holds(R"("any": ["x", {"starts_with": "a"}])", "abc"));
  EXPECT_FALSE(holds(R"("all": [{"contains": "x"}, {"starts_with": "a"}])", "abc"));
}

TEST(Predicates, SayWhatIsWrongWithTheirValues) {
  EXPECT_THAT(predicate_errors(R"("one_of": [])"), ElementsAre(HasSubstr("a list of at least one text")));
  EXPECT_THAT(predicate_errors(R"("one_of": "a")"), ElementsAre(HasSubstr("must be a list")));
  EXPECT_THAT(predicate_errors(R"("bytes": "4")"), ElementsAre(HasSubstr("bad hex")));
  EXPECT_THAT(predicate_errors(R"("empty": 1)"), ElementsAre(HasSubstr("true or false")));
  EXPECT_THAT(predicate_errors(R"("length": "five")"),
              ElementsAre(HasSubstr(R"("length" must be a number, not "five")")));
  EXPECT_THAT(predicate_errors(R"("length": {})"), ElementsAre(HasSubstr("says nothing about the length")));
  EXPECT_THAT(predicate_errors(R"("length": {"equals": "5"})"),
              testing::Contains(HasSubstr(R"(unknown key "equals")")));
  EXPECT_THAT(predicate_errors(R"("less": "5")"), ElementsAre(HasSubstr(R"("less" must be a number, not "5")")));
  EXPECT_THAT(predicate_errors(R"("between": [1])"), ElementsAre(HasSubstr("a list of two numbers")));
  EXPECT_THAT(predicate_errors(R"("between": [3, 1])"), ElementsAre(HasSubstr("nothing is between 3 and 1")));
  EXPECT_THAT(predicate_errors(R"("any": [{}])"), ElementsAre(HasSubstr("says nothing about the frame")));
  EXPECT_THAT(predicate_errors(R"("not": {"equal": "x"})"),
              testing::Contains(HasSubstr(R"(unknown key "equal", did you mean "equals"?)")));
}

TEST(Predicates, TakeNumbersOutOfVariables) {
  LoadOptions options;
  options.variables["n"] = "5";
  options.variables["word"] = "five";
  EXPECT_EQ(predicate_of(R"("less": "${client.index}")").kind, Kind::less);
  EXPECT_THAT(errors_of(with_steps(R"({"expect": {"less": "${n}"}})"), options), testing::IsEmpty());
  EXPECT_THAT(errors_of(with_steps(R"({"expect": {"less": "${word}"}})"), options),
              ElementsAre(HasSubstr(R"("less" must be a number, not "five")")));
}

TEST(RawPredicates, AreThoseThatKnowWhatTheyTake) {
  for (const char* predicate : {R"("length": 3)", R"("not_equals": "a")", R"("any": ["a"])", R"("empty": true)"}) {
    EXPECT_THAT(predicate_errors(std::string(R"("framing": "raw", )") + predicate),
                ElementsAre(HasSubstr("framing raw does not know how many bytes")))
        << predicate;
  }
  EXPECT_THAT(predicate_errors(R"("framing": "raw", "mode": "sequence", "frames": ["a", {"less": 1}])"),
              ElementsAre(HasSubstr("/expect/frames/1 framing raw does not know")));
  EXPECT_THAT(predicate_errors(R"("framing": "raw", "matches": "ok$")"),
              ElementsAre(HasSubstr("framing raw takes a match as soon as it is there")));
  EXPECT_THAT(predicate_errors(R"("framing": "raw", "starts_with": "a", "bytes": "61", "ends_with": "a")"), SizeIs(0));
  for (const char* predicate : {R"("matches": "x*")", R"("starts_with": "")", R"("equals": "")"}) {
    EXPECT_THAT(predicate_errors(std::string(R"("framing": "raw", )") + predicate),
                ElementsAre(HasSubstr("this is met before a byte has come")))
        << predicate;
  }
}

}  // namespace
}  // namespace client::scenario
