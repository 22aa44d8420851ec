#include "client/scenario/barriers.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "client/scenario/load.h"

namespace client::scenario {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;

/// What is wrong with a file of these groups.
std::string errors_of(const std::string& groups) {
  const auto scenario = parse("x.json", R"({"clients": [)" + groups + "]}", {});
  std::string errors;
  if (scenario) return errors;
  for (const Diagnostic& diagnostic : scenario.error()) errors += render(diagnostic);
  return errors;
}

std::string group(const std::string& keys, const std::string& steps) {
  return "{" + keys + R"(, "steps": [)" + steps + "]}";
}

constexpr auto kTwo = R"({"barrier": {"name": "b", "parties": 2}})";
constexpr auto kThree = R"({"barrier": {"name": "b", "parties": 3}})";

TEST(Barriers, AreMetByAsManyClientsAsTheyHaveParties) {
  EXPECT_THAT(errors_of(group(R"("count": 2)", kTwo)), IsEmpty());
  EXPECT_THAT(errors_of(group(R"("name": "a")", kTwo) + "," + group(R"("name": "b")", kTwo)), IsEmpty());
  EXPECT_THAT(errors_of(group(R"("count": 5)", R"({"barrier": {}}, {"barrier": {"name": "c"}})")), IsEmpty());
}

TEST(Barriers, CannotBeMetByFewerClients) {
  EXPECT_THAT(errors_of(group(R"("count": 2)", kThree)),
              AllOf(HasSubstr("x.json:1:49: error: this barrier waits for 3 parties and only 2 clients come to it"),
                    HasSubstr("  (/clients/0/steps/0/barrier)\n"), HasSubstr("^^^")));
  EXPECT_THAT(errors_of(group(R"("name": "a")", kTwo) + "," + group(R"("count": 7)", R"({"close": {}})")),
              HasSubstr("only 1 client comes to it"));
}

TEST(Barriers, AreMetByEachClientOnceAtATime) {
  EXPECT_THAT(errors_of(group(R"("iterations": 2)", kTwo)), HasSubstr("only 1 client comes to it"));
  EXPECT_THAT(errors_of(group(R"("count": 1)", std::string(kTwo) + "," + kTwo)), HasSubstr("only 1 client comes"));
}

TEST(Barriers, WithoutPartiesAreForAllClientsOfTheFile) {
  const std::string others = "," + group(R"("count": 4)", R"({"close": {}})");
  EXPECT_THAT(errors_of(group(R"("count": 3)", R"({"barrier": {}})") + others),
              HasSubstr("waits for 7 parties, since without \"parties\" it is for all, and only 3 clients come to it"));
}

TEST(Barriers, AreFoundInOtherSteps) {
  for (const char* outer : {R"("repeat": {"times": 3, "steps")", R"("repeat": {"for": "1s", "steps")",
                            R"("retry": {"times": 3, "until")"}) {
    EXPECT_THAT(errors_of(group(R"("count": 2)", std::string("{") + outer + ": [" + kThree + "]}}")),
                HasSubstr("only 2 clients come to it"))
        << outer;
  }
}

TEST(Barriers, LeaveNobodyBehind) {
  EXPECT_THAT(errors_of(group(R"("count": 3)", kTwo)),
              HasSubstr("the clients come to this barrier 3 times in all, and 2 parties open it: 1 would be left"));
  EXPECT_THAT(errors_of(group(R"("count": 3, "iterations": 2)", kTwo)), IsEmpty());
  const std::string thrice = std::string(R"({"repeat": {"times": 3, "steps": [)") + kTwo + "]}}";
  EXPECT_THAT(errors_of(group(R"("count": 3)", thrice)), HasSubstr("9 times in all"));
  EXPECT_THAT(errors_of(group(R"("count": 3, "iterations": 2)", thrice)), IsEmpty());
}

TEST(Barriers, AreNotMetMoreOftenThanOthersCome) {
  const std::string once = "," + group(R"("name": "once")", kTwo);
  EXPECT_THAT(errors_of(group(R"("iterations": 3)", kTwo) + once),
              HasSubstr("a client comes to this barrier 3 times, and with 2 parties it opens 2 times at most"));
  EXPECT_THAT(errors_of(group(R"("iterations": 1)", kTwo) + once), IsEmpty());
}

TEST(Barriers, MayBeMetWhereNobodyKnowsHowOftenClientsCome) {
  for (const std::string& steps : {std::string(kTwo) + R"(, {"skip": "enough"})",
                                   std::string(R"({"repeat": {"for": "1s", "steps": [)") + kTwo + "]}}",
                                   std::string(R"({"retry": {"times": 3, "until": [)") + kTwo + "]}}"}) {
    EXPECT_THAT(errors_of(group(R"("count": 3)", steps)), IsEmpty()) << steps;
  }
}

TEST(Barriers, CountAsFarAsTheyHaveTo) {
  const std::string often = std::string(R"({"repeat": {"times": 1000000000, "steps": [)") + kTwo + "]}}";
  EXPECT_THAT(errors_of(group(R"("count": 3, "iterations": 1000000000)", often)), IsEmpty());
}

TEST(Barriers, OfOneNameHaveOneNumberOfParties) {
  EXPECT_THAT(errors_of(group(R"("count": 2)", kTwo) + ",\n" + group(R"("name": "c", "count": 3)", kThree)),
              HasSubstr("x.json:2:49: error: the barrier \"b\" has 3 parties here, and 2 in line 1; give it"));
  EXPECT_THAT(errors_of(group(R"("count": 2)", R"({"barrier": {}}, {"barrier": {"parties": 2}})")), IsEmpty())
      << "2 are all of the file";
  EXPECT_THAT(errors_of(group(R"("count": 2)", R"({"barrier": {}}, {"barrier": {"parties": 1}})")),
              HasSubstr("the barrier without a name has 1 parties here, and 2 in line 1"));
}

}  // namespace
}  // namespace client::scenario
