#include "client/report/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <optional>
#include <system_error>

#include <fmt/format.h>

#include "scheduler/descriptor.h"
#include "scheduler/result.h"
#include "text/escape.h"

namespace client::report {

namespace {

using sched::Result;
using sched::system_error;

std::optional<struct stat> status_of(const std::string& path) {
  struct stat status{};
  if (::stat(path.c_str(), &status) != 0) return std::nullopt;
  return status;
}

std::string folder_of(const std::string& path) {
  const std::string folder = std::filesystem::path(path).parent_path();
  return folder.empty() ? "." : folder;
}

/// Where a symbolic link leads.
std::string resolved(const std::string& path) {
  std::error_code error;
  const std::filesystem::path real = std::filesystem::canonical(path, error);
  return error ? path : real.string();
}

Result<void> may_access(const std::string& path, int mode) {
  if (::faccessat(AT_FDCWD, path.c_str(), mode, AT_EACCESS) != 0) return system_error("access", errno);
  return {};
}

Result<void> check(const std::string& path) {
  if (path == kStandardOutput) return {};
  const auto status = status_of(path);
  if (status && S_ISDIR(status->st_mode)) return system_error("open", EISDIR);
  if (status && !S_ISREG(status->st_mode)) return may_access(path, W_OK);
  // "/." says that it has to be a folder.
  return may_access(folder_of(resolved(path)) + "/.", W_OK | X_OK);
}

Result<void> write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t count = ::write(fd, text.data(), text.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return system_error("write", errno);
    text.remove_prefix(static_cast<std::size_t>(count));
  }
  return {};
}

/// That of the file which is replaced, else what a new one gets.
mode_t mode_for(const std::string& path) {
  constexpr mode_t kPermissions = 0777;
  constexpr mode_t kNewFile = 0666;
  if (const auto status = status_of(path)) return status->st_mode & kPermissions;
  const mode_t mask = ::umask(0);
  ::umask(mask);
  return kNewFile & ~mask;
}

Result<void> replace_file(const std::string& path, std::string_view text) {
  // A name that nobody knows before, made with O_EXCL: nobody can have put a link there.
  std::string temporary = folder_of(path) + "/.echo_client.XXXXXX";
  sched::Descriptor fd(::mkostemp(temporary.data(), O_CLOEXEC));
  if (!fd) return system_error("open", errno);
  Result<void> done = write_all(fd.get(), text);
  if (done && ::fchmod(fd.get(), mode_for(path)) != 0) done = system_error("fchmod", errno);
  if (done && ::fsync(fd.get()) != 0) done = system_error("fsync", errno);
  if (done && std::rename(temporary.c_str(), path.c_str()) != 0) done = system_error("rename", errno);
  if (!done) ::unlink(temporary.c_str());
  return done;
}

Result<void> write_to_stream(const std::string& path, std::string_view text) {
  if (path == kStandardOutput) return write_all(STDOUT_FILENO, text);
  // Without O_NONBLOCK it would wait for ever for somebody to open the other end of a FIFO.
  const sched::Descriptor fd(::open(path.c_str(), O_WRONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK));
  if (!fd) return system_error("open", errno);
  if (::fcntl(fd.get(), F_SETFL, 0) != 0) return system_error("fcntl", errno);
  return write_all(fd.get(), text);
}

std::expected<void, std::string> told(const Result<void>& done, const std::string& path) {
  if (done) return {};
  const std::string where = path == kStandardOutput ? "standard output" : text::escape(path);
  return std::unexpected(fmt::format("cannot write the report {}: {}", where, describe(done.error())));
}

}  // namespace

bool is_stream(const std::string& path) {
  if (path == kStandardOutput) return true;
  const auto status = status_of(path);
  return status && !S_ISREG(status->st_mode) && !S_ISDIR(status->st_mode);
}

std::expected<void, std::string> check_writable(const std::string& path) { return told(check(path), path); }

std::expected<void, std::string> write(const std::string& path, std::string_view text) {
  return told(is_stream(path) ? write_to_stream(path, text) : replace_file(resolved(path), text), path);
}

}  // namespace client::report
