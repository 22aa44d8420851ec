#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <map>
#include <mutex>
#include <optional>
#include <string_view>

#include "scheduler/address.h"

// ConnectionLimits: how many connections may be open, in the whole process and from one address. It only counts: who is
// refused is closed, and logged, by the caller.
//
// One object serves all schedulers: any thread may call it. Its memory grows with the addresses that have connections
// open, never with those that had; a look-up takes at most logarithmic time, whatever addresses an attacker has.

namespace server {

class ConnectionLimits {
 public:
  enum class Refusal : std::uint8_t { connections, connections_per_address, out_of_memory };
  class Permit;

  /// At most `connections` at once, and `connections_per_address` from one address. Both are at least 1.
  ConnectionLimits(std::size_t connections, std::optional<std::size_t> connections_per_address);
  ConnectionLimits(const ConnectionLimits&) = delete;
  ConnectionLimits& operator=(const ConnectionLimits&) = delete;
  /// No permit is left.
  ~ConnectionLimits();

  /// The right to one more connection from `peer`, or which limit denies it. Ports make no difference, nor whether an
  /// IPv4 address came mapped into an IPv6 one (RFC 4291, section 2.5.5.2). Unix sockets have no address: for them only
  /// the number of all connections is limited.
  std::expected<Permit, Refusal> admit(const sched::Address& peer);

  /// Connections that are open, how many addresses they are counted for, and those that were refused since the start.
  std::size_t open() const;
  std::size_t addresses() const;
  std::uint64_t refused() const;

 private:
  /// IPv6, or IPv4 mapped into it.
  using AddressBytes = std::array<std::byte, 16>;
  using OpenPerAddress = std::map<AddressBytes, std::size_t>;

  static std::optional<AddressBytes> address_bytes(const sched::Address& peer);
  std::expected<Permit, Refusal> refuse(Refusal reason);
  void release(OpenPerAddress::iterator entry);

  const std::size_t max_open_;
  const std::optional<std::size_t> max_per_address_;
  mutable std::mutex mutex_;
  std::size_t open_ = 0;
  std::uint64_t refused_ = 0;
  OpenPerAddress per_address_;
};

/// One connection's place among those that are allowed; dropping it frees the place. Move-only. It does not outlive its
/// ConnectionLimits.
class ConnectionLimits::Permit {
 public:
  Permit(Permit&& other) noexcept;
  Permit& operator=(Permit&& other) noexcept;
  ~Permit() { give_back(); }

  /// Frees the place now. Once more does nothing.
  void give_back();

 private:
  friend class ConnectionLimits;
  Permit(ConnectionLimits& limits, OpenPerAddress::iterator entry) : limits_(&limits), entry_(entry) {}

  ConnectionLimits* limits_;
  OpenPerAddress::iterator entry_;  // end() when the address is not counted.
};

/// Why a connection was refused, for the log: "--max-connections is reached".
std::string_view describe(ConnectionLimits::Refusal reason);

}  // namespace server
