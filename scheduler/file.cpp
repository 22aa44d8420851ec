#include "scheduler/file.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <optional>
#include <system_error>

#include "scheduler/descriptor.h"

namespace sched {

namespace {

using Status = struct stat;

/// As the kernel follows them.
constexpr int kMaxLinks = 40;

std::optional<Status> status_of(const std::string& path) {
  Status status{};
  if (::stat(path.c_str(), &status) != 0) return std::nullopt;
  return status;
}

/// Standard output or standard error, if that is where it goes: another descriptor would write over what they have.
std::optional<int> output_at(const Status& status) {
  for (const int fd : {STDOUT_FILENO, STDERR_FILENO}) {
    Status open{};
    if (::fstat(fd, &open) == 0 && open.st_dev == status.st_dev && open.st_ino == status.st_ino) return fd;
  }
  return std::nullopt;
}

bool is_stream(const Status& status) {
  if (S_ISDIR(status.st_mode)) return false;
  return !S_ISREG(status.st_mode) || output_at(status).has_value();
}

/// Where `path` leads when it is a symbolic link, whether or not something is there.
Result<std::string> resolved(std::filesystem::path path) {
  for (int links = 0; links <= kMaxLinks; ++links) {
    std::error_code is_no_link;
    const std::filesystem::path to = std::filesystem::read_symlink(path, is_no_link);
    if (is_no_link) return path.string();
    path = path.parent_path() / to;
  }
  return system_error("open", ELOOP);
}

Result<void> may_access(const std::string& path, int mode) {
  if (::faccessat(AT_FDCWD, path.c_str(), mode, AT_EACCESS) != 0) return system_error("access", errno);
  return {};
}

/// That of the file which is replaced, else what a new one gets.
mode_t mode_for(const std::optional<Status>& replaced) {
  constexpr mode_t kPermissions = 0777;
  constexpr mode_t kNewFile = 0666;
  if (replaced) return replaced->st_mode & kPermissions;
  const mode_t mask = ::umask(0);
  ::umask(mask);
  return kNewFile & ~mask;
}

/// Whether what failed with `error` is to be tried again, now that `fd` is ready for `event`. Whoever shares a pipe or
/// a terminal may have made it non-blocking.
bool goes_on_after(int error, int fd, short event) {
  if (error == EINTR) return true;
  if (error != EAGAIN) return false;
  pollfd waiting{.fd = fd, .events = event, .revents = 0};
  ::poll(&waiting, 1, -1);
  return true;
}

Result<void> write_to_stream(const std::string& path, const Status& status, std::string_view text) {
  if (const auto output = output_at(status)) return write_all(*output, text);
  // Without O_NONBLOCK it would wait for ever for somebody to open the other end of a FIFO.
  const Descriptor fd(::open(path.c_str(), O_WRONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK));
  if (!fd) return system_error("open", errno);
  return write_all(fd.get(), text);
}

Result<void> replace_file(const std::string& target, mode_t mode, std::string_view text) {
  // A name that nobody knows before, made with O_EXCL: nobody can have put a link there.
  std::string temporary = folder_of(target) + "/.gotback.XXXXXX";
  const Descriptor fd(::mkostemp(temporary.data(), O_CLOEXEC));
  if (!fd) return system_error("open", errno);
  Result<void> done = write_all(fd.get(), text);
  if (done && ::fchmod(fd.get(), mode) != 0) done = system_error("fchmod", errno);
  if (done && ::fsync(fd.get()) != 0) done = system_error("fsync", errno);
  if (done && std::rename(temporary.c_str(), target.c_str()) != 0) done = system_error("rename", errno);
  if (!done) ::unlink(temporary.c_str());
  return done;
}

}  // namespace

Result<std::string> read_all(int fd, std::size_t limit) {
  constexpr std::size_t kAtOnce = std::size_t{64} << 10;
  std::string text;
  while (text.size() < limit) {
    const std::size_t size = text.size();
    text.resize(size + std::min(kAtOnce, limit - size));
    const ssize_t count = ::read(fd, text.data() + size, text.size() - size);
    text.resize(size + static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
    if (count == 0) break;
    if (count < 0 && !goes_on_after(errno, fd, POLLIN)) return system_error("read", errno);
  }
  return text;
}

Result<void> write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t count = ::write(fd, text.data(), text.size());
    if (count < 0 && goes_on_after(errno, fd, POLLOUT)) continue;
    if (count < 0) return system_error("write", errno);
    text.remove_prefix(static_cast<std::size_t>(count));
  }
  return {};
}

std::string folder_of(const std::string& path) {
  const std::string folder = std::filesystem::path(path).parent_path();
  return folder.empty() ? "." : folder;
}

bool is_stream(const std::string& path) {
  const auto status = status_of(path);
  return status && is_stream(*status);
}

Result<void> check_writable(const std::string& path) {
  const auto status = status_of(path);
  if (status && S_ISDIR(status->st_mode)) return system_error("open", EISDIR);
  if (status && is_stream(*status)) return may_access(path, W_OK);
  const Result<std::string> target = resolved(path);
  if (!target) return std::unexpected(target.error());
  // "/." says that it has to be a folder.
  return may_access(folder_of(*target) + "/.", W_OK | X_OK);
}

Result<void> write_file(const std::string& path, std::string_view text) {
  const auto status = status_of(path);
  if (status && S_ISDIR(status->st_mode)) return system_error("open", EISDIR);
  if (status && is_stream(*status)) return write_to_stream(path, *status, text);
  const Result<std::string> target = resolved(path);
  if (!target) return std::unexpected(target.error());
  return replace_file(*target, mode_for(status), text);
}

}  // namespace sched
