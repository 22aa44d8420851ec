#include "client/run/context.h"

#include <arpa/inet.h>

#include <fmt/format.h>

namespace client::run {

void Counters::count(Outcome outcome) {
  switch (outcome) {
    case Outcome::passed:
      return add(passed);
    case Outcome::unreached:
      add(unreached);
      [[fallthrough]];
    case Outcome::failed:
      return add(failed);
    case Outcome::skipped:
      return add(skipped);
    case Outcome::interrupted:
      return add(interrupted);
  }
}

namespace {

/// Beyond this many connections between two addresses, finding a free port takes the kernel ever longer.
constexpr std::uint64_t kConnectionsASource = 10'000;

/// Of the last two bytes of an address those from 1 to 250 and from 0 to 249 are taken.
constexpr std::uint64_t kHosts = 250;
constexpr std::uint64_t kSources = kHosts * kHosts;

bool has_many_sources(const sched::Address& to) { return to.family() == AF_INET && to.host().starts_with("127."); }

}  // namespace

std::optional<sched::Address> Sources::next(const sched::Address& to) {
  return has_many_sources(to) ? source_of(connections_[to]++) : std::nullopt;
}

bool Sources::skip(const sched::Address& to, const std::optional<sched::Address>& source) {
  if (!has_many_sources(to)) return false;
  std::uint64_t& connections = connections_[to];
  // Another connection may have found out before.
  const bool is_in_use = source_of(connections) == source;
  if (is_in_use) connections = (connections / connections_a_source() + 1) * connections_a_source();
  return true;
}

std::optional<sched::Address> Sources::source_of(std::uint64_t connection) const {
  const std::uint64_t source = connection / connections_a_source() % kSources;
  if (source == 0) return std::nullopt;
  return sched::Address::ip(fmt::format("127.0.{}.{}", source / kHosts, source % kHosts + 1), 0);
}

std::uint64_t Sources::connections_a_source() const { return kConnectionsASource / threads_; }

}  // namespace client::run
