#pragma once

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

// Address: where a socket is: an IPv4 or IPv6 address with a port, or a Unix socket's path or abstract name. A value.
// The simulated network uses the same addresses as the real one.

namespace sched {

class Address {
 public:
  /// No address: family() is AF_UNSPEC. What an unbound Unix socket has.
  Address() { bytes_.base.sa_family = AF_UNSPEC; }

  /// From what the kernel gave; `length` in bytes, at most sizeof(sockaddr_un).
  Address(const sockaddr* address, socklen_t length);

  /// From a numeric IPv4 or IPv6 address, without brackets, perhaps with %scope; nothing if `host` is not one. It
  /// resolves no names (transports/resolve.h does).
  static std::optional<Address> ip(std::string_view host, std::uint16_t port);

  /// A path, or an abstract name when it begins with '@'. Nothing if it is empty or longer than a sockaddr_un holds
  /// (107 bytes, unix(7)).
  static std::optional<Address> unix_path(std::string_view path);

  int family() const { return bytes_.base.sa_family; }
  bool is_ip() const { return family() == AF_INET || family() == AF_INET6; }
  bool is_unix() const { return family() == AF_UNIX; }

  /// The port of an IP address, 0 of any other.
  std::uint16_t port() const;
  /// The same IP address with another port.
  Address with_port(std::uint16_t port) const;

  /// The host of an IP address ("127.0.0.1", "fe80::1%eth0"), or a Unix socket's path ("/run/a", "@name", "" when it
  /// has none).
  std::string host() const;

  /// "127.0.0.1:25000", "[::1]:25000", "/run/a", "@name".
  std::string to_string() const;

  const sockaddr* data() const { return &bytes_.base; }
  socklen_t size() const { return length_; }

  friend bool operator==(const Address& a, const Address& b);
  friend bool operator<(const Address& a, const Address& b);

 private:
  std::string_view view() const { return {reinterpret_cast<const char*>(&bytes_), length_}; }

  union Bytes {
    sockaddr base;
    sockaddr_in ip4;
    sockaddr_in6 ip6;
    sockaddr_un local;
  };

  Bytes bytes_{};
  socklen_t length_ = sizeof(sa_family_t);
};

}  // namespace sched
