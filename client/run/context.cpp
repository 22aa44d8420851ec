#include "client/run/context.h"

#include <arpa/inet.h>

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

}  // namespace

std::optional<sched::Address> Sources::next(const sched::Address& to) {
  if (to.family() != AF_INET || !to.host().starts_with("127.")) return std::nullopt;
  const std::uint64_t source = connections_[to]++ / (kConnectionsASource / threads_);
  if (source == 0) return std::nullopt;
  const std::string host = "127.0." + std::to_string(source / 250) + "." + std::to_string(source % 250 + 1);
  return sched::Address::ip(host, 0);
}

}  // namespace client::run
