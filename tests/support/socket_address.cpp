#include "tests/support/socket_address.h"

#include <netdb.h>
#include <sys/un.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <stdexcept>
#include <system_error>

namespace support {
namespace {

constexpr std::string_view kTcp = "tcp://";
constexpr std::string_view kUnix = "unix:";

}  // namespace

SocketAddress SocketAddress::of_url(std::string_view url) {
  const auto invalid = [&] { return std::invalid_argument("not the URL of a READY line: " + std::string(url)); };
  SocketAddress address;
  if (url.starts_with(kUnix)) {
    const std::string_view path = url.substr(kUnix.size());
    auto* const name = reinterpret_cast<sockaddr_un*>(&address.storage_);
    if (path.empty() || path.size() >= sizeof name->sun_path) throw invalid();
    name->sun_family = AF_UNIX;
    std::ranges::copy(path, name->sun_path);
    const bool is_abstract = path.front() == '@';
    if (is_abstract) name->sun_path[0] = '\0';
    address.size_ = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size() + (is_abstract ? 0 : 1));
    return address;
  }
  const size_t colon = url.rfind(':');
  if (!url.starts_with(kTcp) || colon < kTcp.size()) throw invalid();
  std::string host(url.substr(kTcp.size(), colon - kTcp.size()));
  std::erase_if(host, [](char character) { return character == '[' || character == ']'; });
  const std::string port(url.substr(colon + 1));
  addrinfo hints{};
  hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (::getaddrinfo(host.c_str(), port.c_str(), &hints, &found) != 0) throw invalid();
  std::memcpy(&address.storage_, found->ai_addr, found->ai_addrlen);
  address.size_ = found->ai_addrlen;
  ::freeaddrinfo(found);
  return address;
}

SocketAddress SocketAddress::of_socket(int fd) {
  SocketAddress address;
  address.size_ = sizeof address.storage_;
  if (::getsockname(fd, reinterpret_cast<sockaddr*>(&address.storage_), &address.size_) != 0) {
    throw std::system_error(errno, std::generic_category(), "getsockname");
  }
  return address;
}

SocketAddress SocketAddress::of_peer(int fd) {
  SocketAddress address;
  address.size_ = sizeof address.storage_;
  if (::getpeername(fd, reinterpret_cast<sockaddr*>(&address.storage_), &address.size_) != 0) {
    throw std::system_error(errno, std::generic_category(), "getpeername");
  }
  return address;
}

std::string SocketAddress::url() const {
  if (family() == AF_UNIX) {
    const char* const path = reinterpret_cast<const sockaddr_un*>(&storage_)->sun_path;
    const size_t length = size_ - offsetof(sockaddr_un, sun_path);
    return path[0] == '\0' ? "unix:@" + std::string(path + 1, length - 1) : "unix:" + std::string(path);
  }
  std::array<char, NI_MAXHOST> host{};
  std::array<char, NI_MAXSERV> port{};
  ::getnameinfo(get(), size_, host.data(), host.size(), port.data(), port.size(), NI_NUMERICHOST | NI_NUMERICSERV);
  const std::string name = family() == AF_INET6 ? "[" + std::string(host.data()) + "]" : std::string(host.data());
  return std::string(kTcp) + name + ":" + port.data();
}

}  // namespace support
