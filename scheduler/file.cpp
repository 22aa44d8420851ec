#include "scheduler/file.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <system_error>

#include "scheduler/descriptor.h"

namespace sched {

namespace {

/// That of the file which is replaced, else what a new one gets.
mode_t mode_for(const std::string& path) {
  constexpr mode_t kPermissions = 0777;
  constexpr mode_t kNewFile = 0666;
  struct stat status{};
  if (::stat(path.c_str(), &status) == 0) return status.st_mode & kPermissions;
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

std::string resolved(const std::string& path) {
  std::error_code error;
  const std::filesystem::path real = std::filesystem::canonical(path, error);
  return error ? path : real.string();
}

std::string folder_of(const std::string& path) {
  const std::string folder = std::filesystem::path(path).parent_path();
  return folder.empty() ? "." : folder;
}

Result<void> replace_file(const std::string& path, std::string_view text) {
  const std::string target = resolved(path);
  // A name that nobody knows before, made with O_EXCL: nobody can have put a link there.
  std::string temporary = folder_of(target) + "/.gotback.XXXXXX";
  const Descriptor fd(::mkostemp(temporary.data(), O_CLOEXEC));
  if (!fd) return system_error("open", errno);
  Result<void> done = write_all(fd.get(), text);
  if (done && ::fchmod(fd.get(), mode_for(target)) != 0) done = system_error("fchmod", errno);
  if (done && ::fsync(fd.get()) != 0) done = system_error("fsync", errno);
  if (done && std::rename(temporary.c_str(), target.c_str()) != 0) done = system_error("rename", errno);
  if (!done) ::unlink(temporary.c_str());
  return done;
}

}  // namespace sched
