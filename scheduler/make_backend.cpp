#include "scheduler/make_backend.h"

#include <utility>

#include "scheduler/backends/epoll.h"
#include "scheduler/backends/io_uring.h"

namespace sched {

namespace {

Result<ChosenBackend> chosen(Result<std::unique_ptr<Backend>> backend, std::string reason = {}) {
  if (!backend) return std::unexpected(backend.error());
  return ChosenBackend{.backend = std::move(*backend), .reason = std::move(reason)};
}

}  // namespace

Result<ChosenBackend> make_backend(BackendKind kind) {
  if (kind == BackendKind::epoll) return chosen(make_epoll_backend());
  Result<std::unique_ptr<Backend>> ring = make_io_uring_backend();
  if (ring || kind == BackendKind::io_uring) return chosen(std::move(ring));
  const std::string why = std::string(ring.error().operation) + ": " + name_of(ring.error());
  return chosen(make_epoll_backend(), "io_uring is not available (" + why + "); using epoll");
}

}  // namespace sched
