#pragma once

#include <cstdint>

#include "scheduler/backends/io_uring_ring.h"
#include "scheduler/backends/io_uring_stream.h"
#include "scheduler/descriptor.h"
#include "scheduler/readiness.h"
#include "scheduler/stream.h"

// Operations that wait once and that no state outlives: a connect, and a descriptor's readiness. Each lives from the
// attempt until the kernel has let go, and then destroys itself.

namespace sched {

/// Connects a socket. TCP is left to the ring; a Unix socket is connected at once or, when its peer's backlog is full,
/// tried again: the kernel would block one of its own threads over it.
class UringConnect final : public UringSubmitter {
 public:
  UringConnect(ConnectOperation& operation, Descriptor socket, UringContext& context)
      : operation_(operation), fd_(std::move(socket)), context_(context) {}

  /// As Operation::attempt(). When it is done, this is no more.
  bool attempt();

  /// Completes the operation as cancelled when the kernel has let go of it.
  void cancel();

 private:
  void submit() override;
  void on_connected(std::int32_t result, std::uint32_t flags);
  void finish(int error_number);
  void end(Result<StreamState*> result);

  ConnectOperation& operation_;
  Descriptor fd_;
  UringContext& context_;
  UringRequestOf<UringConnect, &UringConnect::on_connected> connecting_{*this};
  bool is_cancelled_ = false;
};

/// Waits until a descriptor is ready. It is in the operation's own memory.
class UringPoll final : public UringSubmitter {
 public:
  UringPoll(ReadinessOperation& operation, UringRing& ring) : operation_(operation), ring_(ring) {
    ring_.schedule(*this);
  }

  /// Completes the operation as cancelled when the kernel has let go of it.
  void cancel();

 private:
  static constexpr unsigned kMaxRepeats = 100;

  void submit() override;
  void on_ready(std::int32_t result, std::uint32_t flags);
  void end(Result<void> result);

  ReadinessOperation& operation_;
  UringRing& ring_;
  UringRequestOf<UringPoll, &UringPoll::on_ready> polling_{*this};
  bool is_cancelled_ = false;
  unsigned repeats_ = 0;
};

}  // namespace sched
