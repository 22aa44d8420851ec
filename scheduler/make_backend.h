#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "scheduler/backend.h"
#include "scheduler/result.h"

// Which backend a scheduler runs on. It is made on the thread that uses it.

namespace sched {

enum class BackendKind : std::uint8_t {
  automatic,  ///< io_uring; epoll where that is forbidden or lacks something
  epoll,
  io_uring,
};

/// A backend, and why it is this one when another would have been better.
struct ChosenBackend {
  std::unique_ptr<Backend> backend;
  std::string reason;  ///< "io_uring is not available (io_uring_setup: EPERM); using epoll"; empty when it is as asked
};

/// Makes a backend. Only `automatic` falls back to another. Errors: as of make_io_uring_backend, make_epoll_backend.
Result<ChosenBackend> make_backend(BackendKind kind);

}  // namespace sched
