#pragma once

#include <array>
#include <cstddef>

#include "scheduler/backend.h"
#include "scheduler/operation.h"

namespace sched {

/// What a descriptor is to be ready for.
enum class Ready : bool { to_read, to_write };

/// Completes when `fd` is ready, has failed or was hung up; a regular file is always ready. The descriptor stays open
/// until it completes; one operation at a time waits for a descriptor. Errors: system (EBADF; ENOSYS on the simulated
/// backend, which has no descriptors). Cancellation: when the kernel has let go.
class ReadinessOperation final : public Operation {
 public:
  ReadinessOperation(Backend& backend, int fd, Ready ready) : fd(fd), ready(ready), backend_(backend) {}

  const int fd;
  const Ready ready;
  Result<void> result = failure(ErrorCode::cancelled, "poll");

  /// What the backend keeps of it while it is parked, and the memory for that: to wait allocates nothing.
  void* state = nullptr;
  alignas(std::max_align_t) std::array<std::byte, 96> room;

  const char* name() const override { return "poll"; }
  bool attempt() override { return backend_.attempt(*this); }
  void cancel() override { backend_.cancel(*this); }
  Result<void> await_resume() { return result; }

 private:
  Backend& backend_;
};

/// Waits until `fd` is ready, with this thread's backend. Awaited on the spot.
ReadinessOperation wait_until_ready(int fd, Ready ready);

}  // namespace sched
