#pragma once

#include <utility>

#include "scheduler/backend.h"
#include "scheduler/operation.h"
#include "scheduler/stream.h"

// Listener: where streams come in. It is used on the thread that made it and closed when no accept is parked on it.

namespace sched {

/// A stream that came in, and who it is from.
struct Accepted {
  Stream stream;
  Address peer;
};

/// Completes when a connection is there. One that came to nothing (its peer has gone, a rule forbids it) is passed
/// over. Errors: system, out_of_memory; all of them may pass, such as a shortage (is_shortage()), and it is for the
/// caller to wait before the next accept. Cancellation: at once; no connection is lost, those that came are there for
/// the next accept. The form that does not wait gives would_block when no connection is queued, and runs in a cancelled
/// fiber too.
class AcceptOperation final : public Operation {
 public:
  enum class Wait : bool { no, yes };

  AcceptOperation(Backend& backend, ListenerState& listener, Wait wait)
      : listener(listener), wait(wait), backend_(backend) {}

  ListenerState& listener;
  const Wait wait;
  Result<StreamState*> result = failure(ErrorCode::cancelled, "accept");
  Address peer;

  const char* name() const override { return "accept"; }
  bool attempt() override;
  void cancel() override;
  bool await_ready();
  Result<Accepted> await_resume();

 private:
  Backend& backend_;
};

class Listener {
 public:
  Listener(Backend& backend, ListenerState& state) : backend_(&backend), state_(&state) {}
  Listener(Listener&& other) noexcept : backend_(other.backend_), state_(std::exchange(other.state_, nullptr)) {}
  Listener& operator=(Listener&& other) noexcept;
  ~Listener() { close(); }

  AcceptOperation accept() { return {*backend_, *state_, AcceptOperation::Wait::yes}; }
  AcceptOperation accept_queued() { return {*backend_, *state_, AcceptOperation::Wait::no}; }

  /// Where it listens, with the port that the system chose.
  Result<Address> local_address() const { return backend_->local_address(*state_); }

  void close();

 private:
  Backend* backend_;
  ListenerState* state_;
};

/// Listens at `address` with this thread's backend. Errors: as of socket(2), bind(2) and listen(2).
Result<Listener> listen(const Address& address, const ListenOptions& options = {});

/// A socket that listens at `address`, for a backend to adopt: what listen() does when the scheduler is another
/// thread's.
Result<Descriptor> open_listener(const Address& address, const ListenOptions& options = {});
Result<Address> local_address(const Descriptor& socket);

/// Whether `address`, the path of a Unix socket, is one that nobody listens at any more.
bool is_abandoned(const Address& address);

/// Takes over a descriptor that listens already (another thread made it, or a service manager).
Result<Listener> adopt_listener(Descriptor listening, const ListenOptions& options = {});

}  // namespace sched
