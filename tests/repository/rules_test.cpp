// Each rule is tried on text that breaks it, so that the repository's own check is known to be able to fail.

#include "tests/repository/rules.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/repository/rule.h"
#include "tests/repository/source_file.h"

namespace repository {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

constexpr auto kNothingExists = [](const std::string&) { return false; };
constexpr auto kAllExists = [](const std::string&) { return true; };

TEST(BannedTexts, AreFoundInTheirExamples) {
  for (const BannedText& rule : banned_texts()) {
    const SourceFile file{std::string(rule.example_path), "\n" + std::string(rule.example) + "\n"};
    ASSERT_THAT(violations(rule, file), SizeIs(1)) << rule.reason;
    EXPECT_EQ(violations(rule, file).front(), (Violation{file.path, 2, std::string(rule.reason)}));
  }
}

TEST(BannedTexts, AreBannedByOneRuleEach) {
  for (const BannedText& rule : banned_texts()) {
    const SourceFile file{std::string(rule.example_path), std::string(rule.example)};
    for (const BannedText& other : banned_texts()) {
      if (&other != &rule) EXPECT_THAT(violations(other, file), IsEmpty()) << rule.reason;
    }
  }
}

/// The reason for which a line is refused in a file, empty when it is not.
std::string refusal(std::string path, std::string line) {
  const SourceFile file{std::move(path), std::move(line)};
  for (const BannedText& rule : banned_texts()) {
    if (const auto found = violations(rule, file); !found.empty()) return found.front().reason;
  }
  return "";
}

TEST(BannedTexts, AreAllowedInCommentsAndLiterals) {
  EXPECT_EQ(refusal("server/a.cpp", "// std::regex would overflow"), "");
  EXPECT_EQ(refusal("server/a.cpp", "/* std::regex */"), "");
  EXPECT_EQ(refusal("server/a.cpp", "log(\"std::regex\");"), "");
  EXPECT_NE(refusal("server/a.cpp", "log(\"\"); std::regex pattern;"), "");
}

TEST(BannedTexts, AreAllowedWhereTheyBelong) {
  EXPECT_EQ(refusal("scheduler/backends/epoll.cpp", "::clock_gettime(CLOCK_MONOTONIC, &now);"), "");
  EXPECT_EQ(refusal("scheduler/backends/epoll.cpp", "::recv(fd, data, size, 0);"), "");
  EXPECT_EQ(refusal("tests/support/socket.cpp", "::recv(fd, data, size, 0);"), "");
  EXPECT_NE(refusal("server/session.cpp", "::recv(fd, data, size, 0);"), "");
}

TEST(BannedTexts, AreNotMistakenForOurOwnNames) {
  EXPECT_EQ(refusal("server/a.cpp", "co_await sched::sleep_for(wait);"), "");
  EXPECT_EQ(refusal("server/a.cpp", "co_await sched::sleep(wait);"), "");
  EXPECT_EQ(refusal("server/a.cpp", "stream.send(bytes); transport::bind(url); const Instant now = sched::now();"), "");
  EXPECT_EQ(refusal("tests/a.cpp", "using namespace std::string_literals;"), "");
  EXPECT_EQ(refusal("tests/a.cpp", "using namespace std::chrono_literals;"), "");
}

TEST(BannedTexts, IncludeWholeNamespaces) {
  EXPECT_NE(refusal("tests/a.cpp", "using namespace std;"), "");
  EXPECT_NE(refusal("tests/a.cpp", "using namespace std::ranges;"), "");
  EXPECT_NE(refusal("tests/a.cpp", "using namespace testing;"), "");
  EXPECT_NE(refusal("tests/a.cpp", "using namespace support;"), "");
}

TEST(IncludeDirections, PointDownwards) {
  EXPECT_THAT(check_include_directions({"server/session.cpp", "#include \"scheduler/task.h\"\n"}), IsEmpty());
  EXPECT_THAT(check_include_directions({"tests/unit/a_test.cpp", "#include \"client/a.h\"\n"}), IsEmpty());
  EXPECT_THAT(check_include_directions({"client/a.cpp", "#include \"client/run/a.h\"\n"}), IsEmpty());
}

TEST(IncludeDirections, NeverPointUp) {
  for (const SourceFile& file : {
           SourceFile{"scheduler/a.h", "#include \"transports/url.h\"\n"},
           SourceFile{"scheduler/a.h", "#include \"echo/answer.h\"\n"},
           SourceFile{"echo/a.h", "#include \"scheduler/task.h\"\n"},
           SourceFile{"transports/a.h", "#include \"echo/answer.h\"\n"},
           SourceFile{"server/a.h", "#include \"client/options.h\"\n"},
           SourceFile{"client/a.h", "#include \"tests/support/socket.h\"\n"},
       }) {
    EXPECT_THAT(check_include_directions(file), SizeIs(1)) << file.text;
  }
}

TEST(IncludeDirections, StartAtTheRoot) {
  EXPECT_THAT(check_include_directions({"scheduler/a.h", "#include \"task.h\"\n"}), SizeIs(1));
  EXPECT_THAT(check_include_directions({"scheduler/a.h", "#include \"../echo/answer.h\"\n"}), SizeIs(1));
}

TEST(IncludeDirections, CountWhateverTheSpacingAndNotInComments) {
  EXPECT_THAT(check_include_directions({"echo/a.h", "#  include\t\"scheduler/task.h\"\n"}), SizeIs(1));
  EXPECT_THAT(check_include_directions({"echo/a.h", "// #include \"scheduler/task.h\"\n"}), IsEmpty());
}

TEST(LibraryWalls, LetALibraryInWhereItBelongs) {
  EXPECT_THAT(check_library_walls({"scheduler/backends/io_uring.cpp", "#include <liburing.h>\n"}), IsEmpty());
  EXPECT_THAT(check_library_walls({"client/options.cpp", "#include <CLI/CLI.hpp>\n"}), IsEmpty());
  EXPECT_THAT(check_library_walls({"client/scenario/parse.cpp", "#include <nlohmann/json.hpp>\n"}), IsEmpty());
  EXPECT_THAT(check_library_walls({"scheduler/a.cpp", "#include <sys/socket.h>\n#include <vector>\n"}), IsEmpty());
}

TEST(LibraryWalls, KeepItOutOfTheRest) {
  for (const SourceFile& file : {
           SourceFile{"scheduler/backends/epoll.cpp", "#include <liburing.h>\n"},
           SourceFile{"client/options.h", "#include <CLI/CLI.hpp>\n"},
           SourceFile{"server/session.cpp", "#include <spdlog/spdlog.h>\n"},
           SourceFile{"client/a.cpp", "#include <boost/url.hpp>\n"},
           SourceFile{"scheduler/a.cpp", "#include <fmt/format.h>\n"},
           SourceFile{"echo/a.cpp", "#include <re2/re2.h>\n"},
           SourceFile{"echo/a.cpp", "#include <nlohmann/json.hpp>\n"},
           SourceFile{"server/a.cpp", "#include <seccomp.h>\n"},
           SourceFile{"server/a.cpp", "#include <gtest/gtest.h>\n"},
       }) {
    EXPECT_THAT(check_library_walls(file), SizeIs(1)) << file.path << ": " << file.text;
  }
}

TEST(LibraryWalls, KeepOutWhatHasNoRule) {
  EXPECT_THAT(check_library_walls({"server/a.cpp", "#include <boost/asio.hpp>\n"}), SizeIs(1));
}

TEST(PragmaOnce, StartsEveryHeader) {
  EXPECT_THAT(check_pragma_once({"echo/a.h", "// A comment.\n#pragma once\n"}), IsEmpty());
  EXPECT_THAT(check_pragma_once({"echo/a.cpp", "int a;\n"}), IsEmpty());
  EXPECT_THAT(check_pragma_once({"echo/a.h", "int a;\n"}), SizeIs(1));
  EXPECT_THAT(check_pragma_once({"echo/a.h", "int a;\n#pragma once\n"}), SizeIs(1));
  EXPECT_THAT(check_pragma_once({"echo/a.h", "// #pragma once\n"}), SizeIs(1));
}

TEST(Length, IsAtMost400Lines) {
  EXPECT_THAT(check_length({"echo/a.cpp", std::string(400, '\n')}), IsEmpty());
  EXPECT_THAT(check_length({"echo/a.cpp", std::string(401, '\n')}), SizeIs(1));
}

TEST(Length, ExceptionsAreUsed) {
  for (const LongFile& file : long_files()) {
    EXPECT_THAT(check_length({std::string(file.path), std::string(401, '\n')}), IsEmpty());
    EXPECT_THAT(check_length({std::string(file.path), "\n"}), SizeIs(1));
  }
}

TEST(Links, LeadToFilesThatExist) {
  const auto exists = [](const std::string& path) { return path == "docs/a.md"; };
  EXPECT_THAT(
      check_links({"docs/decisions/b.md", "see [a](../a.md#part), [web](https://example.org/), [here](#b)"}, exists),
      IsEmpty());
  EXPECT_EQ(check_links({"docs/decisions/b.md", "\nsee [a](a.md)"}, exists),
            (std::vector<Violation>{{"docs/decisions/b.md", 2, "there is no a.md"}}));
  EXPECT_THAT(check_links({"docs/b.md", "[a](a.md) and [b](b.md) and [c](c.md)"}, exists), SizeIs(2));
}

TEST(Links, IncludeTheFilesThatAreNamed) {
  EXPECT_THAT(check_links({"README.md", "read `scheduler/task.h`"}, kAllExists), IsEmpty());
  EXPECT_THAT(check_links({"README.md", "read `scheduler/task.h`"}, kNothingExists), SizeIs(1));
  EXPECT_THAT(check_links({"README.md", "as `tests/unit/<folder>/<file>_test.cpp`"}, kNothingExists), IsEmpty());
}

TEST(Links, AreNotLookedForInCode) {
  EXPECT_THAT(check_links({"README.md", "```\n[a](b.md)\n```\n"}, kNothingExists), IsEmpty());
  EXPECT_THAT(check_links({"README.md", "```\n```\n[a](b.md)\n"}, kNothingExists), SizeIs(1));
}

TEST(CodeOnly, BlanksCommentsAndLiteralsInPlace) {
  EXPECT_EQ(code_only("a // b\nc"), "a     \nc");
  EXPECT_EQ(code_only("a /* b\nc */ d"), "a     \n     d");
  EXPECT_EQ(code_only(R"(f("a\"b", 'c', '\'');)"), R"(f("    ", ' ', '  ');)");
  EXPECT_EQ(code_only(R"(f("//");)"), R"(f("  ");)");
  EXPECT_EQ(code_only("x = 1'000'000; y"), "x = 1'000'000; y");
  EXPECT_EQ(code_only("R\"x(a\n)\" b)x\"; c"), "R\"   \n      \"; c");
}

TEST(WithoutComments, KeepsLiterals) {
  EXPECT_EQ(without_comments("#include \"a//b\" // c"), "#include \"a//b\"     ");
}

}  // namespace
}  // namespace repository
