#pragma once

#include <sys/resource.h>

#include <cstddef>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/programs/echo_server.h"
#include "tests/support/socket.h"

// Many connections at once.

namespace programs {

/// Descriptors that the test and the server need beside those of the connections.
inline constexpr size_t kOtherDescriptors = 100;

/// Lets this process have as many descriptors as the system allows; whether `connections` of them can be had, by it and
/// by the server that it starts.
inline bool can_open(size_t connections) {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
  return limit.rlim_cur >= connections + kOtherDescriptors;
}

/// Skips the test, with the reason, where so many connections cannot be had.
#define NEEDS_CONNECTIONS(count)                                                            \
  if (!programs::can_open(count)) {                                                         \
    GTEST_SKIP() << "needs " << (count) << " descriptors; see the hard limit (ulimit -Hn)"; \
  }

/// Connects `count` times. The queue of those who wait to be accepted never overflows: each batch's last is answered
/// before the next begins.
inline std::vector<support::Socket> connect_many(const std::string& url, size_t count,
                                                 const support::SocketOptions& options = {}) {
  constexpr size_t kBatch = 500;
  std::vector<support::Socket> clients;
  while (clients.size() < count) {
    clients.push_back(support::Socket::connect(url, options));
    if (clients.size() % kBatch == 0) ask(clients.back());
  }
  return clients;
}

}  // namespace programs
