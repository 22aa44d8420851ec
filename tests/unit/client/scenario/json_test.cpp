#include "client/scenario/json.h"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace client::scenario {
namespace {

using testing::ElementsAre;

/// The characters that each key and value of `text` is said to take, in the order of the file.
class Slices {
 public:
  explicit Slices(const std::string& text) : source_("x.json", text) {
    DiagnosticList errors(source_);
    const auto root = parse_json(source_, errors);
    if (root) add(*root);
  }

  const std::vector<std::string>& all() const { return all_; }

 private:
  void add(Extent extent) { all_.push_back(source_.text().substr(extent.offset, extent.length)); }

  void add(const Node& node) {
    add(node.extent);
    for (const Node& element : node.elements) add(element);
    for (const Member& member : node.members) {
      add(member.key_extent);
      add(member.value);
    }
  }

  SourceFile source_;
  std::vector<std::string> all_;
};

std::vector<std::string> slices(const std::string& text) { return Slices(text).all(); }

std::vector<std::string> errors_of(const std::string& text) {
  const SourceFile source("x.json", text);
  DiagnosticList list(source);
  const bool parsed = parse_json(source, list).has_value();
  std::vector<std::string> errors;
  for (const Diagnostic& error : list.take()) {
    const Place& place = error.place;
    errors.push_back(std::to_string(place.line) + ":" + std::to_string(place.column) + "-" +
                     std::to_string(place.length) + " " + place.pointer + " " + error.message);
  }
  if (parsed) errors.emplace_back("parsed");
  return errors;
}

TEST(Json, KnowsWhereValuesStand) {
  EXPECT_THAT(slices("17"), ElementsAre("17"));
  EXPECT_THAT(slices(" [ ] "), ElementsAre("[ ]"));
  EXPECT_THAT(
      slices(R"({"a":[1,-2.5e+3,true,false,null,"x"],"b":{}})"),
      ElementsAre(R"({"a":[1,-2.5e+3,true,false,null,"x"],"b":{}})", R"("a")", R"([1,-2.5e+3,true,false,null,"x"])",
                  "1", "-2.5e+3", "true", "false", "null", R"("x")", R"("b")", "{}"));
}

TEST(Json, KnowsWhereNumbersEnd) {
  EXPECT_THAT(slices("[0]"), ElementsAre("[0]", "0"));
  EXPECT_THAT(slices("[1\n,2 ,3/**/,4//\n]"), ElementsAre("[1\n,2 ,3/**/,4//\n]", "1", "2", "3", "4"));
  EXPECT_THAT(slices(R"({"a":1})"), ElementsAre(R"({"a":1})", R"("a")", "1"));
  EXPECT_THAT(slices("-0"), ElementsAre("-0"));
}

TEST(Json, KnowsWhereStringsBegin) {
  EXPECT_THAT(slices(R"(["","\"","\\","\\\"","a\\\\","\u0022\\"])"),
              ElementsAre(testing::_, R"("")", R"("\"")", R"("\\")", R"("\\\"")", R"("a\\\\")", R"("\u0022\\")"));
  EXPECT_THAT(slices(R"({"\\":"\\","\"":"世"})"), ElementsAre(testing::_, R"("\\")", R"("\\")", R"("\"")", R"("世")"));
}

TEST(Json, IsNotConfusedByComments) {
  EXPECT_THAT(slices("/* \" */ [ // \"\\\n\"a\" /* 1 */, /*x\\*/\"b\", /*2*/3] // \""),
              ElementsAre(testing::_, R"("a")", R"("b")", "3"));
}

TEST(Json, KeepsNumbersAsTheyAreWritten) {
  const SourceFile source("x.json", "[18446744073709551616, -0, 1.50, 1E2]");
  DiagnosticList errors(source);
  const auto root = parse_json(source, errors);
  ASSERT_TRUE(root);
  std::vector<std::string> texts;
  for (const Node& node : root->elements) texts.push_back(node.text);
  EXPECT_THAT(texts, ElementsAre("18446744073709551616", "-0", "1.50", "1E2"));
}

TEST(Json, ReadsEscapes) {
  const SourceFile source("x.json", R"(["\u0000\u001f\u00ff\ud83d\ude00\n\/"])");
  DiagnosticList errors(source);
  const auto root = parse_json(source, errors);
  ASSERT_TRUE(root);
  EXPECT_EQ(root->elements.front().text, std::string("\0\x1f\u00ff😀\n/", 10));
}

TEST(Json, PointsAtSyntaxErrors) {
  const std::vector<std::pair<std::string, std::string>> cases{
      {"", "1:1-1  syntax error: unexpected end of input; expected '[', '{', or a literal"},
      {"  \n\n", "1:1-1  syntax error: unexpected end of input; expected '[', '{', or a literal"},
      {"{\"a\": [1, 2\n\n", "1:12-1 /a syntax error: unexpected end of input; expected ']'"},
      {"[1 2]", "1:4-1  syntax error: unexpected number literal; expected ']'"},
      {R"([1 "two"])", "1:4-5  syntax error: unexpected string literal; expected ']'"},
      {"[1, ]", "1:3-1  syntax error: nothing follows this comma; remove it"},
      {"{\"a\":1,\n}", "1:7-1  syntax error: nothing follows this comma; remove it"},
      {R"({"a" 1})", "1:6-1  syntax error: unexpected number literal; expected ':'"},
      {"{a: 1}", "1:2-1  syntax error: invalid literal"},
      {"{1: 1}", "1:2-1  syntax error: unexpected number literal; expected string literal"},
      {R"({"a": tru })", "1:7-3  syntax error: invalid literal"},
      {"[nul]", "1:2-3  syntax error: invalid literal"},
      {"[True]", "1:2-4  syntax error: invalid literal"},
      {"['a']", "1:2-1  syntax error: invalid literal"},
      {"[} ", "1:2-1  syntax error: unexpected '}'; expected '[', '{', or a literal"},
      {"{} {}", "1:4-1  syntax error: unexpected '{'; expected end of input"},
      {"{} x", "1:4-1  syntax error: invalid literal"},
      {"[01]", "1:2-2  syntax error: unexpected number literal; expected ']'"},
      {"[-]", "1:3-1  syntax error: invalid number; expected digit after '-'"},
      {"[1.]", "1:4-1  syntax error: invalid number; expected digit after '.'"},
      {"[1e999]", "1:2-5  syntax error: this number is too big"},
      {R"(["a)", "1:4-1  syntax error: invalid string: missing closing quote"},
      {"[\"a\nb\"]",
       "1:4-1  syntax error: invalid string: control character U+000A (LF) must be escaped to \\u000A or \\n"},
      {R"(["ü\x"])", "1:5-1  syntax error: invalid string: forbidden character after backslash"},
      {R"(["\ud800"])",
       "1:9-1  syntax error: invalid string: surrogate U+D800..U+DBFF must be followed by U+DC00..U+DFFF"},
      {"[1] /* ", "1:7-1  syntax error: invalid comment; missing closing '*/'"},
      {"[1] /x", "1:6-1  syntax error: invalid comment; expecting '/' or '*' after '/'"},
  };
  for (const auto& [text, error] : cases) EXPECT_THAT(errors_of(text), ElementsAre(error)) << text;
}

TEST(Json, TakesUtf8Only) {
  EXPECT_THAT(errors_of("[\"ü\xff\"]"), ElementsAre("1:4-1  this byte is not UTF-8; save the file as UTF-8"));
  EXPECT_THAT(errors_of("{} // gr\xfcn"), ElementsAre("1:9-1  this byte is not UTF-8; save the file as UTF-8"));
  EXPECT_THAT(errors_of(std::string("{}\n\0", 4)),
              ElementsAre("2:1-1  a NUL byte cannot stand in a scenario; write \\u0000 in a text"));
}

TEST(Json, TellsEveryKeyThatIsThereTwice) {
  EXPECT_THAT(errors_of(R"({"a": {"b": 1, "c": 2, "b": 3, "b": 4}, "\u0061": 5})"),
              ElementsAre(R"(1:24-3 /a the key "b" is there twice; remove one)",
                          R"(1:32-3 /a the key "b" is there twice; remove one)",
                          R"(1:41-8  the key "a" is there twice; remove one)", "parsed"));
}

TEST(Json, HasALimitedDepth) {
  EXPECT_THAT(errors_of(std::string(64, '[') + std::string(64, ']')), ElementsAre("parsed"));
  std::string pointer;
  for (int i = 0; i < 63; ++i) pointer += "/0";
  const std::string error = "1:65-1 " + pointer + " nested too deeply; 64 levels are the most";
  EXPECT_THAT(errors_of(std::string(65, '[') + std::string(65, ']')), ElementsAre(error));
  EXPECT_THAT(errors_of(std::string(1'000'000, '[')), ElementsAre(error));
  std::string objects;
  for (int i = 0; i < 100'000; ++i) objects += R"({"a":)";
  EXPECT_EQ(errors_of(objects).size(), 1U);
}

TEST(Json, HasALimitedNumberOfValues) {
  std::string text = "[";
  for (std::size_t i = 0; i < kMaxValues - 1; ++i) text += "0,";
  const std::string full = text.substr(0, text.size() - 1) + "]";
  EXPECT_THAT(errors_of(full), ElementsAre("parsed"));
  EXPECT_THAT(errors_of(text + "0]"), ElementsAre("1:2000000-1  a scenario has 1000000 values at most"));
}

TEST(PointerToken, EscapesWhatAPointerIsMadeOf) {
  EXPECT_EQ(pointer_token("steps"), "steps");
  EXPECT_EQ(pointer_token("a/b~c"), "a~1b~0c");
}

}  // namespace
}  // namespace client::scenario
