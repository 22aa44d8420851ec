#include "client/scenario/schema.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <re2/re2.h>

#include "tests/support/process.h"
#include "tests/support/temporary_directory.h"
#include "tests/unit/client/scenario/parsing.h"
#include "tests/unit/client/scenario/schema/variants.h"

// The schema and the parser accept the same files. The parser is asked here, the schema by a program that knows nothing
// of gotback, and what they are asked about is made of files that are right by changing each place in many ways.

namespace client::scenario {
namespace {

const std::filesystem::path kSource = GOTBACK_SOURCE_DIR;
const std::filesystem::path kRich = kSource / "tests/unit/client/scenario/schema";

// --- What a schema cannot say

/// A reason why the parser may refuse what the schema accepts. The reverse has none.
struct Exception {
  std::string_view reason;
  std::string_view message;  ///< a regular expression for what the parser says
  std::string_view example;  ///< of a file that has it
};

constexpr std::string_view kChosenByValue = "what ${…} comes to";
constexpr std::string_view kWrittenAsFraction = "1.0 is a whole number to a schema";

const std::vector<Exception>& exceptions() {
  static const std::vector<Exception> all{
      {"a regular expression is one to RE2 alone", "bad regular expression", R"({"expect": {"matches": "("}})"},
      {"what a match captures is in its text", "cannot be a variable's name",
       R"({"expect": {"matches": "(?P<seed>a)b"}})"},
      {"an address has a grammar of its own", "bad (target|source)",
       R"({"log": "a"}]}, {"target": "tcp://a", "steps": [{"log": ""})"},
      {"names are compared", "is called .*, too;",
       R"({"log": "a"}], "name": "a"}, {"name": "a", "steps": [{"log": ""})"},
      {"names are compared", "has a value before the run already",
       R"({"set": {"a": 1}}], "variables": {"a": 1}}, {"steps": [{"log": ""})"},
      {"durations are compared", "must be shorter than the timeout",
       R"({"expect": {"equals": "", "not_before": "9s"}})"},
      {"durations are compared", "\"min\" must not be longer", R"({"sleep": {"min": "2s", "max": "1s"}})"},
      {"numbers are compared", "nothing is between", R"({"expect": {"between": [2, 1]}})"},
      {"a number with its unit has a bound", "a duration is at most 100 years", R"({"sleep": "876001h"})"},
      {"a number with its unit may be no whole number of bytes", "bad size",
       R"({"log": ""}]}], "defaults": {"max_buffer": "1.5B"}, "x-": [{"x": [1)"},
      {"the framing may be the file's or the group's", "framing raw",
       R"({"expect": {"empty": true}}], "framing": "raw"}, {"steps": [{"log": ""})"},
      {"the framing is the group's", "framing raw has no frames of which",
       R"({"expect": {"capture": "a"}}], "framing": "raw"}, {"steps": [{"log": ""})"},
      {"the steps of a setup are steps", "these steps run alone",
       R"({"log": ""}]}], "setup": [{"barrier": {"name": "a"}}], "x-": [{"x": [1)"},
      {"rates are compared", "\"from\" must be less",
       R"({"log": ""}]}], "load": {"model": "open", "find_max": {"from": "2/s", "to": "1/s", "for": "1s"}}, "thresholds": [{"metric": "errors", "below": 1}], "x-": [{"x": [1)"},
      {"rates are compared", "nothing would ever start",
       R"({"log": ""}]}], "load": {"model": "open", "rate": "0/s", "duration": "1s"}, "x-": [{"x": [1)"},
      {"limits are compared", "can never hold",
       R"({"log": ""}]}], "load": {"duration": "1s"}, "thresholds": [{"metric": "errors", "below": 0}], "x-": [{"x": [1)"},
      {"the threshold is the file's", "no step is an exchange",
       R"({"log": ""}]}], "load": {"duration": "1s"}, "thresholds": [{"metric": "exchange", "at": "p50", "below": "1s"}], "x-": [{"x": [1)"},
      {"a number with its unit has a bound", "a rate is at most",
       R"({"log": ""}], "message_rate": "1000000001/s"}, {"steps": [{"log": ""})"},
      {"the load is the file's", "under load", R"({"barrier": {}}]}], "load": {"duration": "1s"}, "x-": [{"x": [1)"},
      {"the load is the file's", "with a \"depth\" above 1",
       R"({"log": ""}]}], "load": {"duration": "1s", "depth": 2}, "x-": [{"x": [1)"},
      {"those who come to a barrier are counted", "this barrier", R"({"barrier": {"parties": 2}})"},
      {"steps of other groups are compared", "parties here, and",
       R"({"barrier": {"parties": 1}}]}, {"steps": [{"barrier": {"parties": 2}})"},
      {"what is sent is counted", "comes to more than", R"({"send": {"repeat": {"of": "abc", "count": 1000000000}}})"},
      {"what is sent is counted", "a length of 1 byte counts to 255",
       R"({"send": {"random": 999}}], "framing": {"length_prefix": {"bytes": 1}}}, {"steps": [{"log": ""})"},
  };
  return all;
}

/// Why the parser may say this; empty when it may not.
std::string_view reason_for(const Diagnostic& error, const Json& document) {
  const auto exception = std::ranges::find_if(exceptions(), [&](const Exception& candidate) {
    return RE2::PartialMatch(error.message, std::string(candidate.message));
  });
  if (exception != exceptions().end()) return exception->reason;
  const Json& value = document[Json::json_pointer(error.place.pointer)];
  if (value.is_string() && value.get<std::string>().contains("${")) return kChosenByValue;
  return value.is_number_float() && error.message.contains("a whole number") ? kWrittenAsFraction : "";
}

// --- Both judges

/// What a schema says of each document.
std::vector<bool> accepted_by_schema(const std::vector<Variant>& variants) {
  std::string lines;
  for (const Variant& variant : variants) lines += variant.document.dump() + "\n";
  const support::TemporaryDirectory folder;
  const auto schema_file = folder.write("schema.json", schema());
  const support::Finished judged = support::run({.arguments = {"/usr/bin/python3", kRich / "judge.py", schema_file}},
                                                lines, std::chrono::minutes(5));
  EXPECT_EQ(judged.exit, support::Exit::code(0)) << judged.error;
  std::vector<bool> accepted;
  for (const char c : judged.output) {
    if (c != '\n') accepted.push_back(c == '1');
  }
  return accepted;
}

/// What is wrong with how the parser and the schema judge; empty when nothing is.
std::string disagreement(const Variant& variant, bool by_schema) {
  const auto parsed_one = parsed(variant.document.dump());
  if (parsed_one) return by_schema ? "" : "the schema refuses what the parser accepts";
  if (!by_schema) return "";
  for (const Diagnostic& error : parsed_one.error()) {
    if (reason_for(error, variant.document).empty()) return "the schema accepts: " + render(error);
  }
  return "";
}

/// What both say of each.
void compare(const std::vector<Variant>& variants) {
  const std::vector<bool> by_schema = accepted_by_schema(variants);
  ASSERT_EQ(by_schema.size(), variants.size());
  int disagreements = 0;
  for (std::size_t i = 0; i < variants.size(); ++i) {
    const std::string wrong = disagreement(variants[i], by_schema[i]);
    if (!wrong.empty() && ++disagreements <= 20) ADD_FAILURE() << variants[i].change << "\n" << wrong;
  }
  testing::Test::RecordProperty("variants", static_cast<int>(variants.size()));
  EXPECT_EQ(disagreements, 0) << "of " << variants.size();
}

Json read_json(const std::string& text) { return Json::parse(text, nullptr, true, /*ignore_comments=*/true); }

std::vector<std::filesystem::path> files_in(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> files;
  for (const Found& file : find_scenarios({folder}).value()) files.emplace_back(file.path);
  return files;
}

std::string name_of_file(const testing::TestParamInfo<std::filesystem::path>& info) { return info.param.stem(); }

class SchemaOnRichFiles : public testing::TestWithParam<std::filesystem::path> {};
INSTANTIATE_TEST_SUITE_P(All, SchemaOnRichFiles, testing::ValuesIn(files_in(kRich)), name_of_file);

TEST_P(SchemaOnRichFiles, AcceptsWhatTheParserAccepts) {
  compare(variants_of(read_json(support::read_file(GetParam()))));
}

/// The scenarios of the repository, and the examples in docs/scenarios.md.
std::vector<Json> shown_documents() {
  std::vector<Json> documents;
  for (const auto& file : files_in(kSource / "scenarios")) documents.push_back(read_json(support::read_file(file)));
  const std::string reference = support::read_file(kSource / "docs/scenarios.md");
  re2::StringPiece rest(reference);
  for (std::string example; RE2::FindAndConsume(&rest, "(?s)```json\n(.*?)```", &example);) {
    documents.push_back(read_json(example));
  }
  return documents;
}

TEST(Schema, AcceptsWhatTheParserAcceptsOfWhatIsShown) {
  std::vector<Variant> variants;
  std::set<std::string> kinds;
  for (const Json& document : shown_documents()) {
    EXPECT_TRUE(parsed(document.dump()));
    for (Variant& variant : variants_of(document, kinds)) variants.push_back(std::move(variant));
  }
  compare(variants);
}

TEST(Schema, HasNoExceptionWithoutNeed) {
  for (const Exception& exception : exceptions()) {
    const Variant variant{"", Json::parse(with_steps(std::string(exception.example)))};
    EXPECT_THAT(accepted_by_schema({variant}), testing::ElementsAre(true)) << exception.example;
    const auto errors = errors_of(variant.document.dump());
    ASSERT_EQ(errors.size(), 1U) << exception.example;
    EXPECT_THAT(errors[0], testing::ContainsRegex(std::string(exception.message))) << exception.example;
  }
}

// --- Keys

using Keys = std::set<std::string>;

/// The keys of each kind of object in the schema.
void collect_keys(const Json& value, std::set<Keys>& out) {
  if (value.is_object() && value.contains("additionalProperties") && value.contains("properties")) {
    Keys keys;
    for (const auto& [key, property] : value["properties"].items()) keys.insert(key);
    out.insert(keys);
  }
  for (const Json& part : value) {
    if (part.is_structured()) collect_keys(part, out);
  }
}

/// The keys of each kind of object that the parser knows: what it says when it meets another one.
std::set<Keys> keys_of_parser() {
  std::set<Keys> all;
  for (const auto& file : files_in(kRich)) {
    for (const Variant& variant : variants_of(read_json(support::read_file(file)))) {
      if (!variant.change.ends_with("with the key unknown")) continue;
      for (const std::string& error : errors_of(variant.document.dump())) {
        std::string known;
        if (error.ends_with("unknown key \"unknown\"; it takes none here")) all.insert(Keys{});
        if (!RE2::PartialMatch(error, "unknown key \"unknown\"; known here: (.*)", &known)) continue;
        Keys keys;
        re2::StringPiece rest(known);
        for (std::string key; RE2::FindAndConsume(&rest, "([^, ]+)", &key);) keys.insert(key);
        all.insert(keys);
      }
    }
  }
  return all;
}

TEST(Schema, HasTheKeysThatTheParserKnows) {
  std::set<Keys> in_schema;
  collect_keys(Json::parse(schema()), in_schema);
  EXPECT_EQ(in_schema, keys_of_parser());
  EXPECT_GT(in_schema.size(), 20U);
}

void collect_used(const Json& value, Keys& out) {
  if (value.is_object()) {
    for (const auto& [key, member] : value.items()) out.insert(key);
  }
  for (const Json& part : value) {
    if (part.is_structured()) collect_used(part, out);
  }
}

TEST(Schema, IsJudgedWithEveryKey) {
  Keys used;
  for (const auto& file : files_in(kRich)) collect_used(read_json(support::read_file(file)), used);
  std::set<Keys> in_schema;
  collect_keys(Json::parse(schema()), in_schema);
  for (const Keys& keys : in_schema) EXPECT_THAT(used, testing::IsSupersetOf(keys));
}

TEST(Schema, IsTheFileThatEditorsRead) {
  EXPECT_EQ(schema(), support::read_file(kSource / "scenarios/scenario.schema.json"));
}

}  // namespace
}  // namespace client::scenario
