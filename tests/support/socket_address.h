#pragma once

#include <sys/socket.h>

#include <string>
#include <string_view>

namespace support {

/// The address that a URL of a READY line names, in the kernel's form, and back.
class SocketAddress {
 public:
  /// `tcp://ADDRESS:PORT` (a number, IPv6 in brackets), `unix:/path` or `unix:@name`. Throws std::invalid_argument for
  /// anything else.
  static SocketAddress of_url(std::string_view url);
  /// The address to which `fd` is bound.
  static SocketAddress of_socket(int fd);
  /// The address that `fd` is connected to.
  static SocketAddress of_peer(int fd);

  std::string url() const;
  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage_); }
  socklen_t size() const { return size_; }
  int family() const { return storage_.ss_family; }

 private:
  sockaddr_storage storage_{};
  socklen_t size_ = 0;
};

}  // namespace support
