#pragma once

#include <filesystem>
#include <string_view>

namespace support {

/// A new, empty folder that is removed with all that is in it when its owner ends.
///
/// Its path is short (below /tmp, whatever TMPDIR says), because a Unix socket's path has at most 107 bytes.
class TemporaryDirectory {
 public:
  /// Throws std::system_error when it cannot be made.
  TemporaryDirectory();
  ~TemporaryDirectory();
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path operator/(std::string_view name) const { return path_ / name; }

  /// Writes a file in it, and the folders on the way; returns its path.
  std::filesystem::path write(std::string_view name, std::string_view content) const;

 private:
  std::filesystem::path path_;
};

/// The content of a file. Throws std::system_error when it cannot be read.
std::string read_file(const std::filesystem::path& path);

}  // namespace support
