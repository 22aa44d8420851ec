#include "scheduler/backends/socket.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "scheduler/check.h"

namespace sched::system {

namespace {

bool set(int fd, int level, int option, int value) {
  return ::setsockopt(fd, level, option, &value, sizeof value) == 0;
}

/// What accepted sockets inherit from the one that listens. Failures are left alone: the options bound memory and time,
/// and a stream works without them.
void set_up(int fd, int family, const StreamOptions& options) {
  if (options.kernel_receive_buffer) set(fd, SOL_SOCKET, SO_RCVBUF, static_cast<int>(*options.kernel_receive_buffer));
  if (options.kernel_send_buffer) set(fd, SOL_SOCKET, SO_SNDBUF, static_cast<int>(*options.kernel_send_buffer));
  const int unsent_limit = static_cast<int>(options.kernel_unsent_limit);
  if (family != AF_UNIX) {
    set(fd, IPPROTO_TCP, TCP_NODELAY, 1);
    set(fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT, unsent_limit);
  } else if (!options.kernel_send_buffer) {
    set(fd, SOL_SOCKET, SO_SNDBUF, unsent_limit);
  }
}

Result<Descriptor> make_socket(int family) {
  Descriptor fd(::socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!fd) return system_error("socket", errno);
  return fd;
}

Result<Address> address_of(int fd, int (*ask)(int, sockaddr*, socklen_t*), const char* operation) {
  sockaddr_storage storage{};
  socklen_t length = sizeof(sockaddr_un);
  auto* address = reinterpret_cast<sockaddr*>(&storage);
  if (ask(fd, address, &length) != 0) return system_error(operation, errno);
  return Address(address, length);
}

}  // namespace

Instant now() {
  timespec time{};
  ::clock_gettime(CLOCK_MONOTONIC, &time);
  return Instant(std::chrono::seconds(time.tv_sec) + Duration(time.tv_nsec));
}

Duration time_until(Instant deadline, Instant seen) {
  if (deadline <= seen) return Duration::zero();
  return deadline == kNever ? Duration::max() : std::max(deadline - now(), Duration::zero());
}

std::chrono::microseconds time_of_day() {
  timespec time{};
  ::clock_gettime(CLOCK_REALTIME, &time);
  return std::chrono::seconds(time.tv_sec) + std::chrono::microseconds(time.tv_nsec / 1000);
}

std::uint64_t random() {
  std::uint64_t value = 0;
  check(::getrandom(&value, sizeof value, 0) == sizeof value, "the kernel gives no random bytes");
  return value;
}

Result<Descriptor> listen(const Address& address, const ListenOptions& options) {
  Result<Descriptor> fd = make_socket(address.family());
  if (!fd) return fd;
  if (address.is_ip()) set(fd->get(), SOL_SOCKET, SO_REUSEADDR, 1);
  if (address.family() == AF_INET6) set(fd->get(), IPPROTO_IPV6, IPV6_V6ONLY, 1);
  set_up(fd->get(), address.family(), options.streams);
  if (options.sharing == PortSharing::more) set(fd->get(), SOL_SOCKET, SO_REUSEPORT, 1);
  if (::bind(fd->get(), address.data(), address.size()) != 0) return system_error("bind", errno);
  // Set only now, so that the bind above fails where another process shares the port.
  if (options.sharing == PortSharing::first) set(fd->get(), SOL_SOCKET, SO_REUSEPORT, 1);
  if (::listen(fd->get(), options.backlog) != 0) return system_error("listen", errno);
  return fd;
}

Result<Descriptor> socket_to(const Address& to, const StreamOptions& options, const std::optional<Address>& from) {
  Result<Descriptor> fd = make_socket(to.family());
  if (!fd) return fd;
  set_up(fd->get(), to.family(), options);
  if (!from) return fd;
  if (from->is_ip() && from->port() == 0) set(fd->get(), IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1);
  // A port that was asked for can be used again though an earlier connection from it is not forgotten yet.
  if (from->is_ip() && from->port() != 0) set(fd->get(), SOL_SOCKET, SO_REUSEADDR, 1);
  if (::bind(fd->get(), from->data(), from->size()) != 0) return system_error("bind", errno);
  return fd;
}

int pending_error(int fd) {
  int error_number = 0;
  socklen_t size = sizeof error_number;
  if (::getsockopt(fd, SOL_SOCKET, SO_ERROR, &error_number, &size) != 0) return errno;
  return error_number;
}

bool is_reset_after_connecting(int error_number) { return error_number == ECONNRESET; }

bool refuses(const Address& address) {
  const Result<Descriptor> fd = make_socket(address.family());
  return fd && ::connect(fd->get(), address.data(), address.size()) != 0 && errno == ECONNREFUSED;
}

Result<Address> local_address(int fd) { return address_of(fd, ::getsockname, "getsockname"); }
Result<Address> peer_address(int fd) { return address_of(fd, ::getpeername, "getpeername"); }

// Not by libc's functions: those are points at which a thread can be cancelled (pthreads(7)), and in a process that has
// ever had a second thread each call pays some 20 ns for it.

ssize_t receive(int fd, std::span<std::byte> into) {
  for (;;) {
    const ssize_t count = ::syscall(SYS_recvfrom, fd, into.data(), into.size(), MSG_DONTWAIT, nullptr, nullptr);
    if (count >= 0 || errno != EINTR) return count;
  }
}

ssize_t send(int fd, Bytes bytes) {
  for (;;) {
    const ssize_t count = ::syscall(SYS_sendto, fd, bytes.data(), bytes.size(), MSG_NOSIGNAL, nullptr, 0);
    if (count >= 0 || errno != EINTR) return count;
  }
}

ssize_t send(int fd, std::span<iovec> parts) {
  // For one part, which is the rule, send(2) costs less: the kernel need not read what describes the parts.
  if (parts.size() == 1) return send(fd, Bytes(static_cast<const std::byte*>(parts[0].iov_base), parts[0].iov_len));
  msghdr message{};
  message.msg_iov = parts.data();
  message.msg_iovlen = parts.size();
  for (;;) {
    const ssize_t count = ::syscall(SYS_sendmsg, fd, &message, MSG_NOSIGNAL);
    if (count >= 0 || errno != EINTR) return count;
  }
}

void reset_on_close(int fd) {
  const linger at_once{.l_onoff = 1, .l_linger = 0};
  ::setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
}

}  // namespace sched::system
