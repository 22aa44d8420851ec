#include "tests/support/socket.h"

#include <linux/sockios.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <cerrno>
#include <memory>
#include <stdexcept>
#include <system_error>
#include <thread>
#include <vector>

#include "tests/support/patience.h"
#include "tests/support/socket_address.h"

namespace support {
namespace {

[[noreturn]] void throw_errno(const char* operation) {
  // With a time limit set, the kernel says EAGAIN (connect: EINPROGRESS) when it has passed.
  const int reason = errno == EAGAIN || errno == EINPROGRESS ? ETIMEDOUT : errno;
  throw std::system_error(reason, std::generic_category(), operation);
}

void set(int fd, int level, int option, int value) {
  if (value != 0 && ::setsockopt(fd, level, option, &value, sizeof value) != 0) throw_errno("setsockopt");
}

}  // namespace

Socket::Socket(sched::Descriptor descriptor) : descriptor_(std::move(descriptor)) {
  const timeval limit{.tv_sec = kPatience.count(), .tv_usec = 0};
  for (const int option : {SO_RCVTIMEO, SO_SNDTIMEO}) {
    if (::setsockopt(fd(), SOL_SOCKET, option, &limit, sizeof limit) != 0) throw_errno("setsockopt");
  }
}

Socket Socket::connect(std::string_view url, const SocketOptions& options) {
  const SocketAddress address = SocketAddress::of_url(url);
  sched::Descriptor descriptor(::socket(address.family(), SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!descriptor) throw_errno("socket");
  Socket socket(std::move(descriptor));
  set(socket.fd(), SOL_SOCKET, SO_RCVBUF, options.receive_buffer);
  set(socket.fd(), SOL_SOCKET, SO_SNDBUF, options.send_buffer);
  set(socket.fd(), IPPROTO_TCP, TCP_MAXSEG, options.segment);
  set(socket.fd(), IPPROTO_TCP, TCP_NODELAY, options.no_delay);
  if (::connect(socket.fd(), address.get(), address.size()) != 0) throw_errno("connect");
  return socket;
}

void Socket::send_all(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::send(fd(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count < 0) throw_errno("send");
    bytes.remove_prefix(static_cast<size_t>(count));
  }
}

size_t Socket::try_send(std::string_view bytes) {
  const ssize_t count = ::send(fd(), bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  if (count < 0 && errno != EAGAIN) throw_errno("send");
  return count < 0 ? 0 : static_cast<size_t>(count);
}

void Socket::wait_until_arrived() const {
  const auto start = Clock::now();
  for (int unacknowledged = 1; unacknowledged > 0; std::this_thread::yield()) {
    if (::ioctl(fd(), SIOCOUTQ, &unacknowledged) != 0) throw std::system_error(errno, std::generic_category(), "ioctl");
    if (Clock::now() - start > kPatience) throw std::system_error(std::make_error_code(std::errc::timed_out));
  }
}

std::string Socket::receive_some(size_t limit) {
  std::string bytes(limit, '\0');
  const ssize_t count = ::recv(fd(), bytes.data(), bytes.size(), 0);
  if (count < 0) throw_errno("recv");
  bytes.resize(static_cast<size_t>(count));
  return bytes;
}

std::string Socket::receive_exactly(size_t count) {
  std::string bytes;
  while (bytes.size() < count) {
    const std::string more = receive_some(count - bytes.size());
    if (more.empty()) {
      throw std::runtime_error("the stream ended after " + std::to_string(bytes.size()) + " of " +
                               std::to_string(count) + " bytes: " + bytes);
    }
    bytes += more;
  }
  return bytes;
}

std::string Socket::receive_until_eof() {
  std::string bytes;
  while (true) {
    const std::string more = receive_some();
    if (more.empty()) return bytes;
    bytes += more;
  }
}

void Socket::shutdown_send() {
  if (::shutdown(fd(), SHUT_WR) != 0) throw_errno("shutdown");
}

void Socket::reset() {
  const linger at_once{.l_onoff = 1, .l_linger = 0};
  if (::setsockopt(fd(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once) != 0) throw_errno("setsockopt(SO_LINGER)");
  close();
}

}  // namespace support
