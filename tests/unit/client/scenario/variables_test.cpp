#include "client/scenario/variables.h"

#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace client::scenario {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

/// The text of `templated` for client 3 of the group "g" in its iteration 5.
std::string expanded(const Template& templated) {
  std::string out;
  std::function<std::uint64_t()> random = [] { return 0; };
  templated.expand({.client_index = 3, .client_name = "g", .iteration = 5, .now_ms = 1700, .random = &random}, out);
  return out;
}

class VariablesTest : public testing::Test {
 protected:
  void define(const std::string& name, std::string_view value) {
    std::vector<TemplateError> errors;
    variables_.define(name, value, errors);
    note(errors);
  }

  std::string text(std::string_view text, Changing allowed = Changing::at_each_use) {
    std::vector<TemplateError> errors;
    const Template compiled = variables_.compile(text, allowed, errors);
    note(errors);
    return expanded(compiled);
  }

  /// What was wrong since the last call, as "OFFSET-LENGTH MESSAGE".
  std::vector<std::string> errors() { return std::exchange(errors_, {}); }

  Variables variables_{{{"fixed", "from the command line"}, {"literal", "${client.index}"}},
                       42,
                       [](const std::string& name) -> std::optional<std::string> {
                         if (name == "HOME") return "/root";
                         if (name == "EMPTY") return "";
                         return std::nullopt;
                       }};

 private:
  void note(const std::vector<TemplateError>& errors) {
    for (const TemplateError& error : errors) {
      errors_.push_back(std::to_string(error.offset) + "-" + std::to_string(error.length) + " " + error.message);
    }
  }

  std::vector<std::string> errors_;
};

TEST_F(VariablesTest, FillInWhatIsKnownBeforeTheRun) {
  define("name", "value");
  std::vector<TemplateError> errors;
  const Template compiled = variables_.compile("<${name}|${env:HOME}|${seed}|${env:EMPTY}>", Changing::none, errors);
  EXPECT_THAT(errors, IsEmpty());
  EXPECT_TRUE(compiled.is_constant());
  EXPECT_EQ(compiled.constant(), "<value|/root|42|>");
}

TEST_F(VariablesTest, LeaveInWhatChangesDuringTheRun) {
  EXPECT_EQ(text("${client.name} ${client.index}/${iteration} at ${now_ms}"), "g 3/5 at 1700");
  EXPECT_EQ(text("${random:4} ${uuid}"), "0000 00000000-0000-4000-8000-000000000000");
  EXPECT_THAT(errors(), IsEmpty());
}

TEST_F(VariablesTest, AreLookedUpFromTheCommandLineToTheGroupToTheFile) {
  define("fixed", "from the file");
  define("both", "from the file");
  define("file", "from the file");
  variables_.enter_group();
  define("both", "from the group");
  EXPECT_EQ(text("${fixed}, ${both}, ${file}"), "from the command line, from the group, from the file");
  variables_.enter_group();
  EXPECT_EQ(text("${both}"), "from the file");
}

TEST_F(VariablesTest, AreExpandedOnce) {
  EXPECT_EQ(text("${literal}"), "${client.index}");
  define("dollar", "$${client.index}");
  EXPECT_EQ(text("${dollar}"), "${client.index}");
}

TEST_F(VariablesTest, MayUseThoseInFrontOfThem) {
  define("a", "x${client.index}");
  define("b", "${a}${a}");
  EXPECT_EQ(text("${b}"), "x3x3");
  define("loop", "${loop}");
  EXPECT_THAT(
      errors(),
      ElementsAre(
          R"(0-7 unknown variable "loop"; variables are defined before they are used, in "variables" or with --var)"));
}

TEST_F(VariablesTest, KnowADollarFromAReference) {
  EXPECT_EQ(text("$ $$ $x $} } { $${a} $$${literal}"), "$ $$ $x $} } { ${a} $${literal}");
  EXPECT_EQ(text(""), "");
  EXPECT_EQ(text("$"), "$");
  EXPECT_THAT(errors(), IsEmpty());
}

TEST_F(VariablesTest, TellEveryErrorOfAString) {
  EXPECT_EQ(text("ab${iteraton}cd${}e${env:NOPE}f${fixed"), "abcdef");
  EXPECT_THAT(
      errors(),
      ElementsAre(
          R"(2-11 unknown variable "iteraton", did you mean "iteration"?)",
          R"(15-3 unknown variable ""; variables are defined before they are used, in "variables" or with --var)",
          R"(19-11 the environment variable "NOPE" is not set)", "31-7 this ${ has no }; a plain ${ is written $${"));
}

TEST_F(VariablesTest, SuggestNamesThatAreDefined) {
  define("greeting", "Hello");
  text("${greting}");
  EXPECT_THAT(errors(), ElementsAre(R"(0-10 unknown variable "greting", did you mean "greeting"?)"));
}

TEST_F(VariablesTest, TakeASaneLengthForRandom) {
  EXPECT_EQ(text("${random:65536}").size(), 65536U);
  for (const std::string length : {"", "0", "65537", "-1", "x", "1x", "99999999999"}) {
    text("${random:" + length + "}");
    EXPECT_THAT(errors(), ElementsAre(testing::HasSubstr("${random:N} gives N letters and digits, from 1 to 65536")))
        << length;
  }
}

TEST_F(VariablesTest, RefuseWhatChangesWhereItCannotStand) {
  text("${uuid}", Changing::per_client);
  EXPECT_THAT(
      errors(),
      ElementsAre(
          R"(0-7 "${uuid}" is another text each time it is used; it can stand only in what is sent, set or logged)"));
  text("${iteration}", Changing::none);
  EXPECT_THAT(
      errors(),
      ElementsAre(
          R"(0-12 "${iteration}" is not known before the run; here only variables, env:NAME and seed can stand)"));
  define("late", "${client.index}");
  text("${late}", Changing::none);
  EXPECT_THAT(errors(), ElementsAre(testing::HasSubstr(R"("${late}" is not known before the run)")));
  define("never", "${random:5}");
  EXPECT_THAT(errors(), ElementsAre(testing::HasSubstr("it can stand only in what is sent, set or logged")));
}

TEST_F(VariablesTest, HaveAFilesOwnSeed) {
  variables_.set_seed(7);
  EXPECT_EQ(text("${seed}"), "7");
}

TEST_F(VariablesTest, BoundWhatTheStringsOfAFileComeTo) {
  std::string name = "v0";
  define(name, std::string(1024, 'x'));
  for (int i = 1; i < 20; ++i) {
    const std::string next = "v" + std::to_string(i);
    define(next, "${" + name + "}${" + name + "}");
    name = next;
  }
  EXPECT_THAT(errors(), ElementsAre("0-12 the strings of a file take 64 MiB at most with their ${…} filled in"));
  EXPECT_EQ(text("${v1}"), "") << "what is over the bound stays away";
  EXPECT_THAT(errors(), IsEmpty()) << "it is told once";
}

TEST_F(VariablesTest, CountWhatChangesByWhatItMayBecome) {
  std::string many;
  for (int i = 0; i < 1025; ++i) many += "${random:65536}";
  text(many);
  EXPECT_THAT(errors(), ElementsAre(testing::HasSubstr("the strings of a file take 64 MiB at most")));
}

TEST(VariableName, IsAWordThatIsNotBuiltIn) {
  for (const std::string_view name : {"a", "A_1", "_", "name", "client", "random", "env"}) {
    EXPECT_TRUE(Variables::is_name(name)) << name;
  }
  for (const std::string_view name : {"", "1a", "a-b", "a.b", "a b", "ü", "seed", "iteration", "uuid", "now_ms",
                                      "client.index", "env:X", "random:1"}) {
    EXPECT_FALSE(Variables::is_name(name)) << name;
  }
}

TEST_F(VariablesTest, SaysWhatAPartOfANameMeans) {
  for (const auto& [part, whole] :
       {std::pair("random", "random:N"), std::pair("env", "env:NAME"), std::pair("index", "client.index"),
        std::pair("name", "client.name"), std::pair("client", "client.index")}) {
    text(std::string("${") + part + "}");
    EXPECT_THAT(errors(), ElementsAre(testing::EndsWith(std::string("did you mean \"") + whole + "\"?"))) << part;
  }
}

TEST(Variables, KnowWhichOfTheCommandLineAreInUse) {
  Variables variables({{"used", "1"}, {"in another", "2"}, {"unused", "3"}}, 1, {});
  std::vector<TemplateError> errors;
  variables.define("whole", "${in another}", errors);
  variables.define("unused", "is defined, too", errors);
  (void)variables.compile("${used} ${whole}", Changing::none, errors);
  EXPECT_TRUE(errors.empty());
  EXPECT_THAT(variables.fixed_in_use(), ElementsAre("in another", "used"));
  EXPECT_THAT(variables.defined(), ElementsAre("unused", "whole"));
}

}  // namespace
}  // namespace client::scenario
