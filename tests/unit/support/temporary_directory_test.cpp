#include "tests/support/temporary_directory.h"

#include <filesystem>
#include <optional>
#include <system_error>

#include <gtest/gtest.h>

namespace support {
namespace {

TEST(TemporaryDirectory, IsEmptyAndNotSharedWithOthers) {
  const TemporaryDirectory first;
  const TemporaryDirectory second;
  EXPECT_TRUE(std::filesystem::is_empty(first.path()));
  EXPECT_NE(first.path(), second.path());
}

TEST(TemporaryDirectory, KeepsWhatIsWrittenUntilItEnds) {
  std::optional<TemporaryDirectory> directory(std::in_place);
  const std::filesystem::path file = directory->write("below/name", std::string_view("a\0b", 3));
  EXPECT_EQ(read_file(file), std::string_view("a\0b", 3));
  directory.reset();
  EXPECT_FALSE(std::filesystem::exists(file.parent_path().parent_path()));
}

TEST(TemporaryDirectory, AFileThatIsNotThereCannotBeRead) {
  const TemporaryDirectory directory;
  EXPECT_THROW(read_file(directory / "nothing"), std::system_error);
}

}  // namespace
}  // namespace support
