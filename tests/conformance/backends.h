#pragma once

#include <memory>
#include <ostream>
#include <vector>

#include "scheduler/backend.h"
#include "scheduler/backends/epoll.h"
#include "scheduler/backends/io_uring.h"
#include "scheduler/backends/simulated.h"

// The backends that the conformance suite runs on, one a line. A new one is added here and nowhere else.

namespace conformance {

struct BackendUnderTest {
  const char* name;
  std::unique_ptr<sched::Backend> (*make)();
  bool is_simulated = false;

  friend std::ostream& operator<<(std::ostream& out, const BackendUnderTest& backend) { return out << backend.name; }
};

template <std::uint64_t kSeed>
std::unique_ptr<sched::Backend> simulated() {
  return sched::make_simulated_backend({.seed = kSeed});
}

inline std::vector<BackendUnderTest> backends() {
  return {
      {.name = "epoll", .make = [] { return sched::make_epoll_backend().value(); }},
      {.name = "io_uring", .make = [] { return sched::make_io_uring_backend().value(); }},
      {.name = "simulated_1", .make = simulated<1>, .is_simulated = true},
      {.name = "simulated_2", .make = simulated<2>, .is_simulated = true},
      {.name = "simulated_3", .make = simulated<3>, .is_simulated = true},
  };
}

/// Those that work on the kernel's descriptors.
inline std::vector<BackendUnderTest> real_backends() {
  std::vector<BackendUnderTest> real = backends();
  std::erase_if(real, [](const BackendUnderTest& backend) { return backend.is_simulated; });
  return real;
}

}  // namespace conformance
