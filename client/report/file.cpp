#include "client/report/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <optional>

#include <fmt/format.h>

#include "scheduler/descriptor.h"
#include "scheduler/file.h"
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
  return may_access(sched::folder_of(sched::resolved(path)) + "/.", W_OK | X_OK);
}

Result<void> write_to_stream(const std::string& path, std::string_view text) {
  if (path == kStandardOutput) return sched::write_all(STDOUT_FILENO, text);
  // Without O_NONBLOCK it would wait for ever for somebody to open the other end of a FIFO.
  const sched::Descriptor fd(::open(path.c_str(), O_WRONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK));
  if (!fd) return system_error("open", errno);
  if (::fcntl(fd.get(), F_SETFL, 0) != 0) return system_error("fcntl", errno);
  return sched::write_all(fd.get(), text);
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
  return told(is_stream(path) ? write_to_stream(path, text) : sched::replace_file(path, text), path);
}

}  // namespace client::report
