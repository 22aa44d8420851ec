#include "tests/support/listener.h"

#include <poll.h>
#include <sys/socket.h>

#include <cerrno>
#include <chrono>
#include <system_error>
#include <utility>

#include "tests/support/patience.h"
#include "tests/support/socket_address.h"

namespace support {
namespace {

[[noreturn]] void throw_error(int reason, const char* operation) {
  throw std::system_error(reason, std::generic_category(), operation);
}

}  // namespace

Listener::Listener(std::string_view url) {
  const SocketAddress address = SocketAddress::of_url(url);
  descriptor_ = sched::Descriptor(::socket(address.family(), SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!descriptor_) throw_error(errno, "socket");
  if (::bind(descriptor_.get(), address.get(), address.size()) != 0) throw_error(errno, "bind");
  if (::listen(descriptor_.get(), SOMAXCONN) != 0) throw_error(errno, "listen");
  url_ = SocketAddress::of_socket(descriptor_.get()).url();
}

Socket Listener::accept() {
  pollfd waiting{descriptor_.get(), POLLIN, 0};
  if (::poll(&waiting, 1, static_cast<int>(std::chrono::milliseconds(kPatience).count())) == 0) {
    throw_error(ETIMEDOUT, "accept");
  }
  sched::Descriptor connection(::accept4(descriptor_.get(), nullptr, nullptr, SOCK_CLOEXEC));
  if (!connection) throw_error(errno, "accept");
  return Socket(std::move(connection));
}

}  // namespace support
