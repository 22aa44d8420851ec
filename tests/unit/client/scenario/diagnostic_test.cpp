#include "client/scenario/diagnostic.h"

#include <string>

#include <gtest/gtest.h>

namespace client::scenario {
namespace {

TEST(Diagnostic, IsRenderedAsCompilersDo) {
  const SourceFile source("scenarios/x.json", "{\n  { \"exepct\": 1 }\n");
  DiagnosticList list(source);
  list.add({.offset = 6, .length = 8}, "/clients/0/steps/1", "unknown key \"exepct\", did you mean \"expect\"?");
  EXPECT_EQ(render(list.take().front()),
            "scenarios/x.json:2:5: error: unknown key \"exepct\", did you mean \"expect\"?  (/clients/0/steps/1)\n"
            " 2 |   { \"exepct\": 1 }\n"
            "   |     ^^^^^^^^\n");
}

TEST(Diagnostic, IsSafeOnATerminal) {
  const Diagnostic diagnostic{.path = "a\x1b[31m",
                              .place = {.line = 1, .column = 2, .length = 1, .pointer = "/\x1b]0;x"},
                              .message = "m",
                              .excerpt = ""};
  EXPECT_EQ(render(diagnostic), "a\\x1b[31m:1:2: error: m  (/\\x1b]0;x)\n");
}

TEST(Diagnostic, CutsLongPointers) {
  const Diagnostic diagnostic{.path = "a",
                              .place = {.line = 1, .column = 1, .length = 1, .pointer = std::string(400, '/')},
                              .message = "m",
                              .excerpt = ""};
  EXPECT_EQ(render(diagnostic), "a:1:1: error: m  (" + std::string(300, '/') + "… (100 bytes more))\n");
}

TEST(DiagnosticList, IsInTheOrderOfTheFile) {
  const SourceFile source("x.json", "abc\ndef");
  DiagnosticList list(source);
  for (const std::uint32_t offset : {5U, 0U, 2U, 4U}) list.add({.offset = offset, .length = 1}, "", "m");
  std::string order;
  for (const Diagnostic& diagnostic : list.take()) {
    order += std::to_string(diagnostic.place.line) + ":" + std::to_string(diagnostic.place.column) + " ";
  }
  EXPECT_EQ(order, "1:1 1:3 2:1 2:2 ");
}

TEST(DiagnosticList, KeepsAHundred) {
  const SourceFile source("x.json", "abc");
  DiagnosticList list(source);
  for (int i = 0; i < 1000; ++i) list.add({.offset = 1, .length = 1}, "", std::to_string(i));
  EXPECT_TRUE(list.full());
  EXPECT_EQ(list.take().size(), DiagnosticList::kMax);
}

}  // namespace
}  // namespace client::scenario
