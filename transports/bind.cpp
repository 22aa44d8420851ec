#include "transports/bind.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "scheduler/listener.h"

namespace transport {

namespace {

using sched::Address;
using sched::Descriptor;
using sched::ListenOptions;
using sched::PortSharing;
using sched::Result;

/// How often another free port is tried when one that is free for one address of a host is not for the next.
constexpr int kPortAttempts = 16;

std::unexpected<std::string> failed(const Url& url, const sched::Error& error) {
  return std::unexpected("cannot listen on " + to_string(url) + ": " + describe(error));
}

Url url_of(const Address& address) {
  Url url;
  if (address.is_unix()) {
    url.scheme = Scheme::unix_stream;
    url.path = address.host();
    return url;
  }
  const std::string host = address.host();
  const std::size_t percent = std::min(host.find('%'), host.size());
  url.host = host.substr(0, percent);
  if (percent < host.size()) url.scope = host.substr(percent + 1);
  url.port = address.port();
  return url;
}

/// Removes the file of a Unix socket that nobody listens at any more. Errors: EADDRINUSE when somebody does, EEXIST
/// when it is no socket or another user's.
Result<void> remove_stale(const Address& address) {
  const std::string path = address.host();
  struct stat status{};
  if (::lstat(path.c_str(), &status) != 0) return {};
  if (!S_ISSOCK(status.st_mode) || status.st_uid != ::geteuid()) return sched::system_error("bind", EEXIST);
  if (!sched::is_abandoned(address)) return sched::system_error("bind", EADDRINUSE);
  if (::unlink(path.c_str()) != 0) return sched::system_error("unlink", errno);
  return {};
}

/// The sockets of a Unix address: one, which the schedulers share.
std::expected<BoundSocket, sched::Error> bind_unix(const Address& address, const ListenOptions& options,
                                                   unsigned sharers) {
  BoundSocket bound{.url = url_of(address), .sockets = {}, .file = {}};
  const bool has_file = !bound.url.is_abstract();
  if (has_file) {
    if (const Result<void> removed = remove_stale(address); !removed) return std::unexpected(removed.error());
  }
  const mode_t mask = ::umask(0177);
  Result<Descriptor> socket = sched::open_listener(address, options);
  ::umask(mask);
  if (!socket) return std::unexpected(socket.error());
  if (has_file) bound.file = SocketFile(bound.url.path);
  bound.sockets.push_back(std::move(*socket));
  while (bound.sockets.size() < sharers) {
    const int copy = ::fcntl(bound.sockets.front().get(), F_DUPFD_CLOEXEC, 0);
    if (copy < 0) return std::unexpected(sched::Error{sched::ErrorCode::system, errno, "dup"});
    bound.sockets.emplace_back(copy);
  }
  return bound;
}

/// The sockets of an IP address: one for each scheduler, between which the kernel spreads the connections.
std::expected<BoundSocket, sched::Error> bind_ip(Address address, ListenOptions options, unsigned sharers) {
  BoundSocket bound;
  options.sharing = sharers > 1 ? PortSharing::first : PortSharing::none;
  while (bound.sockets.size() < sharers) {
    Result<Descriptor> socket = sched::open_listener(address, options);
    if (!socket) return std::unexpected(socket.error());
    const Result<Address> local = sched::local_address(*socket);
    if (!local) return std::unexpected(local.error());
    address = *local;
    options.sharing = PortSharing::more;
    bound.sockets.push_back(std::move(*socket));
  }
  bound.url = url_of(address);
  return bound;
}

bool is_missing_protocol(const sched::Error& error) {
  return error.error_number == EAFNOSUPPORT || error.error_number == EADDRNOTAVAIL;
}

/// Binds all addresses of one host to one port.
Result<std::vector<BoundSocket>> bind_host(const std::vector<Address>& addresses, const ListenOptions& options,
                                           unsigned sharers) {
  std::vector<BoundSocket> bound;
  sched::Error last_error;
  for (const Address& address : addresses) {
    const bool follows = !bound.empty() && address.is_ip();
    const Address target = follows ? address.with_port(bound.front().url.port) : address;
    auto one = target.is_unix() ? bind_unix(target, options, sharers) : bind_ip(target, options, sharers);
    if (one) {
      bound.push_back(std::move(*one));
    } else if (addresses.size() == 1 || !is_missing_protocol(one.error())) {
      return std::unexpected(one.error());
    } else {
      last_error = one.error();
    }
  }
  if (bound.empty()) return std::unexpected(last_error);
  return bound;
}

}  // namespace

SocketFile::SocketFile(std::string path) : path_(std::move(path)) {
  struct stat status{};
  if (::lstat(path_.c_str(), &status) != 0) path_.clear();
  device_ = status.st_dev;
  inode_ = status.st_ino;
}

SocketFile::SocketFile(SocketFile&& other) noexcept
    : path_(std::exchange(other.path_, {})), device_(other.device_), inode_(other.inode_) {}

SocketFile& SocketFile::operator=(SocketFile&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(device_, other.device_);
  std::swap(inode_, other.inode_);
  return *this;
}

SocketFile::~SocketFile() {
  struct stat status{};
  if (path_.empty() || ::lstat(path_.c_str(), &status) != 0) return;
  if (status.st_dev == device_ && status.st_ino == inode_) ::unlink(path_.c_str());
}

std::expected<std::vector<BoundSocket>, std::string> bind(const std::vector<Url>& urls,
                                                          const sched::StreamOptions& options, unsigned sharers,
                                                          const Resolving& resolving) {
  std::vector<BoundSocket> all;
  for (const Url& url : urls) {
    const Addresses addresses = resolve_blocking(url, resolving);
    if (!addresses) return std::unexpected("cannot listen on " + to_string(url) + ": " + addresses.error());
    const bool any_port = url.scheme == Scheme::tcp && url.port == 0;
    Result<std::vector<BoundSocket>> bound = sched::failure(sched::ErrorCode::system, "bind");
    for (int attempt = 0; attempt < (any_port ? kPortAttempts : 1); ++attempt) {
      bound = bind_host(*addresses, ListenOptions{.streams = options}, sharers);
      if (bound || bound.error().error_number != EADDRINUSE) break;
    }
    if (!bound) return failed(url, bound.error());
    for (BoundSocket& one : *bound) all.push_back(std::move(one));
  }
  return all;
}

}  // namespace transport
