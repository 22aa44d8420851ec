#include "server/ready.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include <nlohmann/json.hpp>

#include "scheduler/descriptor.h"
#include "scheduler/result.h"

namespace server {

namespace {

sched::Result<void> write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t count = ::write(fd, text.data(), text.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return sched::system_error("write", errno);
    text.remove_prefix(static_cast<std::size_t>(count));
  }
  return {};
}

/// Fills a new file beside `path` and gives it that name.
sched::Result<void> replace_file(const std::string& path, std::string_view text) {
  std::string temporary = path + ".XXXXXX";
  sched::Descriptor fd(::mkostemp(temporary.data(), O_CLOEXEC));
  if (!fd) return sched::system_error("mkostemp", errno);
  sched::Result<void> done = write_all(fd.get(), text);
  if (done && ::fchmod(fd.get(), 0644) != 0) done = sched::system_error("fchmod", errno);
  if (done && ::fsync(fd.get()) != 0) done = sched::system_error("fsync", errno);
  if (done && std::rename(temporary.c_str(), path.c_str()) != 0) done = sched::system_error("rename", errno);
  if (!done) ::unlink(temporary.c_str());
  return done;
}

}  // namespace

std::vector<std::string> ready_objects(const std::vector<transport::Url>& urls, int pid) {
  std::vector<std::string> objects;
  for (const transport::Url& url : urls) {
    const nlohmann::ordered_json object{{"url", to_string(url)}, {"pid", pid}};
    objects.push_back(object.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
  }
  return objects;
}

std::expected<void, std::string> write_port_file(const std::string& path, const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += line + '\n';
  const sched::Result<void> written = replace_file(path, text);
  if (!written) return std::unexpected("cannot write the port file " + path + ": " + describe(written.error()));
  return {};
}

}  // namespace server
