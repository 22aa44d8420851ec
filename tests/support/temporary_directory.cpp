#include "tests/support/temporary_directory.h"

#include <stdlib.h>

#include <cerrno>
#include <fstream>
#include <iterator>
#include <string>
#include <system_error>

namespace support {
namespace {

[[noreturn]] void throw_errno(const std::string& operation) {
  throw std::system_error(errno, std::generic_category(), operation);
}

}  // namespace

TemporaryDirectory::TemporaryDirectory() {
  std::string path = "/tmp/gotback-XXXXXX";
  if (::mkdtemp(path.data()) == nullptr) throw_errno("mkdtemp " + path);
  path_ = path;
}

TemporaryDirectory::~TemporaryDirectory() {
  std::error_code ignored;  // what cannot be removed is left to the system's own cleaning of /tmp
  std::filesystem::remove_all(path_, ignored);
}

std::filesystem::path TemporaryDirectory::write(std::string_view name, std::string_view content) const {
  const std::filesystem::path file = path_ / name;
  std::filesystem::create_directories(file.parent_path());
  std::ofstream stream(file, std::ios::binary);
  stream << content << std::flush;
  if (!stream) throw_errno("write " + file.string());
  return file;
}

std::string read_file(const std::filesystem::path& path) {
  std::ifstream stream(path, std::ios::binary);
  if (!stream) throw_errno("open " + path.string());
  return {std::istreambuf_iterator<char>(stream), {}};
}

}  // namespace support
