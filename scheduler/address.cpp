#include "scheduler/address.h"

#include <arpa/inet.h>
#include <net/if.h>

#include <array>
#include <cstddef>
#include <cstring>

#include "scheduler/check.h"

namespace sched {

Address::Address(const sockaddr* address, socklen_t length) : length_(length) {
  check(length <= sizeof(bytes_), "an address is longer than any that is known");
  std::memcpy(&bytes_, address, length);
}

std::optional<Address> Address::ip(std::string_view host, std::uint16_t port) {
  const std::size_t percent = host.find('%');
  const std::string number(host.substr(0, percent));
  Address address;
  if (percent == std::string_view::npos && inet_pton(AF_INET, number.c_str(), &address.bytes_.ip4.sin_addr) == 1) {
    address.bytes_.ip4.sin_family = AF_INET;
    address.length_ = sizeof(sockaddr_in);
    return address.with_port(port);
  }
  in6_addr ip6{};
  if (inet_pton(AF_INET6, number.c_str(), &ip6) != 1) return std::nullopt;
  address.bytes_.ip6 = sockaddr_in6{};
  address.bytes_.ip6.sin6_family = AF_INET6;
  address.bytes_.ip6.sin6_addr = ip6;
  if (percent != std::string_view::npos) {
    address.bytes_.ip6.sin6_scope_id = if_nametoindex(std::string(host.substr(percent + 1)).c_str());
    if (address.bytes_.ip6.sin6_scope_id == 0) return std::nullopt;
  }
  address.length_ = sizeof(sockaddr_in6);
  return address.with_port(port);
}

std::optional<Address> Address::unix_path(std::string_view path) {
  Address address;
  sockaddr_un& local = address.bytes_.local;
  if (path.empty() || path.size() >= sizeof(local.sun_path)) return std::nullopt;
  local = sockaddr_un{};
  local.sun_family = AF_UNIX;
  std::memcpy(local.sun_path, path.data(), path.size());
  const bool abstract = path.front() == '@';
  if (abstract) local.sun_path[0] = '\0';
  address.length_ = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size() + (abstract ? 0 : 1));
  return address;
}

std::uint16_t Address::port() const {
  if (family() == AF_INET) return ntohs(bytes_.ip4.sin_port);
  if (family() == AF_INET6) return ntohs(bytes_.ip6.sin6_port);
  return 0;
}

Address Address::with_port(std::uint16_t port) const {
  check(is_ip(), "only an IP address has a port");
  Address address = *this;
  (family() == AF_INET ? address.bytes_.ip4.sin_port : address.bytes_.ip6.sin6_port) = htons(port);
  return address;
}

std::string Address::host() const {
  if (is_unix()) {
    const std::size_t length = length_ - offsetof(sockaddr_un, sun_path);
    const char* path = bytes_.local.sun_path;
    if (length == 0) return "";
    return path[0] == '\0' ? "@" + std::string(path + 1, length - 1) : std::string(path, strnlen(path, length));
  }
  if (!is_ip()) return "";
  std::array<char, INET6_ADDRSTRLEN> text{};
  const void* number = family() == AF_INET ? static_cast<const void*>(&bytes_.ip4.sin_addr) : &bytes_.ip6.sin6_addr;
  inet_ntop(family(), number, text.data(), text.size());
  std::string host = text.data();
  if (family() == AF_INET6 && bytes_.ip6.sin6_scope_id != 0) {
    std::array<char, IF_NAMESIZE> name{};
    const char* scope = if_indextoname(bytes_.ip6.sin6_scope_id, name.data());
    host += "%" + (scope != nullptr ? std::string(scope) : std::to_string(bytes_.ip6.sin6_scope_id));
  }
  return host;
}

std::string Address::to_string() const {
  if (!is_ip()) return host();
  const std::string host_text = family() == AF_INET6 ? "[" + host() + "]" : host();
  return host_text + ":" + std::to_string(port());
}

bool operator==(const Address& a, const Address& b) { return a.view() == b.view(); }
bool operator<(const Address& a, const Address& b) { return a.view() < b.view(); }

}  // namespace sched
