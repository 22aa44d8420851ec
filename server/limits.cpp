#include "server/limits.h"

#include <cstring>
#include <new>
#include <utility>

#include "scheduler/check.h"

namespace server {

ConnectionLimits::ConnectionLimits(std::size_t connections, std::optional<std::size_t> connections_per_address)
    : max_open_(connections), max_per_address_(connections_per_address) {
  sched::check(connections > 0 && connections_per_address != 0, "a limit of connections is at least 1");
}

ConnectionLimits::~ConnectionLimits() { sched::check(open_ == 0, "a permit outlives its ConnectionLimits"); }

auto ConnectionLimits::admit(const sched::Address& peer) -> std::expected<Permit, Refusal> {
  const std::lock_guard lock(mutex_);
  if (open_ >= max_open_) return refuse(Refusal::connections);
  auto entry = per_address_.end();
  if (const auto address = address_bytes(peer); max_per_address_ && address) {
    try {
      entry = per_address_.try_emplace(*address, 0).first;
    } catch (const std::bad_alloc&) {
      return refuse(Refusal::out_of_memory);
    }
    if (entry->second >= *max_per_address_) return refuse(Refusal::connections_per_address);
    ++entry->second;
  }
  ++open_;
  return Permit(*this, entry);
}

std::size_t ConnectionLimits::open() const {
  const std::lock_guard lock(mutex_);
  return open_;
}

std::size_t ConnectionLimits::addresses() const {
  const std::lock_guard lock(mutex_);
  return per_address_.size();
}

std::uint64_t ConnectionLimits::refused() const {
  const std::lock_guard lock(mutex_);
  return refused_;
}

auto ConnectionLimits::address_bytes(const sched::Address& peer) -> std::optional<AddressBytes> {
  AddressBytes bytes{};
  if (peer.family() == AF_INET6) {
    sockaddr_in6 ip6{};
    std::memcpy(&ip6, peer.data(), sizeof(ip6));
    std::memcpy(bytes.data(), &ip6.sin6_addr, bytes.size());
  } else if (peer.family() == AF_INET) {
    sockaddr_in ip4{};
    std::memcpy(&ip4, peer.data(), sizeof(ip4));
    bytes[10] = bytes[11] = std::byte{0xff};
    std::memcpy(&bytes[12], &ip4.sin_addr, sizeof(ip4.sin_addr));
  } else {
    return std::nullopt;
  }
  return bytes;
}

auto ConnectionLimits::refuse(Refusal reason) -> std::expected<Permit, Refusal> {
  ++refused_;
  return std::unexpected(reason);
}

void ConnectionLimits::release(OpenPerAddress::iterator entry) {
  const std::lock_guard lock(mutex_);
  --open_;
  if (entry != per_address_.end() && --entry->second == 0) per_address_.erase(entry);
}

ConnectionLimits::Permit::Permit(Permit&& other) noexcept
    : limits_(std::exchange(other.limits_, nullptr)), entry_(other.entry_) {}

ConnectionLimits::Permit& ConnectionLimits::Permit::operator=(Permit&& other) noexcept {
  Permit taken(std::move(other));
  std::swap(limits_, taken.limits_);
  std::swap(entry_, taken.entry_);
  return *this;
}

void ConnectionLimits::Permit::give_back() {
  if (limits_ != nullptr) std::exchange(limits_, nullptr)->release(entry_);
}

std::string_view describe(ConnectionLimits::Refusal reason) {
  switch (reason) {
    case ConnectionLimits::Refusal::connections:
      return "--max-connections is reached";
    case ConnectionLimits::Refusal::connections_per_address:
      return "--max-connections-per-address is reached";
    case ConnectionLimits::Refusal::out_of_memory:
      return "memory has run out";
  }
  return "";
}

}  // namespace server
