#include "client/scenario/source.h"

#include <chrono>
#include <string>

#include <gtest/gtest.h>

namespace client::scenario {
namespace {

TEST(SourceFile, CountsLinesAndColumnsFromOne) {
  const SourceFile file("x.json", "{\n  \"a\": 1\n}\n");
  EXPECT_EQ(file.place(0, 1, ""), (Place{1, 1, 1, ""}));
  EXPECT_EQ(file.place(4, 3, "/a"), (Place{2, 3, 3, "/a"}));
  EXPECT_EQ(file.place(11, 1, ""), (Place{3, 1, 1, ""}));
}

TEST(SourceFile, CountsColumnsInCharacters) {
  const SourceFile file("x.json", "\"ü世😀\" 1");
  EXPECT_EQ(file.place(0, 11, ""), (Place{1, 1, 5, ""}));
  EXPECT_EQ(file.place(12, 1, ""), (Place{1, 7, 1, ""}));
}

TEST(SourceFile, EndsAPlaceWhereItsLineEnds) {
  const SourceFile file("x.json", "{ \"a\":\r\n1 }");
  EXPECT_EQ(file.place(0, 12, ""), (Place{1, 1, 6, ""}));
}

TEST(SourceFile, HasAPlaceBehindItsLastByte) {
  EXPECT_EQ(SourceFile("x.json", "").place(0, 0, ""), (Place{1, 1, 1, ""}));
  EXPECT_EQ(SourceFile("x.json", "{\n").place(2, 0, ""), (Place{2, 1, 1, ""}));
  EXPECT_EQ(SourceFile("x.json", std::string(2048, 'x')).place(2048, 0, ""), (Place{1, 2049, 1, ""}));
  EXPECT_EQ(SourceFile("x.json", "ab").place(100, 5, ""), (Place{1, 3, 1, ""}));
}

TEST(SourceFile, CountsTheSameInLongLines) {
  std::string text = "\n";
  for (int i = 0; i < 5000; ++i) text += "ü";
  text += "x\ny";
  const SourceFile file("x.json", text);
  EXPECT_EQ(file.place(1, 2, ""), (Place{2, 1, 1, ""}));
  EXPECT_EQ(file.place(1 + 2 * 4000, 4, ""), (Place{2, 4001, 2, ""}));
  EXPECT_EQ(file.place(1 + 2 * 5000, 1, ""), (Place{2, 5001, 1, ""}));
  EXPECT_EQ(file.place(1 + 2 * 5000 + 2, 1, ""), (Place{3, 1, 1, ""}));
}

TEST(SourceFile, GivesLinesWithoutTheirEnds) {
  const SourceFile file("x.json", "a\r\n\nb");
  EXPECT_EQ(file.line(1), "a");
  EXPECT_EQ(file.line(2), "");
  EXPECT_EQ(file.line(3), "b");
  EXPECT_EQ(file.line(0), "");
  EXPECT_EQ(file.line(4), "");
}

/// A text that was made of a command line.
SourceFile made_of_command_line() {
  return {"<command line>",
          R"({"a": {"b": 1, "c": 2}, "d": 3})",
          {.text = "prog --one 1 --two 2",
           .parts = {{.pointer = "/a", .name = "--one", .offset = 11, .length = 1},
                     {.pointer = "/a/c", .name = "--two", .offset = 19, .length = 1}}}};
}

TEST(SourceFile, HasItsPlacesInWhatItWasMadeOf) {
  const SourceFile file = made_of_command_line();
  EXPECT_EQ(file.place(5, 3, "/a"), (Place{1, 12, 1, "/a"}));
  EXPECT_EQ(file.place(5, 3, "/a/b/0"), (Place{1, 12, 1, "/a/b/0"}));
  EXPECT_EQ(file.place(5, 3, "/a/c/0"), (Place{1, 20, 1, "/a/c/0"}));
  EXPECT_EQ(file.place(5, 3, "/ab"), (Place{1, 1, 20, "/ab"})) << "it was made of nothing that is there";
  EXPECT_EQ(file.excerpt(file.place(5, 3, "/a/c")), " $ | prog --one 1 --two 2\n" "   |                    ^\n");
}

TEST(SourceFile, NamesWhatItWasMadeOf) {
  const SourceFile file = made_of_command_line();
  EXPECT_EQ(file.part_name(file.place(5, 3, "/a/c")), "--two");
  EXPECT_EQ(file.part_name(file.place(5, 3, "/d")), "<command line>");
  const SourceFile read("x.json", "{}");
  EXPECT_EQ(read.part_name(read.place(0, 1, "/a")), "");
}

TEST(SourceFile, SaysHowAKeyIsSet) {
  EXPECT_EQ(SourceFile("x.json", "{}").setting("eol", R"("crlf")"), R"("eol": "crlf")");
  EXPECT_EQ(SourceFile("x.json", "{}").setting("allow_extra", "true"), R"("allow_extra": true)");
  EXPECT_EQ(made_of_command_line().setting("eol", R"("crlf")"), "--eol crlf");
  EXPECT_EQ(made_of_command_line().setting("allow_extra", "true"), "--allow-extra");
}

TEST(Excerpt, MarksThePlace) {
  const SourceFile file("x.json", "{\n  \"a\": 17\n}");
  EXPECT_EQ(file.excerpt(file.place(9, 2, "")), " 2 |   \"a\": 17\n" "   |        ^^\n");
}

TEST(Excerpt, MakesRoomForTheNumberOfTheLine) {
  const SourceFile file("x.json", std::string(99, '\n') + "abc");
  const Place place = file.place(100, 1, "");
  EXPECT_EQ(file.excerpt(place), " 100 | abc\n" "     |  ^\n");
  EXPECT_EQ(SourceFile::gutter(place), "     |");
}

TEST(Excerpt, ShowsWhatATerminalWouldObeyAsOneCharacter) {
  const SourceFile file("x.json", "\t\"\\\x1b[31m\u202e\u0085\xff世\" x");
  EXPECT_EQ(file.excerpt(file.place(21, 1, "")),
            " 1 |  \"\\\ufffd[31m\ufffd\ufffd\ufffd世\" x\n" "   |                ^\n");
}

TEST(Excerpt, OfALongLineIsThePartAroundThePlace) {
  const SourceFile file("x.json", std::string(1000, 'a') + "HERE" + std::string(1000, 'b'));
  EXPECT_EQ(file.excerpt(file.place(1000, 4, "")), " 1 | …" + std::string(60, 'a') + "HERE" + std::string(56, 'b') +
                                                       "…\n" + "   | " + std::string(61, ' ') + "^^^^\n");
  EXPECT_EQ(file.excerpt(file.place(0, 2004, "")),
            " 1 | " + std::string(120, 'a') + "…\n" + "   | " + std::string(120, '^') + "\n");
}

TEST(Excerpt, DoesNotCutCharacters) {
  std::string text;
  for (int i = 0; i < 1000; ++i) text += "世";
  const SourceFile file("x.json", text + "x");
  std::string shown;
  for (int i = 0; i < 60; ++i) shown += "世";
  EXPECT_EQ(file.excerpt(file.place(3000, 1, "")), " 1 | …" + shown + "x\n" + "   | " + std::string(61, ' ') + "^\n");
}

TEST(Excerpt, MarksTheEndOfTheText) {
  const SourceFile file("x.json", "{");
  EXPECT_EQ(file.excerpt(file.place(1, 0, "")), " 1 | {\n   |  ^\n");
}

TEST(Excerpt, OfTheFileAsAWholeIsEmpty) { EXPECT_EQ(SourceFile("x.json", "{}").excerpt(Place{}), ""); }

// Were the cost that of the line, these would take minutes.
TEST(Excerpt, TakesTheSameTimeInALineOfAnyLength) {
  const SourceFile file("x.json", std::string(std::size_t{16} << 20, 'x'));
  const auto begin = std::chrono::steady_clock::now();
  for (std::size_t i = 0; i < 10000; ++i) {
    const Place place = file.place(i * 1600, 10, "");
    ASSERT_EQ(place.column, i * 1600 + 1);
    ASSERT_LT(file.excerpt(place).size(), 1000U);
  }
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(20));
}

}  // namespace
}  // namespace client::scenario
