#include "client/scenario/load.h"

#include <sys/stat.h>

#include <string>
#include <variant>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/temporary_directory.h"

namespace client::scenario {
namespace {

using support::TemporaryDirectory;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr std::string_view kScenario = R"({"clients": [{"steps": [{"send": "a"}]}]})";

/// Why a file cannot be loaded, as it is printed.
std::string error_of(const std::filesystem::path& path) {
  const auto scenario = load(path, {});
  return scenario ? "loaded" : render(scenario.error().front());
}

TEST(Load, ReadsAFile) {
  const TemporaryDirectory folder;
  const auto scenario = load(folder.write("greeting.json", kScenario), {});
  ASSERT_TRUE(scenario);
  EXPECT_EQ(scenario->name, "greeting");
  EXPECT_EQ(scenario->source.path(), folder / "greeting.json");
  EXPECT_EQ(scenario->source.text(), kScenario);
}

TEST(Load, DropsAByteOrderMark) {
  const TemporaryDirectory folder;
  const auto bad = load(folder.write("x.json", "\xef\xbb\xbf[]"), {});
  ASSERT_FALSE(bad);
  EXPECT_EQ(bad.error().front().place.column, 1U);
  EXPECT_EQ(bad.error().front().excerpt, " 1 | []\n   | ^^\n");
}

TEST(Load, SaysWhyAFileCannotBeRead) {
  const TemporaryDirectory folder;
  const std::string missing = folder / "missing.json";
  EXPECT_EQ(error_of(missing), missing + ": error: cannot be read: open: ENOENT (No such file or directory)\n");
  EXPECT_EQ(error_of(folder.path()), folder.path().string() + ": error: is not a file\n");
  EXPECT_EQ(error_of("/dev/zero"), "/dev/zero: error: is not a file\n");
  const std::string pipe = folder / "pipe";
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  EXPECT_EQ(error_of(pipe), pipe + ": error: is not a file\n");
  EXPECT_EQ(error_of(folder / "a\x1b\n.json").substr(folder.path().string().size()),
            "/a\\x1b\\n.json: error: cannot be read: open: ENOENT (No such file or directory)\n");
}

TEST(Load, TakesFilesOfALimitedSize) {
  const TemporaryDirectory folder;
  constexpr std::size_t kMost = std::size_t{16} << 20;
  const std::string text(kScenario);
  const std::string path = folder.write("x.json", text + std::string(kMost - text.size(), ' '));
  EXPECT_EQ(error_of(path), "loaded");
  folder.write("x.json", text + std::string(kMost - text.size() + 1, ' '));
  EXPECT_EQ(error_of(path), path + ": error: is too big; a scenario has 16 MiB at most\n");
}

/// What a file that was found in a folder is.
std::string found(const std::string& text) {
  const TemporaryDirectory folder;
  const auto loaded = load_if_scenario(folder.write("x.json", text), {});
  if (!loaded) return loaded.error().front().message;
  return std::holds_alternative<Scenario>(*loaded) ? "a scenario" : std::get<NoScenario>(*loaded).why;
}

TEST(LoadIfScenario, TellsWhatIsNone) {
  EXPECT_EQ(found(std::string(kScenario)), "a scenario");
  EXPECT_EQ(found(R"({"name": "p", "version": "1.0.0", "dependencies": {}})"), "it has no \"clients\"");
  EXPECT_EQ(found("[1, 2]"), "it is no object");
  EXPECT_EQ(found("5"), "it is no object");
  EXPECT_EQ(found(R"({"a": 1, "a": 2, "client": {"id": 1}})"), "it has no \"clients\"");
}

TEST(LoadIfScenario, PassesOverNothingThatMayBeOne) {
  EXPECT_THAT(found(R"({"clients": 5})"), testing::HasSubstr("\"clients\" must be a list"));
  EXPECT_THAT(found(R"({"cleints": [{"steps": [{"send": "a"}]}]})"), testing::HasSubstr("needs the key \"clients\""));
  EXPECT_THAT(found(R"({"clients": [)"), testing::HasSubstr("syntax error"));
  EXPECT_THAT(found(""), testing::HasSubstr("syntax error"));
}

class FindScenarios : public testing::Test {
 protected:
  std::vector<std::string> find(const std::vector<std::string>& names) const {
    std::vector<std::string> paths;
    for (const std::string& name : names) paths.push_back(folder_ / name);
    const auto found = find_scenarios(paths);
    if (!found) return {found.error()};
    std::vector<std::string> relative;
    for (const Found& file : *found) relative.push_back(file.path.substr(folder_.path().string().size() + 1));
    return relative;
  }

  TemporaryDirectory folder_;
};

TEST_F(FindScenarios, KeepsTheOrderOfFiles) {
  for (const char* name : {"a.json", "b.json", "c.txt"}) folder_.write(name, "");
  EXPECT_THAT(find({"b.json", "c.txt", "a.json", "b.json"}), ElementsAre("b.json", "c.txt", "a.json", "b.json"));
  EXPECT_THAT(find({}), IsEmpty());
}

TEST_F(FindScenarios, SortsWhatIsInFolders) {
  for (const char* name : {"f/b.json", "f/a/z.json", "f/c.json", "f/a.txt", "f/scenario.schema.json", "f/d/e/f.json"}) {
    folder_.write(name, "");
  }
  EXPECT_THAT(find({"f/c.json", "f"}), ElementsAre("f/c.json", "f/a/z.json", "f/b.json", "f/c.json", "f/d/e/f.json"));
}

TEST_F(FindScenarios, LeavesOutWhatItIsTold) {
  for (const char* name : {"f/a.json", "f/b.json", "f/c/d/e.json"}) folder_.write(name, "");
  std::vector<std::string> asked;
  const auto found = find_scenarios({folder_ / "f", folder_ / "f/b.json", folder_ / "f/missing.json"},
                                    [&](const std::filesystem::path& path, const std::filesystem::path& below) {
                                      asked.push_back(below);
                                      return path.filename() != "a.json";
                                    });
  ASSERT_TRUE(found) << found.error();
  EXPECT_EQ(found->size(), 1U);
  EXPECT_THAT(asked, testing::UnorderedElementsAre("a.json", "b.json", "c", "b.json", "missing.json"));
}

TEST_F(FindScenarios, TakesStandardInputOnce) {
  EXPECT_EQ(find_scenarios({"-"}).value().front().path, "-");
  EXPECT_EQ(find_scenarios({"-", "-"}).error(), "standard input can be read only once");
}

TEST_F(FindScenarios, LeavesOutFoldersThatAreToBeNamed) {
  for (const char* name : {"f/a.json", "f/big/.by-name", "f/big/b.json", "f/big/deeper/c.json"})
    folder_.write(name, "");
  EXPECT_THAT(find({"f"}), ElementsAre("f/a.json"));
  EXPECT_THAT(find({"f/big"}), ElementsAre("f/big/b.json", "f/big/deeper/c.json"));
  EXPECT_THAT(find({"f/big/b.json"}), ElementsAre("f/big/b.json"));
}

TEST_F(FindScenarios, DoesNotFollowFoldersInCircles) {
  folder_.write("f/a.json", "");
  std::filesystem::create_directory_symlink(folder_ / "f", folder_ / "f/again");
  EXPECT_THAT(find({"f"}), ElementsAre("f/a.json"));
}

TEST_F(FindScenarios, FindsNothingInAnEmptyFolder) {
  std::filesystem::create_directory(folder_ / "empty");
  EXPECT_THAT(find({"empty"}), IsEmpty());
}

TEST_F(FindScenarios, SaysWhichPathIsNotThere) {
  folder_.write("a.json", "");
  EXPECT_THAT(find({"a.json", "b.json"}),
              ElementsAre("there is no file or folder \"" + (folder_ / "b.json").string() + "\""));
}

}  // namespace
}  // namespace client::scenario
