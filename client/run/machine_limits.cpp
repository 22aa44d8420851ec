#include "client/run/machine_limits.h"

#include <sys/resource.h>

#include <cerrno>
#include <fstream>
#include <map>
#include <string_view>

#include <fmt/format.h>

#include "scheduler/address.h"
#include "transports/url.h"

namespace client::run {

namespace {

/// Descriptors of a thread that are no connections: the standard streams, the backend's, signals, mailboxes, listeners.
constexpr std::uint64_t kOtherDescriptors = 32;

/// As many as --threads takes.
constexpr std::uint64_t kMaxThreads = 1024;

struct PortRange {
  std::uint64_t first = 32768;
  std::uint64_t last = 60999;
};

std::uint64_t count_local_ports() {
  PortRange range;
  std::ifstream file("/proc/sys/net/ipv4/ip_local_port_range");
  file >> range.first >> range.last;
  return range.last - range.first + 1;
}

constexpr std::string_view kMorePorts =
    "give the groups several \"source\" addresses, or widen the range with: sysctl -w "
    "net.ipv4.ip_local_port_range=\"1024 65535\"";

bool has_many_sources(const transport::Url& url) {
  if (url.host == "localhost") return true;
  const auto address = sched::Address::ip(url.host, url.port);
  return address && address->family() == AF_INET && url.host.starts_with("127.");
}

/// For a connection the kernel tries one port in two first, of the 28 232 that there are by default.
constexpr std::uint64_t kConnectingSlowsDown = 14'000;

/// How many connections there are to one address from one local address, for those that are not spread by themselves.
std::map<std::string, std::uint64_t> connections_by_path(const scenario::Scenario& scenario) {
  std::map<std::string, std::uint64_t> connections;
  for (const scenario::Group& group : scenario.groups) {
    if (!group.target.url.is_constant()) continue;
    const auto url = transport::parse_url(group.target.url.constant());
    if (!url || url->scheme != transport::Scheme::tcp || (has_many_sources(*url) && !group.target.source)) continue;
    connections[to_string(*url) + " from " + group.target.source.value_or("this machine")] += group.count;
  }
  return connections;
}

}  // namespace

std::optional<std::string> exceeds_descriptors(const Need& need) {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return std::nullopt;
  const std::uint64_t ends = need.local_server ? 2 : 1;
  const auto needed_by = [&](std::uint64_t threads) {
    return ends * ((need.clients + threads - 1) / threads) + kOtherDescriptors;
  };
  const std::uint64_t needed = needed_by(need.threads);
  if (needed <= limit.rlim_cur) return std::nullopt;
  std::uint64_t threads = need.threads;
  while (threads < kMaxThreads && needed_by(threads) > limit.rlim_cur) ++threads;
  const bool helps = needed_by(threads) <= limit.rlim_cur;
  return fmt::
      format(
          "{} connections need {} file descriptors{}, and the limit RLIMIT_NOFILE is {}: {}raise the limit with: "
          "ulimit -n " "{}",
          need.clients, needed, need.threads > 1 ? " in each thread" : "", limit.rlim_cur,
          helps ? fmt::format("use --threads {}, or ", threads) : "", needed);
}

std::optional<std::string> exceeds_ports(const scenario::Scenario& scenario) {
  const std::uint64_t ports = count_local_ports();
  for (const auto& [between, count] : connections_by_path(scenario)) {
    if (count <= ports) continue;
    return fmt::format("{} connections to {} need as many local ports, and net.ipv4.ip_local_port_range has {}: {}",
                       count, between, ports, kMorePorts);
  }
  return std::nullopt;
}

std::optional<std::string> nears_ports(const scenario::Scenario& scenario) {
  for (const auto& [between, count] : connections_by_path(scenario)) {
    if (count <= kConnectingSlowsDown) continue;
    return fmt::format(
        "{} connections to {}: beyond {} finding a free local port takes the kernel ever longer, which slows "
        "connecting " "down; give the groups several \"source\" addresses",
        count, between, kConnectingSlowsDown);
  }
  return std::nullopt;
}

bool is_out_of_ports(const sched::Error& error) {
  return error.error_number == EADDRNOTAVAIL && std::string_view(error.operation) == "connect";
}

std::string help_with_ports() {
  return fmt::format("no local port is left, net.ipv4.ip_local_port_range has {}: {}", count_local_ports(), kMorePorts);
}

}  // namespace client::run
